// A frame with some of its rows in a copy: reads go anywhere, writes to the copied rows alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "frame.hpp"
#include "redaction/levels.hpp"
#include "redaction/record.hpp"

namespace caseframe {

struct Rect {
  std::uint32_t left;
  std::uint32_t top;
  std::uint32_t right;   // first column outside
  std::uint32_t bottom;  // first row outside

  [[nodiscard]] std::uint32_t width() const { return right - left; }
  [[nodiscard]] std::uint32_t height() const { return bottom - top; }
};

inline Rect rect_of(const Redaction& r) { return {r.x, r.y, r.x + r.width, r.y + r.height}; }

class Canvas {
 public:
  // `rows` are the frame's, or stand in `copy`.
  Canvas(std::span<const std::uint8_t* const> rows, std::uint32_t width, std::uint8_t* copy)
      : rows_(rows), width_(width), copy_(copy) {}

  [[nodiscard]] std::uint32_t width() const { return width_; }
  [[nodiscard]] std::uint32_t height() const { return static_cast<std::uint32_t>(rows_.size()); }
  [[nodiscard]] const std::uint8_t* row(std::uint32_t y) const { return rows_[y]; }
  // Only of a row that is copied.
  [[nodiscard]] std::uint8_t* writable(std::uint32_t y) const { return copy_ + (rows_[y] - copy_); }

  void fill(const Rect& rect, Rgb color) const {
    const std::array<std::uint8_t, kBytesPerPixel> pixel = {color.r, color.g, color.b, 255};
    for (std::uint32_t y = rect.top; y < rect.bottom; ++y) {
      std::uint8_t* row = writable(y) + std::size_t{rect.left} * kBytesPerPixel;
      for (std::uint32_t x = 0; x < rect.width(); ++x) {
        std::memcpy(row + std::size_t{x} * kBytesPerPixel, pixel.data(), kBytesPerPixel);
      }
    }
  }

 private:
  std::span<const std::uint8_t* const> rows_;
  std::uint32_t width_;
  std::uint8_t* copy_;
};

}  // namespace caseframe
