// Which cells of a plane are text's?
#pragma once

#include <cstdint>

#include "result.hpp"
#include "text/cell_map.hpp"
#include "text/lines.hpp"
#include "text/plane.hpp"

namespace caseframe {

// What a cell has to show. Contrasts are in the plane's levels, 0..127; a window is 5 × 5 cells.
struct TextRule {
  std::uint8_t contrast;       // the least of a stroke
  std::uint8_t busy;           // likewise, of a cell's best stroke, where less than half of the window is flat
  std::uint8_t strokes;        // pixels of strokes in the cell itself
  std::uint16_t more_strokes;  // and in its window
  std::uint16_t score;         // how much like text the window is: judge.cpp
  std::uint16_t sure;          // likewise, where that is enough by itself; below it a cell has to be
  std::uint8_t near;           // so many cells from one that is sure, with others like it between
  std::uint8_t company;        // how many cells of the window are text's; below that they are a speck
  Codes codes;
};

// Sets `text`, of the plane's cells, to 1 where there is text or a code, else to 0. kOutOfMemory.
[[nodiscard]] Status judge(const Plane& plane, const TextRule& rule, CellMap text);

}  // namespace caseframe
