// Makes a picture smaller by averaging over areas: every source pixel counts, by the share of it that falls into the
// target pixel. Exact up to the final rounding.
#pragma once

#include <cstdint>

#include "buffer.hpp"
#include "frame.hpp"
#include "result.hpp"

namespace caseframe {

// The largest size of the same shape inside the limits, at least 1 × 1, never larger than `size`. A limit of 0 is none.
[[nodiscard]] Size fit(Size size, std::uint32_t max_width, std::uint32_t max_height);

// RGBA with alpha 255, rows tight. `target` must not be larger than the picture in either direction.
[[nodiscard]] Result<Buffer<std::uint8_t>> downscale(const Picture& picture, Size target);

}  // namespace caseframe
