#include "text/strokes.hpp"

#include <algorithm>

#include "text/samples.hpp"

namespace caseframe {
namespace {

constexpr std::ptrdiff_t kReach = 2;
// What a codec and a sensor make of one colour, in the plane's levels.
constexpr std::uint8_t kFlat = 2;

// Of the pixels of a cell's columns.
struct Columns {
  Samples across = Samples::all(0);
  Samples down = Samples::all(0);
  Samples rough = Samples::all(0);
  Samples peak = Samples::all(0);
};

// Eight rows from `pixels` on.
Columns measure(const std::uint8_t* pixels, std::ptrdiff_t stride, Samples contrast) {
  const Samples uneven = Samples::all(kFlat + 1);
  Columns sums;
  for (std::uint32_t y = 0; y < kTextCell; ++y, pixels += stride) {
    const Samples pixel = Samples::load(pixels);
    const Samples left = Samples::load(pixels - kReach), right = Samples::load(pixels + kReach);
    const Samples over = Samples::load(pixels - kReach * stride), under = Samples::load(pixels + kReach * stride);
    const Samples high_x = max(left, right), low_x = min(left, right);
    const Samples high_y = max(over, under), low_y = min(over, under);
    // One of the two is 0.
    const Samples by_x = above(pixel, high_x) | above(low_x, pixel);
    const Samples by_y = above(pixel, high_y) | above(low_y, pixel);
    const Samples most = above(max(high_x, high_y), pixel), least = above(pixel, min(low_x, low_y));
    sums.across = counted(sums.across, by_x, contrast);
    sums.down = counted(sums.down, by_y, contrast);
    sums.rough = counted(sums.rough, max(most, least), uneven);
    sums.peak = max(sums.peak, max(by_x, by_y));
  }
  return sums;
}

}  // namespace

Status find_strokes(const Plane& plane, std::uint8_t contrast, const Strokes& strokes) {
  constexpr std::uint32_t kCells = Samples::kCount / kTextCell;
  const Samples least = Samples::all(contrast);
  const auto stride = static_cast<std::ptrdiff_t>(plane.stride());
  for (std::uint32_t row = 0; row < plane.rows(); ++row) {
    const std::uint8_t* top = plane.row(std::int64_t{row} * kTextCell);
    for (std::uint32_t first = 0; first < plane.columns(); first += kCells) {
      const Columns found = measure(top + std::size_t{first} * kTextCell, stride, least);
      const auto sum = [](Samples a, Samples b) { return a + b; };
      std::uint8_t across[Samples::kCount], down[Samples::kCount], rough[Samples::kCount], peak[Samples::kCount];
      folded(found.across, sum).store(across);
      folded(found.down, sum).store(down);
      folded(found.rough, sum).store(rough);
      folded(found.peak, [](Samples a, Samples b) { return max(a, b); }).store(peak);
      for (std::uint32_t i = 0; i < kCells && first + i < plane.columns(); ++i) {
        const std::uint32_t column = first + i, x = i * kTextCell;
        strokes.across.row(row)[column] = across[x];
        strokes.down.row(row)[column] = down[x];
        strokes.flat.row(row)[column] = static_cast<std::uint16_t>(kTextCell * kTextCell - rough[x]);
        strokes.peak.row(row)[column] = peak[x];
        const std::uint8_t *upper = top + stride + std::size_t{column} * kTextCell, *lower = upper + 4 * stride;
        strokes.bright.row(row)[column] = std::max({upper[1], upper[5], lower[1], lower[5]});
      }
    }
  }
  return {};
}

}  // namespace caseframe
