// A frame's brightness or colourfulness as a plane of its own, in samples of 7 bits (text/samples.hpp), and the same at
// half the size.
//
//   ┌ margin ─────────────────────────┐   `columns` × `rows` whole cells of 8 × 8 pixels hold the picture. What is
//   │ ┌──────────────┬ filled up ───┐ │   left of the last ones, and a margin all around, repeats the picture's
//   │ │ width×height │              │ │   border: nothing that looks at a pixel's neighbours has to ask where the
//   │ └──────────────┴──────────────┘ │   picture ends, and finds no edge there.
//   └─────────────────────────────────┘
#pragma once

#include <cstddef>
#include <cstdint>

#include "buffer.hpp"
#include "frame.hpp"
#include "result.hpp"
#include "text/cell_map.hpp"

namespace caseframe {

class Plane {
 public:
  // In pixels, on every side; a vector's width, so that rows begin where vectors like to.
  static constexpr std::uint32_t kMargin = 16;

  // A quarter of red and of blue, half of green: nearer to each other than luma's weights, so that what is written in
  // blue or red stands out.
  static Result<Plane> brightness_of(const FrameView& frame);
  // How far the strongest channel is above the weakest, at half the size: what video keeps of a colour.
  static Result<Plane> colourfulness_of(const FrameView& frame);
  // Each pixel the mean of 2 × 2, of the sides' halves rounded up.
  [[nodiscard]] Result<Plane> halved() const;

  [[nodiscard]] std::uint32_t columns() const { return (size_.width + kTextCell - 1) / kTextCell; }
  [[nodiscard]] std::uint32_t rows() const { return (size_.height + kTextCell - 1) / kTextCell; }
  [[nodiscard]] std::size_t stride() const { return stride_; }
  // Of the picture's first pixel in this row; -kMargin ≤ y < rows() * 8 + kMargin.
  [[nodiscard]] const std::uint8_t* row(std::int64_t y) const { return bytes_.data() + offset(y); }

 private:
  static Result<Plane> allocate(Size size);
  [[nodiscard]] std::size_t offset(std::int64_t y) const {
    return static_cast<std::size_t>(y + kMargin) * stride_ + kMargin;
  }
  [[nodiscard]] std::uint8_t* row(std::int64_t y) { return bytes_.data() + offset(y); }
  void repeat_borders();

  Buffer<std::uint8_t> bytes_;
  Size size_{};
  std::size_t stride_ = 0;
};

}  // namespace caseframe
