// The kernels of a sharpness in plain C++.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sharpness/tile.hpp"

namespace caseframe::scalar {

// `width` means of 2 × 2 samples, rounded to nearest, from twice as many in each of two rows.
inline void halve(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t* out, std::uint32_t width) {
  for (std::uint32_t x = 0; x < width; ++x, upper += 2, lower += 2) {
    out[x] = static_cast<std::uint8_t>((upper[0] + upper[1] + lower[0] + lower[1] + 2) / 4);
  }
}

// The samples from `tile` on; one more is read on each side. Rows are `stride` bytes apart.
inline TileSums measure_tile(const std::uint8_t* tile, std::size_t stride, std::uint8_t white) {
  TileSums sums;
  for (std::uint32_t y = 0; y < kTileSide; ++y, tile += stride) {
    for (std::uint32_t x = 0; x < kTileSide; ++x) {
      const std::uint8_t *b = tile + x, *a = b - stride, *c = b + stride;
      const int across = a[1] + 2 * b[1] + c[1] - (a[-1] + 2 * b[-1] + c[-1]);
      const int down = c[-1] + 2 * c[0] + c[1] - (a[-1] + 2 * a[0] + a[1]);
      sums.energy += static_cast<std::uint32_t>(across * across + down * down);
      sums.sum += *b;
      sums.squares += std::uint32_t{*b} * *b;
      sums.clipped += *b > white ? 1 : 0;
    }
  }
  return sums;
}

}  // namespace caseframe::scalar
