#include "picture/cells.hpp"

#include <algorithm>

namespace caseframe {
namespace {

// Cells hold whole blocks of the codec or divide them: 8 or a multiple of 16 pixels, so that two cells never share a
// block unless they are closer than 16 pixels. Frames under 64 pixels have 8 cells across.
constexpr std::uint32_t cell_side(std::uint32_t width, std::uint32_t height) {
  std::uint32_t side = std::clamp(std::min(width, height) / 8, 1u, 8u);
  const auto count = [&] { return std::max(1u, width / side) * std::max(1u, height / side); };
  while (count() > Cells::kMost) side = side < 8 ? 8 : side / 16 * 16 + 16;
  return side;
}

}  // namespace

Cells measure_cells(const FrameView& frame, Statistics& statistics) {
  Cells cells;
  cells.side = cell_side(frame.width(), frame.height());
  cells.columns = std::max(1u, frame.width() / cells.side);
  cells.rows = std::max(1u, frame.height() / cells.side);
  cells.lowest.fill(255);

  const std::uint64_t pixels = std::uint64_t{frame.width()} * frame.height();
  std::array<std::uint64_t, 3> totals{};
  for (std::uint32_t row = 0, y0 = 0; row < cells.rows; ++row, y0 += cells.side) {
    const std::uint32_t y1 = row + 1 == cells.rows ? frame.height() : y0 + cells.side;
    for (std::uint32_t column = 0, x0 = 0; column < cells.columns; ++column, x0 += cells.side) {
      const std::uint32_t x1 = column + 1 == cells.columns ? frame.width() : x0 + cells.side;
      const CellSums sums = statistics.add_cell(frame, x0, x1, y0, y1);
      cells.opaque = cells.opaque || sums.opaque;
      const double area = static_cast<double>(x1 - x0) * (y1 - y0);
      double grey = 0, weakest = 255, strongest = 0;
      for (std::size_t channel = 0; channel < 3; ++channel) {
        const double mean = sums.channels[channel] / area;
        totals[channel] += sums.channels[channel];
        cells.lowest[channel] = std::min(cells.lowest[channel], mean);
        cells.highest[channel] = std::max(cells.highest[channel], mean);
        grey += mean / 3;
        weakest = std::min(weakest, mean);
        strongest = std::max(strongest, mean);
      }
      const std::size_t cell = std::size_t{row} * cells.columns + column;
      cells.grey[cell] = static_cast<float>(grey);
      cells.chroma[cell] = static_cast<float>((strongest - weakest) / 2);
    }
  }

  cells.lumas = statistics.lumas();
  for (std::size_t channel = 0; channel < 3; ++channel) {
    cells.mean[channel] = static_cast<double>(totals[channel]) / static_cast<double>(pixels);
  }
  return cells;
}

}  // namespace caseframe
