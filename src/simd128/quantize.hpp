// Dividing coefficients by what the quantisation table says, in single precision.
//
// WebAssembly has no multiplication that keeps the upper half of 16 × 16 bits, which is what libjpeg's reciprocals are
// made for; in single precision a division is one multiplication. A product lies at least 1 / divisor from a tie unless
// it is one, and there the surplus decides: away from zero. With divisors of 8..2040 and dividends of 16 bits, 2⁻²⁰ is
// above every rounding error and below every distance; the test tries all of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd128/kernels.hpp"
#include "simd128/vector.hpp"

namespace caseframe::simd128 {

// What dividing by 8 × each entry of a quantisation table takes: 1 / divisor, a little more. Row by row, each row's
// even columns before its odd ones.
inline void prepare_quantization(const std::uint16_t* table, float* reciprocals) {
  constexpr float kSurplus = 1.0F / (1 << 20);
  for (std::size_t i = 0; i < kBlockSize; ++i) {
    reciprocals[i / 8 * 8 + i % 2 * 4 + i % 8 / 2] = (1 + kSurplus) / static_cast<float>(8 * table[i]);
  }
}

// A row of coefficients, 32 bits each, its even columns and its odd ones, over their divisors, rounded half away from
// zero; in order and in 16 bits again.
inline v128_t quantized(v128_t even, v128_t odd, const float* reciprocals) {
  // Added to a number below 2²² it leaves the nearest integer in the low bits, and there are no others in the lower 16.
  const v128_t round = constant<0x4B400000>();  // 3 × 2²²
  const auto divided = [&](v128_t dividends, const float* by) {
    return wasm_f32x4_add(wasm_f32x4_mul(wasm_f32x4_convert_i32x4(dividends), wasm_v128_load(by)), round);
  };
  return wasm_i16x8_shuffle(divided(even, reciprocals), wasm_i32x4_shl(divided(odd, reciprocals + 4), 16), 0, 9, 2, 11,
                            4, 13, 6, 15);
}

}  // namespace caseframe::simd128
