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

namespace caseframe {

// Red, green, blue; 0..255.
using ChannelMeans = std::array<double, 3>;

struct Cells {
  // 64 × 64: 16 KB of means on the stack. A frame of 640 × 360 has 80 × 45 of them.
  static constexpr std::uint32_t kMost = 4096;

  std::array<std::uint32_t, 256> luma_histogram{};
  std::uint8_t alpha = 0;  // every pixel's, or-ed
  ChannelMeans mean{};     // of the frame
  ChannelMeans lowest{};   // of the cells' means
  ChannelMeans highest{};
  std::uint32_t side = 0;  // in pixels
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  std::array<float, kMost> grey;  // each cell's mean of all its samples, row by row
};

// BT.709's weights in 1/32768, the finest that a signed 16-bit multiply takes; they add up to one. Rounded to nearest.
constexpr std::uint32_t luma(std::uint32_t r, std::uint32_t g, std::uint32_t b) {
  return (6966 * r + 23436 * g + 2366 * b + 16384) >> 15;
}

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

  // Four, taken in turn: on a flat frame every increment of a single one would wait for the one before.
  std::array<std::array<std::uint32_t, 256>, 4> histograms{};
  std::array<std::uint64_t, 3> totals{};
  for (std::uint32_t row = 0, y0 = 0; row < cells.rows; ++row, y0 += cells.side) {
    const std::uint32_t y1 = row + 1 == cells.rows ? frame.height() : y0 + cells.side;
    for (std::uint32_t column = 0, x0 = 0; column < cells.columns; ++column, x0 += cells.side) {
      const std::uint32_t x1 = column + 1 == cells.columns ? frame.width() : x0 + cells.side;
      // 32 bits hold the largest cell: (2 × 1024)² pixels of 255.
      std::array<std::uint32_t, 3> sums{};
      for (std::uint32_t y = y0; y < y1; ++y) {
        const std::uint8_t* pixel = frame.row(y) + std::size_t{x0} * kBytesPerPixel;
        for (std::uint32_t x = x0; x < x1; ++x, pixel += kBytesPerPixel) {
          sums[0] += pixel[0];
          sums[1] += pixel[1];
          sums[2] += pixel[2];
          cells.alpha = static_cast<std::uint8_t>(cells.alpha | pixel[3]);
          ++histograms[x & 3][luma(pixel[0], pixel[1], pixel[2])];
        }
      }
      const double pixels = static_cast<double>(x1 - x0) * (y1 - y0);
      double grey = 0;
      for (std::size_t channel = 0; channel < 3; ++channel) {
        const double mean = sums[channel] / pixels;
        totals[channel] += sums[channel];
        cells.lowest[channel] = std::min(cells.lowest[channel], mean);
        cells.highest[channel] = std::max(cells.highest[channel], mean);
        grey += mean / 3;
      }
      cells.grey[std::size_t{row} * cells.columns + column] = static_cast<float>(grey);
    }
  }

  const double pixels = static_cast<double>(frame.width()) * frame.height();
  for (std::size_t channel = 0; channel < 3; ++channel) {
    cells.mean[channel] = static_cast<double>(totals[channel]) / pixels;
  }
  for (std::size_t value = 0; value < 256; ++value) {
    for (const auto& histogram : histograms) cells.luma_histogram[value] += histogram[value];
  }
  return cells;
}

}  // namespace caseframe
