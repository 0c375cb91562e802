// Which cells of a frame are to be covered, and the rectangles that cover them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "buffer.hpp"
#include "frame.hpp"
#include "result.hpp"
#include "text/find_text.hpp"

namespace caseframe {

// A byte for each cell of 8 × 8 pixels, row by row: 0 where it stays open.
struct TextMask {
  Buffer<std::uint8_t> cells;
  std::uint32_t columns;
  std::uint32_t rows;

  static Result<TextMask> create(std::uint32_t columns, std::uint32_t rows);
  [[nodiscard]] std::uint8_t* row(std::uint32_t y) { return cells.data() + std::size_t{y} * columns; }
  [[nodiscard]] const std::uint8_t* row(std::uint32_t y) const { return cells.data() + std::size_t{y} * columns; }
};

// At most kMaxRegions rectangles, which cover every cell of the mask: more, where few would not do, as little more as
// a merge of neighbours takes, and in the end cells of twice the side.
[[nodiscard]] Result<Buffer<TextRegion>> cover(const TextMask& mask, Size frame);

}  // namespace caseframe
