// What one pass over a frame's pixels gives. Two classes `Statistics` make it, to the same numbers:
// statistics_scalar.hpp and statistics_simd128.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "frame.hpp"
#include "picture/luma.hpp"

namespace caseframe {

// Sums of one cell's samples: 32 bits hold the largest, (2 × 1024)² pixels of 255.
struct CellSums {
  std::array<std::uint32_t, 3> channels{};  // red, green, blue
  bool opaque = false;                      // any alpha above 0
};

// Red, green, blue.
using Colour = std::array<std::uint8_t, 3>;

// 1 where a pixel (RGBA) has a channel below `low`'s or above `high`'s, else 0.
inline std::uint32_t is_outside(const std::uint8_t* pixel, const Colour& low, const Colour& high) {
  bool outside = false;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    outside |= pixel[channel] < low[channel] || pixel[channel] > high[channel];
  }
  return outside ? 1 : 0;
}

}  // namespace caseframe
