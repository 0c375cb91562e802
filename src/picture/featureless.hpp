// Is there anything to see among a dark frame's cells, or only what a covered sensor and a codec leave?
#pragma once

#include "picture/cells.hpp"

namespace caseframe {

// True where noise, single hot pixels, offsets of rows and columns, codec blocks of up to 16 × 16 pixels and a smooth
// falloff of light explain all that the cells show. Works in their grey and chroma, and leaves them flattened.
[[nodiscard]] bool is_featureless(Cells& cells);

}  // namespace caseframe
