// The rectangles that cover what was marked.
#pragma once

#include "buffer.hpp"
#include "frame.hpp"
#include "result.hpp"
#include "text/cell_map.hpp"
#include "text/find_text.hpp"

namespace caseframe {

// At most kMaxRegions, which cover every cell of `marked` that is not 0: more than these where few would not do. Cells
// are kTextCell pixels of `frame` wide and high; those at its end may stick out. `marked` is altered. kOutOfMemory.
[[nodiscard]] Result<Buffer<TextRegion>> cover(CellMap marked, Size frame);

}  // namespace caseframe
