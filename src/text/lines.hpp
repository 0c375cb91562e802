// Strokes that are no letters': those of codes, which run in one direction only, and straight lines.
#pragma once

#include <cstdint>

#include "text/cell_map.hpp"
#include "text/strokes.hpp"

namespace caseframe {

// Which way a barcode's bars may stand.
enum class Codes : std::uint8_t { kUpright, kBothWays };

// Takes away upright stripes that are no barcode's: those of blinds, fences and radiators.
void drop_stripes(const Strokes& strokes);

// Sets `codes` to 1 where a barcode's bars are, else to 0: several cells beside each other, full of strokes of high
// contrast. The other two are overwritten.
void find_codes(const Strokes& strokes, Codes kind, CellMap codes, CellMap scratch, CellMap sums);

// Takes away straight lines that are longer than a letter is high, but for those of codes: borders, rules, frames.
void drop_lines(const Strokes& strokes, CellMap codes);

}  // namespace caseframe
