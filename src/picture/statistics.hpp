// What one pass over a frame's pixels gives. Two classes `Statistics` make it, to the same numbers:
// statistics_scalar.hpp and statistics_simd128.hpp.
#pragma once

#include <array>
#include <cstdint>

#include "frame.hpp"
#include "picture/luma.hpp"

namespace caseframe {

// Sums of one cell's samples: 32 bits hold the largest, (2 × 1024)² pixels of 255.
struct CellSums {
  std::array<std::uint32_t, 3> channels{};  // red, green, blue
  bool opaque = false;                      // any alpha above 0
};

}  // namespace caseframe
