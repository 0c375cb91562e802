#include "text/cover.hpp"

#include <algorithm>
#include <optional>

#include "redaction/regions.hpp"

namespace caseframe {
namespace {

// In cells; `right` and `bottom` are outside.
struct Box {
  std::uint32_t left;
  std::uint32_t right;
  std::uint32_t top;
  std::uint32_t bottom;
};

// A run of cells joins the box above it where both ends of both are nearly the same: lines of text end raggedly.
constexpr std::uint32_t kRagged = 2;

std::uint32_t apart(std::uint32_t a, std::uint32_t b) { return a > b ? a - b : b - a; }

// Of the boxes so far the one that a run continues.
Box* above(std::span<Box> boxes, const Box& run) {
  for (std::size_t i = boxes.size(); i-- > 0;) {
    Box& box = boxes[i];
    if (box.bottom < run.top) continue;
    if (apart(box.left, run.left) <= kRagged && apart(box.right, run.right) <= kRagged) return &box;
  }
  return nullptr;
}

// How many boxes it takes; nothing where there is no room for so many.
std::optional<std::size_t> collect(const CellMap& marked, Buffer<Box>& boxes) {
  std::size_t count = 0;
  for (std::uint32_t y = 0; y < marked.rows; ++y) {
    const std::uint16_t *first = marked.row(y), *end = first + marked.columns;
    for (const std::uint16_t* cell = first; cell < end; ++cell) {
      if (*cell == 0) continue;
      const std::uint16_t* begin = cell;
      while (cell < end && *cell != 0) ++cell;
      const Box run{static_cast<std::uint32_t>(begin - first), static_cast<std::uint32_t>(cell - first), y, y + 1};
      if (Box* box = above({boxes.data(), count}, run)) {
        *box = {std::min(box->left, run.left), std::max(box->right, run.right), box->top, run.bottom};
      } else {
        if (count == boxes.size()) return std::nullopt;
        boxes[count++] = run;
      }
    }
  }
  return count;
}

// In place: each cell of a row is written when all that are read for it have been.
CellMap halve(const CellMap& map) {
  const CellMap half{map.cells, (map.columns + 1) / 2, (map.rows + 1) / 2};
  for (std::uint32_t y = 0; y < half.rows; ++y) {
    for (std::uint32_t x = 0; x < half.columns; ++x) {
      std::uint16_t any = 0;
      for (std::uint32_t j = 2 * y; j < std::min(2 * y + 2, map.rows); ++j) {
        for (std::uint32_t i = 2 * x; i < std::min(2 * x + 2, map.columns); ++i) any |= map.row(j)[i];
      }
      half.row(y)[x] = any;
    }
  }
  return half;
}

}  // namespace

Result<Buffer<TextRegion>> cover(CellMap marked, Size frame) {
  auto boxes = Buffer<Box>::allocate(kMaxRegions);
  if (!boxes) return boxes.error();
  std::uint32_t side = kTextCell;
  std::optional<std::size_t> count;
  // Down to a single cell, if need be.
  while (!(count = collect(marked, *boxes))) {
    marked = halve(marked);
    side *= 2;
  }
  auto regions = Buffer<TextRegion>::allocate(*count);
  if (!regions) return regions;
  for (std::size_t i = 0; i < *count; ++i) {
    const Box& box = (*boxes)[i];
    const std::uint32_t x = box.left * side, y = box.top * side;
    (*regions)[i] = {x, y, std::min(frame.width, box.right * side) - x, std::min(frame.height, box.bottom * side) - y};
  }
  return regions;
}

}  // namespace caseframe
