#include "text/strokes.hpp"

#include <algorithm>
#include <cstring>

namespace caseframe {
namespace {

constexpr std::ptrdiff_t kReach = 2;
#ifdef TUNE
}  // namespace
}  // namespace caseframe
#include "/tmp/tt/dev/params.hpp"
#define kFlat P("FL", 5)
namespace caseframe {
namespace {
#else
constexpr std::uint8_t kFlat = 5;
#endif

struct Rows {
  std::uint8_t* across;
  std::uint8_t* down;
  std::uint8_t* flat;
  std::uint8_t* peak;
};

std::uint8_t less(std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a > b ? a - b : 0); }

void add_row(const std::uint8_t* row, std::ptrdiff_t stride, std::uint32_t width, std::uint8_t contrast,
             const Rows& sums) {
  const std::uint8_t *left = row - kReach, *right = row + kReach;
  const std::uint8_t *above = row - kReach * stride, *below = row + kReach * stride;
  std::uint8_t *__restrict across = sums.across, *__restrict down = sums.down, *__restrict flat = sums.flat,
                          *__restrict peak = sums.peak;
  const int flat_limit = kFlat;
  for (std::uint32_t x = 0; x < width; ++x) {
    const std::uint8_t c = row[x];
    const std::uint8_t high_x = std::max(left[x], right[x]), low_x = std::min(left[x], right[x]);
    const std::uint8_t high_y = std::max(above[x], below[x]), low_y = std::min(above[x], below[x]);
    const std::uint8_t by_x = std::max(less(c, high_x), less(low_x, c));
    const std::uint8_t by_y = std::max(less(c, high_y), less(low_y, c));
    const std::uint8_t high = std::max(high_x, high_y), low = std::min(low_x, low_y);
    const std::uint8_t range = less(std::max(high, c), std::min(low, c));
    across[x] = static_cast<std::uint8_t>(across[x] + (by_x >= contrast));
    down[x] = static_cast<std::uint8_t>(down[x] + (by_y >= contrast));
    flat[x] = static_cast<std::uint8_t>(flat[x] + (range <= flat_limit));
    peak[x] = std::max(peak[x], std::max(by_x, by_y));
  }
}

}  // namespace

Result<Buffer<StrokeCell>> find_strokes(const Plane& plane, std::uint8_t contrast) {
  const std::uint32_t columns = plane.columns(), rows = plane.rows(), width = columns * kTextCell;
  auto cells = Buffer<StrokeCell>::allocate(std::size_t{columns} * rows);
  if (!cells) return cells;
  auto sums = Buffer<std::uint8_t>::allocate(std::size_t{width} * 4);
  if (!sums) return sums.error();
  std::uint8_t* first = sums->data();
  const Rows lines{first, first + width, first + 2 * std::size_t{width}, first + 3 * std::size_t{width}};
  StrokeCell* out = cells->data();
  for (std::uint32_t row = 0; row < rows; ++row) {
    std::memset(first, 0, sums->size());
    for (std::uint32_t y = 0; y < kTextCell; ++y) {
      add_row(plane.row(row * kTextCell + y), static_cast<std::ptrdiff_t>(plane.stride()), width, contrast, lines);
    }
    for (std::uint32_t x = 0; x < width; x += kTextCell) {
      StrokeCell cell{};
      for (std::uint32_t i = x; i < x + kTextCell; ++i) {
        cell.across = static_cast<std::uint8_t>(cell.across + lines.across[i]);
        cell.down = static_cast<std::uint8_t>(cell.down + lines.down[i]);
        cell.flat = static_cast<std::uint8_t>(cell.flat + lines.flat[i]);
        cell.peak = std::max(cell.peak, lines.peak[i]);
      }
      for (const std::uint32_t j : {1U, 5U}) for (const std::uint32_t i : {1U, 5U}) cell.bright = std::max(cell.bright, plane.row(row * kTextCell + j)[x + i]);
      *out++ = cell;
    }
  }
  return cells;
}

}  // namespace caseframe
