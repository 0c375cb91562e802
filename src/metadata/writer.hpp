// Bytes in the making, in memory that grows: big-endian, as JPEG's segments are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "buffer.hpp"
#include "result.hpp"

namespace caseframe {

// Running out of memory is told once, by take(): until then, whatever is written after it goes nowhere.
class Writer {
 public:
  void bytes(std::span<const std::uint8_t> from);
  void text(std::string_view from);
  void u8(std::uint8_t value);
  void u16(std::uint16_t value);
  void u32(std::uint32_t value);
  // In decimal digits.
  void decimal(std::uint32_t value);
  // The lowest `count` hexadecimal digits, lowercase.
  void hex(std::uint32_t value, int count);
  // All of `other`, its failure included.
  void append(const Writer& other);

  // What stands here so far; valid until the next write.
  [[nodiscard]] std::span<const std::uint8_t> written() const { return {buffer_.data(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool failed() const { return failed_; }
  void fail() { failed_ = true; }

  [[nodiscard]] Result<Buffer<std::uint8_t>> take();

 private:
  bool reserve(std::size_t more);

  Buffer<std::uint8_t> buffer_;
  std::size_t size_ = 0;
  bool failed_ = false;
};

}  // namespace caseframe
