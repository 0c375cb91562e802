// The kernels of a sharpness, eight samples at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sharpness/tile_scalar.hpp"
#include "simd128/vector.hpp"

namespace caseframe::simd128 {

// As scalar::halve.
inline void halve(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t* out, std::uint32_t width) {
  const auto fours = [&](std::size_t x) {
    const v128_t sum = wasm_i16x8_add(wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(upper + 2 * x)),
                                      wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(lower + 2 * x)));
    return wasm_u16x8_shr(wasm_i16x8_add(sum, wasm_i16x8_splat(2)), 2);
  };
  std::uint32_t x = 0;
  for (; x + 16 <= width; x += 16) wasm_v128_store(out + x, wasm_u8x16_narrow_i16x8(fours(x), fours(x + 8)));
  scalar::halve(upper + std::size_t{2} * x, lower + std::size_t{2} * x, out + x, width - x);
}

inline std::uint32_t total(v128_t lanes) {
  const v128_t halves = wasm_i32x4_add(lanes, wasm_i64x2_shuffle(lanes, lanes, 1, 0));
  const v128_t all = wasm_i32x4_add(halves, wasm_i32x4_shuffle(halves, halves, 1, 0, 3, 2));
  return static_cast<std::uint32_t>(wasm_i32x4_extract_lane(all, 0));
}

// As scalar::measure_tile.
inline TileSums measure_tile(const std::uint8_t* tile, std::size_t stride, std::uint8_t white) {
  const v128_t level = wasm_i16x8_splat(white);
  v128_t energy = wasm_i32x4_splat(0), squares = energy;  // 32-bit sums
  v128_t sum = energy, clipped = energy;                  // 16-bit sums
  for (const std::uint8_t* left = tile; left != tile + kTileSide; left += 8) {
    const std::uint8_t* row = left - stride;
    // Three columns, of the rows above, here and below.
    v128_t a0 = wasm_u16x8_load8x8(row - 1), a1 = wasm_u16x8_load8x8(row), a2 = wasm_u16x8_load8x8(row + 1);
    row = left;
    v128_t b0 = wasm_u16x8_load8x8(row - 1), b1 = wasm_u16x8_load8x8(row), b2 = wasm_u16x8_load8x8(row + 1);
    for (std::uint32_t y = 0; y < kTileSide; ++y) {
      row += stride;
      const v128_t c0 = wasm_u16x8_load8x8(row - 1), c1 = wasm_u16x8_load8x8(row), c2 = wasm_u16x8_load8x8(row + 1);
      const auto smooth = [](v128_t a, v128_t b, v128_t c) {
        return wasm_i16x8_add(wasm_i16x8_add(a, c), wasm_i16x8_add(b, b));
      };
      const v128_t across = wasm_i16x8_sub(smooth(a2, b2, c2), smooth(a0, b0, c0));
      const v128_t down = smooth(wasm_i16x8_sub(c0, a0), wasm_i16x8_sub(c1, a1), wasm_i16x8_sub(c2, a2));
      energy = wasm_i32x4_add(energy,
                              wasm_i32x4_add(wasm_i32x4_dot_i16x8(across, across), wasm_i32x4_dot_i16x8(down, down)));
      sum = wasm_i16x8_add(sum, b1);
      squares = wasm_i32x4_add(squares, wasm_i32x4_dot_i16x8(b1, b1));
      clipped = wasm_i16x8_sub(clipped, wasm_i16x8_gt(b1, level));
      a0 = b0, a1 = b1, a2 = b2;
      b0 = c0, b1 = c1, b2 = c2;
    }
  }
  return {.energy = total(energy),
          .sum = total(wasm_u32x4_extadd_pairwise_u16x8(sum)),
          .squares = total(squares),
          .clipped = total(wasm_u32x4_extadd_pairwise_u16x8(clipped))};
}

}  // namespace caseframe::simd128
