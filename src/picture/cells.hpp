// One look at every pixel: how bright the frame is, and where.
//
//   ┌──────┬──────┬─────────┐   Square cells of `side` pixels. What a whole number of cells leaves over goes
//   │ side │      │ + rest  │   to the last column and row: no cell is smaller than the others, and none of
//   ├──────┼──────┼─────────┤   their means is noisier.
//   │      │      │         │
//   └──────┴──────┴─────────┘
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "frame.hpp"
#include "picture/luma.hpp"
#include "picture/statistics.hpp"
#ifdef __wasm_simd128__
#include "picture/statistics_simd128.hpp"
#endif

namespace caseframe {

// Red, green, blue; 0..255.
using ChannelMeans = std::array<double, 3>;

struct Cells {
  // 64 × 64: 16 KB of means on the stack. A frame of 640 × 360 has 80 × 45 of them.
  static constexpr std::uint32_t kMost = 4096;

  Lumas lumas;
  bool opaque = false;    // any pixel's alpha above 0
  ChannelMeans mean{};    // of the frame
  ChannelMeans lowest{};  // of the cells' means
  ChannelMeans highest{};
  std::uint32_t side = 0;  // in pixels
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  std::array<float, kMost> grey;  // each cell's mean of all its samples, row by row
};

#ifdef __wasm_simd128__
using simd128::Survey;
#else
using scalar::Survey;
#endif

// Cells hold whole blocks of the codec or divide them: 8 or a multiple of 16 pixels, so that two cells never share a
// block unless they are closer than 16 pixels. Frames under 64 pixels have 8 cells across.
constexpr std::uint32_t cell_side(std::uint32_t width, std::uint32_t height) {
  std::uint32_t side = std::clamp(std::min(width, height) / 8, 1u, 8u);
  const auto count = [&] { return std::max(1u, width / side) * std::max(1u, height / side); };
  while (count() > Cells::kMost) side = side < 8 ? 8 : side / 16 * 16 + 16;
  return side;
}

inline Cells measure_cells(const FrameView& frame) {
  Cells cells;
  cells.side = cell_side(frame.width(), frame.height());
  cells.columns = std::max(1u, frame.width() / cells.side);
  cells.rows = std::max(1u, frame.height() / cells.side);
  cells.lowest.fill(255);

  const std::uint64_t pixels = std::uint64_t{frame.width()} * frame.height();
  Survey survey(pixels);
  std::array<std::uint64_t, 3> totals{};
  for (std::uint32_t row = 0, y0 = 0; row < cells.rows; ++row, y0 += cells.side) {
    const std::uint32_t y1 = row + 1 == cells.rows ? frame.height() : y0 + cells.side;
    for (std::uint32_t column = 0, x0 = 0; column < cells.columns; ++column, x0 += cells.side) {
      const std::uint32_t x1 = column + 1 == cells.columns ? frame.width() : x0 + cells.side;
      const CellSums sums = survey.cell(frame, x0, x1, y0, y1);
      cells.opaque = cells.opaque || sums.opaque;
      const double area = static_cast<double>(x1 - x0) * (y1 - y0);
      double grey = 0;
      for (std::size_t channel = 0; channel < 3; ++channel) {
        const double mean = sums.channels[channel] / area;
        totals[channel] += sums.channels[channel];
        cells.lowest[channel] = std::min(cells.lowest[channel], mean);
        cells.highest[channel] = std::max(cells.highest[channel], mean);
        grey += mean / 3;
      }
      cells.grey[std::size_t{row} * cells.columns + column] = static_cast<float>(grey);
    }
  }

  cells.lumas = survey.lumas();
  for (std::size_t channel = 0; channel < 3; ++channel) {
    cells.mean[channel] = static_cast<double>(totals[channel]) / static_cast<double>(pixels);
  }
  return cells;
}

}  // namespace caseframe
