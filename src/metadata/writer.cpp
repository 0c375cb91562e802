#include "metadata/writer.hpp"

#include <cstring>
#include <utility>

#include "hash/hex.hpp"

namespace caseframe {
namespace {

constexpr std::size_t kFirstSize = 1024;

}  // namespace

void Writer::bytes(std::span<const std::uint8_t> from) {
  if (from.empty() || !reserve(from.size())) return;
  std::memcpy(buffer_.data() + size_, from.data(), from.size());
  size_ += from.size();
}

void Writer::text(std::string_view from) { bytes({reinterpret_cast<const std::uint8_t*>(from.data()), from.size()}); }

void Writer::u8(std::uint8_t value) { bytes({&value, 1}); }

void Writer::u16(std::uint16_t value) {
  u8(static_cast<std::uint8_t>(value >> 8));
  u8(static_cast<std::uint8_t>(value));
}

void Writer::u32(std::uint32_t value) {
  u16(static_cast<std::uint16_t>(value >> 16));
  u16(static_cast<std::uint16_t>(value));
}

void Writer::decimal(std::uint32_t value) {
  if (value >= 10) decimal(value / 10);
  u8(static_cast<std::uint8_t>('0' + value % 10));
}

void Writer::hex(std::uint32_t value, int count) {
  for (int shift = 4 * (count - 1); shift >= 0; shift -= 4) {
    u8(static_cast<std::uint8_t>(hex_digit(value >> shift)));
  }
}

void Writer::append(const Writer& other) {
  bytes(other.written());
  if (other.failed_) fail();
}

Result<Buffer<std::uint8_t>> Writer::take() {
  if (failed_) return Error{ErrorCode::kOutOfMemory, "Not enough memory for the metadata"};
  buffer_.shrink(size_);
  size_ = 0;
  return std::move(buffer_);
}

bool Writer::reserve(std::size_t more) {
  if (failed_) return false;
  if (more <= buffer_.size() - size_) return true;
  auto larger = Buffer<std::uint8_t>::allocate(2 * buffer_.size() + more + kFirstSize);
  if (!larger) {
    failed_ = true;
    return false;
  }
  if (size_ != 0) std::memcpy(larger->data(), buffer_.data(), size_);
  buffer_ = *std::move(larger);
  return true;
}

}  // namespace caseframe
