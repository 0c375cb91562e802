#include "allocations.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace caseframe::test {
namespace {

struct Block {
  void* memory;
  std::size_t size;
};

// A fixed table: what watches malloc must not call it.
struct Watch {
  bool on = false;
  std::size_t allowed = 0;
  std::size_t made = 0;
  std::size_t freed_with_contents = 0;
  std::size_t count = 0;
  std::array<Block, 1024> blocks{};
};
Watch watch;

}  // namespace

extern "C" {
void* __real_malloc(std::size_t size);
void __real_free(void* memory);
void* __wrap_malloc(std::size_t size);
void __wrap_free(void* memory);

void* __wrap_malloc(std::size_t size) {
  if (!watch.on) return __real_malloc(size);
  if (watch.made >= watch.allowed) return nullptr;
  void* memory = __real_malloc(size);
  if (memory == nullptr || watch.count == watch.blocks.size()) std::abort();
  ++watch.made;
  watch.blocks[watch.count++] = {memory, size};
  return memory;
}

void __wrap_free(void* memory) {
  if (watch.on && memory != nullptr) {
    Block* end = watch.blocks.data() + watch.count;
    Block* block = std::find_if(watch.blocks.data(), end, [&](const Block& b) { return b.memory == memory; });
    if (block != end) {
      const auto* bytes = static_cast<const unsigned char*>(memory);
      if (std::any_of(bytes, bytes + block->size, [](unsigned char byte) { return byte != 0; })) {
        ++watch.freed_with_contents;
      }
      *block = *(end - 1);
      --watch.count;
    }
  }
  __real_free(memory);
}
}

Allocations::Allocations(std::size_t allowed) {
  if (watch.on) std::abort();
  watch = Watch{};
  watch.allowed = allowed;
  watch.on = true;
}
Allocations::~Allocations() { watch.on = false; }

std::size_t Allocations::made() const { return watch.made; }
std::size_t Allocations::alive() const { return watch.count; }
std::size_t Allocations::freed_with_contents() const { return watch.freed_with_contents; }

}  // namespace caseframe::test
