// How much detail a frame has, for choosing the best of several frames of one scene. No absolute scale: another scene
// has other numbers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "frame.hpp"

namespace caseframe {

// The luma of a frame as a decoder has it: 8 bits a sample, row-major. Non-owning, like FrameView.
class LumaView {
 public:
  // `stride` is in bytes. kInvalidArgument unless 1 ≤ width, height ≤ kMaxSide, stride ≥ width and `bytes` holds every
  // sample.
  static Result<LumaView> create(std::span<const std::uint8_t> bytes, std::uint32_t width, std::uint32_t height,
                                 std::size_t stride);

  [[nodiscard]] std::uint32_t width() const { return width_; }
  [[nodiscard]] std::uint32_t height() const { return height_; }
  [[nodiscard]] std::size_t stride() const { return stride_; }
  // `width()` samples; y < height().
  [[nodiscard]] const std::uint8_t* row(std::uint32_t y) const { return data_ + std::size_t{y} * stride_; }

 private:
  LumaView(const std::uint8_t* data, std::uint32_t width, std::uint32_t height, std::size_t stride)
      : data_(data), stride_(stride), width_(width), height_(height) {}

  const std::uint8_t* data_;
  std::size_t stride_;
  std::uint32_t width_;
  std::uint32_t height_;
};

// What black and white are in video of limited range (ITU-R BT.709-6, item 4.6), and white in full range.
inline constexpr std::uint8_t kLimitedBlack = 16;
inline constexpr std::uint8_t kLimitedWhite = 235;
inline constexpr std::uint8_t kFullWhite = 255;

// Cells across and down.
inline constexpr std::size_t kThumbnailSide = 16;

// The frame in a few cells, row by row: the mean luma of each, 1..255; 0 where a small frame has no tile for it.
using Thumbnail = std::array<std::uint8_t, kThumbnailSide * kThumbnailSide>;

struct Sharpness {
  // The gradient of the tiles that have most of it, in mean lumas of the picture a picture's side: so that neither
  // exposure nor the resolution it was sent in counts as detail. 0 where there is nothing to see; blur and lost
  // detail lower it, noise and a codec's blocks do not raise it.
  double sharpness = 0;
  double clipped = 0;  // share of samples at white, or within 5 levels of it, 0..1
  // The standard deviation of white noise that would make the gradient of the tiles that have least, in levels of the
  // halved picture. A picture that has texture everywhere is taken to be noisy; frames of one scene have it alike. 0 of
  // a picture of few tiles.
  double noise = 0;
  // The mean luma above black, in levels, and 16 more: what the gradient is divided by.
  double brightness = 0;
  Thumbnail thumbnail{};
};

// kOutOfMemory. `white`: the level that stands for white.
[[nodiscard]] Result<Sharpness> measure_sharpness(const LumaView& luma, std::uint8_t white);
// Of a whole frame: its luma, as picture/luma.hpp has it.
[[nodiscard]] Result<Sharpness> measure_sharpness(const FrameView& frame);

}  // namespace caseframe
