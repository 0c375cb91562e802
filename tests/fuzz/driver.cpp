// Runs a fuzz target without a fuzzer: `TARGET [--runs=N] [--seed=N] FOLDER…` gives it every file of the folders, then
// N inputs made from them and from nothing, which a seed repeats. For compilers that have no libFuzzer, and for fixed
// runs in the test suite.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "dice.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;
using caseframe::test::Dice;

Bytes read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// One of the corpus with some bytes changed, added or cut off; or bytes at random.
Bytes make_input(Dice& dice, const std::vector<Bytes>& corpus) {
  Bytes bytes;
  if (corpus.empty() || dice.one_in(2)) {
    bytes.resize(dice.between(0, 200));
    for (std::uint8_t& byte : bytes) byte = dice.byte();
    return bytes;
  }
  bytes = corpus[dice.between(0, static_cast<std::uint32_t>(corpus.size() - 1))];
  for (std::uint32_t i = dice.between(1, 5); i > 0; --i) {
    const auto at = static_cast<std::ptrdiff_t>(dice.between(0, static_cast<std::uint32_t>(bytes.size())));
    if (dice.one_in(3) || at == static_cast<std::ptrdiff_t>(bytes.size())) {
      bytes.insert(bytes.begin() + at, dice.byte());
    } else if (dice.one_in(3)) {
      bytes.erase(bytes.begin() + at);
    } else {
      bytes[static_cast<std::size_t>(at)] = dice.byte();
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint32_t runs = 0;
  std::uint64_t seed = 1;
  std::vector<Bytes> corpus;
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], "--runs=", 7) == 0) {
      runs = static_cast<std::uint32_t>(std::strtoul(argv[i] + 7, nullptr, 10));
    } else if (std::strncmp(argv[i], "--seed=", 7) == 0) {
      seed = std::strtoull(argv[i] + 7, nullptr, 10);
    } else if (std::filesystem::is_directory(argv[i])) {
      for (const auto& entry : std::filesystem::directory_iterator(argv[i])) corpus.push_back(read(entry.path()));
    } else {
      std::fprintf(stderr, "no folder: %s\n", argv[i]);
      return EXIT_FAILURE;
    }
  }
  for (const Bytes& bytes : corpus) LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  for (std::uint32_t run = 0; run < runs; ++run) {
    Dice dice(seed + run);
    const Bytes bytes = make_input(dice, corpus);
    std::fprintf(stderr, "\rrun with --seed=%llu", static_cast<unsigned long long>(seed + run));
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::fprintf(stderr, "\r%zu files and %u runs from seed %llu: nothing broken\n", corpus.size(), runs,
               static_cast<unsigned long long>(seed));
  return EXIT_SUCCESS;
}
