// The statistics of a frame in plain C++: a histogram of all lumas.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "picture/statistics.hpp"

namespace caseframe::scalar {

class Statistics {
 public:
  explicit Statistics(std::uint64_t pixels) : most_above_(most_above_peak(pixels)) {}

  // Adds columns [x0, x1) of rows [y0, y1): each pixel once in all.
  CellSums add_cell(const FrameView& frame, std::uint32_t x0, std::uint32_t x1, std::uint32_t y0, std::uint32_t y1) {
    CellSums sums;
    std::uint8_t alpha = 0;
    for (std::uint32_t y = y0; y < y1; ++y) {
      const std::uint8_t* pixel = frame.row(y) + std::size_t{x0} * kBytesPerPixel;
      for (std::uint32_t x = x0; x < x1; ++x, pixel += kBytesPerPixel) {
        sums.channels[0] += pixel[0];
        sums.channels[1] += pixel[1];
        sums.channels[2] += pixel[2];
        alpha = static_cast<std::uint8_t>(alpha | pixel[3]);
        ++histograms_[x & 3][luma(pixel[0], pixel[1], pixel[2])];
      }
    }
    sums.opaque = alpha != 0;
    return sums;
  }

  [[nodiscard]] LumaStatistics lumas() const {
    LumaStatistics lumas;
    std::uint64_t above = 0;
    for (std::size_t value = 256; value-- > 0;) {
      std::uint64_t count = 0;
      for (const auto& histogram : histograms_) count += histogram[value];
      lumas.sum += count * value;
      lumas.squares += count * value * value;
      if (value <= kDarkLuma) lumas.dark += count;
      if (above <= most_above_) lumas.peak = static_cast<std::uint8_t>(value);
      above += count;
    }
    return lumas;
  }

  // How many pixels have a channel below `low`'s or above `high`'s: another pass, for a frame that is about to be
  // rejected.
  [[nodiscard]] static std::uint64_t outside(const FrameView& frame, const Colour& low, const Colour& high) {
    std::uint64_t count = 0;
    for (std::uint32_t y = 0; y < frame.height(); ++y) {
      const std::uint8_t* pixel = frame.row(y);
      for (std::uint32_t x = 0; x < frame.width(); ++x, pixel += kBytesPerPixel) count += is_outside(pixel, low, high);
    }
    return count;
  }

 private:
  std::uint64_t most_above_;
  // Four, taken in turn: on a flat frame every increment of a single one would wait for the one before.
  std::array<std::array<std::uint32_t, 256>, 4> histograms_{};
};

}  // namespace caseframe::scalar
