// The two kernels of a sharpness. Two namespaces have them, to the same numbers: tile_scalar.hpp and tile_simd128.hpp.
#pragma once

#include <cstdint>

namespace caseframe {

// The side of a tile, in samples of the halved picture: 32 pixels of the frame, a whole number of the codec's blocks.
inline constexpr std::uint32_t kTileSide = 16;
inline constexpr std::uint32_t kTileArea = kTileSide * kTileSide;

// Sums over one tile's samples. 32 bits hold the largest: 256 samples of 2 × 1020² (the steepest that Sobel's operator
// knows in 8 bits), and of 255².
struct TileSums {
  std::uint32_t energy = 0;   // squared gradient
  std::uint32_t sum = 0;      // luma
  std::uint32_t squares = 0;  // squared luma
  std::uint32_t clipped = 0;  // how many are above a level
};

}  // namespace caseframe
