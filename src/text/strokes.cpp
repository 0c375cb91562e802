#include "text/strokes.hpp"

#include <algorithm>
#include <cstring>

#ifdef TUNE
#include "/tmp/tt/dev/params.hpp"
#else
#define P(name, by) (by)
#endif

namespace caseframe {
namespace {

constexpr std::ptrdiff_t kReach = 2;
// What a codec and a sensor make of one colour.
constexpr std::uint8_t kFlat = 5;

// A column of pixels of one row of cells, each.
struct Columns {
  std::uint8_t* across;
  std::uint8_t* down;
  std::uint8_t* flat;
  std::uint8_t* peak;
};

std::uint8_t above_zero(std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a > b ? a - b : 0); }

void add_row(const std::uint8_t* row, std::ptrdiff_t stride, std::uint32_t width, std::uint8_t contrast,
             const Columns& sums) {
  const std::uint8_t *left = row - kReach, *right = row + kReach;
  const std::uint8_t *above = row - kReach * stride, *below = row + kReach * stride;
  std::uint8_t *__restrict across = sums.across, *__restrict down = sums.down;
  std::uint8_t *__restrict flat = sums.flat, *__restrict peak = sums.peak;
  for (std::uint32_t x = 0; x < width; ++x) {
    const std::uint8_t pixel = row[x];
    const std::uint8_t high_x = std::max(left[x], right[x]), low_x = std::min(left[x], right[x]);
    const std::uint8_t high_y = std::max(above[x], below[x]), low_y = std::min(above[x], below[x]);
    const std::uint8_t by_x = std::max(above_zero(pixel, high_x), above_zero(low_x, pixel));
    const std::uint8_t by_y = std::max(above_zero(pixel, high_y), above_zero(low_y, pixel));
    const std::uint8_t high = std::max({high_x, high_y, pixel}), low = std::min({low_x, low_y, pixel});
    across[x] = static_cast<std::uint8_t>(across[x] + (by_x >= contrast));
    down[x] = static_cast<std::uint8_t>(down[x] + (by_y >= contrast));
    flat[x] = static_cast<std::uint8_t>(flat[x] + (above_zero(high, low) <= kFlat));
    peak[x] = std::max({peak[x], by_x, by_y});
  }
}

std::uint16_t sum(const std::uint8_t* columns) {
  std::uint16_t total = 0;
  for (std::uint32_t i = 0; i < kTextCell; ++i) total = static_cast<std::uint16_t>(total + columns[i]);
  return total;
}

}  // namespace

Status find_strokes(const Plane& plane, std::uint8_t contrast, const Strokes& strokes) {
  const std::uint32_t columns = plane.columns(), width = columns * kTextCell;
  auto sums = Buffer<std::uint8_t>::allocate(std::size_t{width} * 4);
  if (!sums) return sums.error();
  std::uint8_t* first = sums->data();
  const Columns lines{first, first + width, first + 2 * std::size_t{width}, first + 3 * std::size_t{width}};
  for (std::uint32_t row = 0; row < plane.rows(); ++row) {
    std::memset(first, 0, sums->size());
    const std::uint8_t* top = plane.row(row * kTextCell);
    const auto stride = static_cast<std::ptrdiff_t>(plane.stride());
    for (std::uint32_t y = 0; y < kTextCell; ++y) add_row(top + y * stride, stride, width, contrast, lines);
    for (std::uint32_t column = 0; column < columns; ++column) {
      const std::uint32_t x = column * kTextCell;
      strokes.across.row(row)[column] = sum(lines.across + x);
      strokes.down.row(row)[column] = sum(lines.down + x);
      strokes.flat.row(row)[column] = sum(lines.flat + x);
      strokes.peak.row(row)[column] = *std::max_element(lines.peak + x, lines.peak + x + kTextCell);
      const std::uint8_t *upper = top + stride + x, *lower = upper + 4 * stride;
      strokes.bright.row(row)[column] = std::max({upper[1], upper[5], lower[1], lower[5]});
    }
  }
  return {};
}

}  // namespace caseframe
