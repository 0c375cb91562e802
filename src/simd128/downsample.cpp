#include "simd128/kernels.hpp"
#include "simd128/vector.hpp"

namespace caseframe::simd128 {
namespace {

// Sixteen samples, summed by twos.
v128_t pairs(const std::uint8_t* samples) { return wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(samples)); }

// Sixteen samples a turn while there are that many; `average(x)` gives the eight from x on.
template <class Average>
void store(std::uint8_t* out, std::size_t width, Average&& average) {
  std::size_t x = 0;
  for (; x + 16 <= width; x += 16) wasm_v128_store(out + x, wasm_u8x16_narrow_i16x8(average(x), average(x + 8)));
  if (x == width) return;
  const v128_t last = average(x);
  wasm_v128_store64_lane(out + x, wasm_u8x16_narrow_i16x8(last, last), 0);
}

}  // namespace

void downsample_h2v1(const std::uint8_t* samples, std::uint8_t* out, std::size_t width) {
  const v128_t bias = wasm_i32x4_splat(1 << 16);
  store(out, width, [&](std::size_t x) { return wasm_u16x8_shr(wasm_i16x8_add(pairs(samples + 2 * x), bias), 1); });
}

void downsample_h2v2(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t* out, std::size_t width) {
  const v128_t bias = wasm_i32x4_splat(1 | 2 << 16);
  store(out, width, [&](std::size_t x) {
    const v128_t fours = wasm_i16x8_add(pairs(upper + 2 * x), pairs(lower + 2 * x));
    return wasm_u16x8_shr(wasm_i16x8_add(fours, bias), 2);
  });
}

}  // namespace caseframe::simd128
