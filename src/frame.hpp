// A picture somebody else owns: RGBA, 8 bits a sample, row-major, top row first.
//
//   data ──► R G B A │ R G B A │ … │ padding │
//            └──────── width × 4 ──┘          │
//            └────────────── stride ──────────┘   × height (the last row's padding need not exist)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "result.hpp"

namespace caseframe {

inline constexpr std::uint32_t kBytesPerPixel = 4;

// The longest side a JPEG of libjpeg can have (JPEG_MAX_DIMENSION in jmorecfg.h; the format itself ends at 65535).
inline constexpr std::uint32_t kMaxSide = 65500;

// In pixels.
struct Size {
  std::uint32_t width;
  std::uint32_t height;
  friend bool operator==(const Size&, const Size&) = default;
};

// Non-owning and read-only; it never outlives the call it is passed to. Alpha is carried along and, but for the
// question whether anything was drawn at all (picture/verdict.hpp), ignored: video has none.
class FrameView {
 public:
  // `stride` is in bytes, 0 for `width * 4`. kInvalidArgument unless 1 ≤ width, height ≤ kMaxSide, stride ≥ width * 4
  // and `bytes` holds every pixel.
  static Result<FrameView> create(std::span<const std::uint8_t> bytes, std::uint32_t width, std::uint32_t height,
                                  std::size_t stride = 0) {
    const auto invalid = [](const char* message) { return Error{ErrorCode::kInvalidArgument, message}; };
    if (width == 0 || width > kMaxSide) return invalid("Expected a width from 1 to 65500");
    if (height == 0 || height > kMaxSide) return invalid("Expected a height from 1 to 65500");
    const std::size_t row = std::size_t{width} * kBytesPerPixel;
    if (stride == 0) stride = row;
    if (stride < row) return invalid("Expected a stride of at least width * 4 bytes");
    // By division: stride × height can pass what a size can say, with 32 bits and with 64.
    if (bytes.size() < row || (height > 1 && stride > (bytes.size() - row) / (height - 1))) {
      return invalid("Expected data to hold every pixel");
    }
    return FrameView(bytes.data(), width, height, stride);
  }

  [[nodiscard]] std::uint32_t width() const { return width_; }
  [[nodiscard]] std::uint32_t height() const { return height_; }
  [[nodiscard]] Size size() const { return {width_, height_}; }
  [[nodiscard]] std::size_t stride() const { return stride_; }
  // `width() * 4` bytes; y < height().
  [[nodiscard]] const std::uint8_t* row(std::uint32_t y) const { return data_ + std::size_t{y} * stride_; }

 private:
  FrameView(const std::uint8_t* data, std::uint32_t width, std::uint32_t height, std::size_t stride)
      : data_(data), stride_(stride), width_(width), height_(height) {}

  const std::uint8_t* data_;
  std::size_t stride_;
  std::uint32_t width_;
  std::uint32_t height_;
};

// A picture whose rows lie wherever they lie: the passes behind redaction read some rows of the frame itself and some
// of a redacted copy. Non-owning, like FrameView; each row holds `width` RGBA pixels.
struct Picture {
  std::span<const std::uint8_t* const> rows;
  std::uint32_t width;

  [[nodiscard]] std::uint32_t height() const { return static_cast<std::uint32_t>(rows.size()); }
};

}  // namespace caseframe
