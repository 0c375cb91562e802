// Memory that held pixels: one owner, zeroed when let go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include "result.hpp"

namespace caseframe {

// memset that no optimiser drops as a dead store: the barrier says that somebody may still look at the bytes.
inline void secure_zero(void* bytes, std::size_t size) {
  if (size == 0) return;
  std::memset(bytes, 0, size);
  __asm__ __volatile__("" : : "r"(bytes) : "memory");
}

// A few bytes of them on the stack; zeroes at first.
template <std::size_t kSize>
struct Scratch {
  alignas(16) std::uint8_t bytes[kSize] = {};

  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { secure_zero(bytes, kSize); }
};

// `size()` elements on the heap. Running out of memory is a value (kOutOfMemory), not an exception.
template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;
  // The contents are unspecified.
  static Result<Buffer> allocate(std::size_t count) {
    Buffer buffer;
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) return out_of_memory();
    if (count != 0) {
      buffer.data_ = static_cast<T*>(std::malloc(count * sizeof(T)));
      if (buffer.data_ == nullptr) return out_of_memory();
    }
    buffer.size_ = count;
    return buffer;
  }

  Buffer(Buffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    if (this != &other) {
      release();
      data_ = std::exchange(other.data_, nullptr);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { release(); }

  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] const T* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] T& operator[](std::size_t i) { return data_[i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const { return data_[i]; }
  [[nodiscard]] T* begin() { return data_; }
  [[nodiscard]] T* end() { return data_ + size_; }
  [[nodiscard]] const T* begin() const { return data_; }
  [[nodiscard]] const T* end() const { return data_ + size_; }

  // Forgets the elements from `count` on, zeroing them; the memory stays with the buffer.
  void shrink(std::size_t count) {
    if (count >= size_) return;
    secure_zero(data_ + count, (size_ - count) * sizeof(T));
    size_ = count;
  }

 private:
  static Error out_of_memory() { return {ErrorCode::kOutOfMemory, "Not enough memory for the frame"}; }

  void release() {
    if (data_ == nullptr) return;
    secure_zero(data_, size_ * sizeof(T));
    std::free(data_);
    data_ = nullptr;
    size_ = 0;
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace caseframe
