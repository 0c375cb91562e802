// A frame as a small picture of cells: the mean of each, and of all.
//
//   ┌──────┬──────┬─────────┐   Square cells of `side` pixels. What a whole number of cells leaves over goes
//   │ side │      │ + rest  │   to the last column and row: no cell is smaller than the others, and none of
//   ├──────┼──────┼─────────┤   their means is noisier.
//   │      │      │         │
//   └──────┴──────┴─────────┘
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "frame.hpp"
#include "picture/luma.hpp"
#ifdef CASEFRAME_SIMD128
#include "picture/statistics_simd128.hpp"
#else
#include "picture/statistics_scalar.hpp"
#endif

namespace caseframe {

#ifdef CASEFRAME_SIMD128
using simd128::Statistics;
#else
using scalar::Statistics;
#endif

// Red, green, blue; 0..255.
using ChannelMeans = std::array<double, 3>;

struct Cells {
  // 64 × 64: 32 KB of means on the stack. A frame of 640 × 360 has 80 × 45 of them.
  static constexpr std::uint32_t kMost = 4096;

  LumaStatistics lumas;
  bool opaque = false;    // any pixel's alpha above 0
  ChannelMeans mean{};    // of the frame
  ChannelMeans lowest{};  // of the cells' means
  ChannelMeans highest{};
  std::uint32_t side = 0;  // in pixels
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  // Of each cell's channel means, row by row: their mean, and half of what the strongest has more than the weakest.
  std::array<float, kMost> grey;
  std::array<float, kMost> chroma;
};

// Adds every pixel of `frame` to `statistics`, which is new.
[[nodiscard]] Cells measure_cells(const FrameView& frame, Statistics& statistics);

}  // namespace caseframe
