// Which cells of a plane are text's?
#pragma once

#include <cstdint>

#include "result.hpp"
#include "text/cell_map.hpp"
#include "text/plane.hpp"

namespace caseframe {

// What a cell has to show. Shares are in percent; windows are of 5 × 5 cells, the widest of 9 × 9.
struct TextRule {
  std::uint8_t contrast;     // of a stroke, in levels: the least that counts
  std::uint8_t busy;         // likewise, of a cell's best stroke, where there is hardly any flat ground around
  std::uint8_t strokes;      // pixels of strokes in the cell itself
  std::uint16_t all_strokes; // and in its window
  std::uint16_t score;       // how much like text the window is, in all: judge.cpp
  std::uint8_t company;      // how many cells of the window are text's, too; below that it is a speck
};

// Sets `text`, of the plane's cells, to 1 where there is text or a code, else to 0. kOutOfMemory.
[[nodiscard]] Status judge(const Plane& plane, const TextRule& rule, CellMap text);

}  // namespace caseframe
