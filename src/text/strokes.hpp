// What each cell of a plane has of strokes.
#pragma once

#include <cstdint>

#include "buffer.hpp"
#include "text/plane.hpp"

namespace caseframe {

// Of 8 × 8 pixels. A pixel is a stroke's where it differs from both of the pixels two further, left and right
// (`across`) or above and below (`down`), in the same direction: strokes of up to three pixels, not edges.
struct StrokeCell {
  std::uint8_t across;
  std::uint8_t down;
  std::uint8_t flat;  // pixels that hardly differ from any of the four
  std::uint8_t bright;  // the brightest of four pixels
  std::uint8_t peak;  // the most by which one differs from both
};

// Row by row; `contrast` is the least that counts as a stroke.
[[nodiscard]] Result<Buffer<StrokeCell>> find_strokes(const Plane& plane, std::uint8_t contrast);

}  // namespace caseframe
