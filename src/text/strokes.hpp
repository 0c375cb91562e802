// What each cell of a plane has of strokes. A pixel is a stroke's where it differs from both of the pixels two further,
// left and right or above and below, in the same direction: strokes of up to three pixels do, edges do not.
#pragma once

#include <cstdint>

#include "result.hpp"
#include "text/cell_map.hpp"
#include "text/plane.hpp"

namespace caseframe {

struct Strokes {
  CellMap across;  // pixels of strokes that one crosses from left to right
  CellMap down;    // and from above
  CellMap flat;    // pixels that hardly differ from any of the four
  CellMap peak;    // the most by which a pixel differs from both
  CellMap bright;  // the brightest of four pixels
};

// `contrast` is the least that counts as a stroke, 1..255. All but `bright` of a cell's 64 pixels. kOutOfMemory.
[[nodiscard]] Status find_strokes(const Plane& plane, std::uint8_t contrast, const Strokes& strokes);

}  // namespace caseframe
