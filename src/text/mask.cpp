#include "text/mask.hpp"

#include <algorithm>
#include <cstring>

#include "redaction/regions.hpp"
#include "text/plane.hpp"

namespace caseframe {
namespace {

// In cells; the ends are not inside.
struct Box {
  std::uint32_t left;
  std::uint32_t right;
  std::uint32_t top;
  std::uint32_t bottom;
};

// The open list: boxes that end at the row before, left to right, stand behind those that are done.
class Boxes {
 public:
  explicit Boxes(Buffer<Box>& boxes) : boxes_(boxes) {}

  // False where there is no room.
  bool add_row(const TextMask& mask, std::uint32_t y, std::uint32_t slack) {
    const std::uint8_t* cells = mask.row(y);
    for (std::uint32_t x = 0; x < mask.columns; ++x) {
      if (cells[x] == 0) continue;
      std::uint32_t end = x + 1;
      while (end < mask.columns && cells[end] != 0) ++end;
      if (!add_run({x, end, y, y + 1}, slack)) return false;
      x = end;
    }
    return true;
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  bool add_run(const Box& run, std::uint32_t slack) {
    const auto apart = [](std::uint32_t a, std::uint32_t b) { return a > b ? a - b : b - a; };
    for (std::size_t i = count_; i-- > 0;) {
      Box& box = boxes_[i];
      if (box.bottom < run.top) continue;
      if (apart(box.left, run.left) > slack || apart(box.right, run.right) > slack) continue;
      box = {std::min(box.left, run.left), std::max(box.right, run.right), box.top, run.bottom};
      return true;
    }
    if (count_ == boxes_.size()) return false;
    boxes_[count_++] = run;
    return true;
  }

  Buffer<Box>& boxes_;
  std::size_t count_ = 0;
};

Result<TextMask> halved(const TextMask& mask) {
  auto half = TextMask::create((mask.columns + 1) / 2, (mask.rows + 1) / 2);
  if (!half) return half;
  for (std::uint32_t y = 0; y < mask.rows; ++y) {
    const std::uint8_t* from = mask.row(y);
    std::uint8_t* to = half->row(y / 2);
    for (std::uint32_t x = 0; x < mask.columns; ++x) to[x / 2] |= from[x];
  }
  return half;
}

// False where kMaxRegions do not do.
bool collect(const TextMask& mask, Buffer<Box>& boxes, std::size_t& count, std::uint32_t slack) {
  Boxes list(boxes);
  for (std::uint32_t y = 0; y < mask.rows; ++y) {
    if (!list.add_row(mask, y, slack)) return false;
  }
  count = list.count();
  return true;
}

}  // namespace

Result<TextMask> TextMask::create(std::uint32_t columns, std::uint32_t rows) {
  auto cells = Buffer<std::uint8_t>::allocate(std::size_t{columns} * rows);
  if (!cells) return cells.error();
  std::memset(cells->data(), 0, cells->size());
  return TextMask{*std::move(cells), columns, rows};
}

Result<Buffer<TextRegion>> cover(const TextMask& mask, Size frame) {
  auto boxes = Buffer<Box>::allocate(kMaxRegions);
  if (!boxes) return boxes.error();
  std::size_t count = 0;
  std::uint32_t side = kTextCell;
  TextMask coarse{};
  const TextMask* cells = &mask;
  while (!collect(*cells, *boxes, count, 2)) {
    auto half = halved(*cells);
    if (!half) return half.error();
    coarse = *std::move(half);
    cells = &coarse;
    side *= 2;
  }
  auto regions = Buffer<TextRegion>::allocate(count);
  if (!regions) return regions;
  for (std::size_t i = 0; i < count; ++i) {
    const Box& box = (*boxes)[i];
    const std::uint32_t x = box.left * side, y = box.top * side;
    (*regions)[i] = {x, y, std::min(frame.width, box.right * side) - x, std::min(frame.height, box.bottom * side) - y};
  }
  return regions;
}

}  // namespace caseframe
