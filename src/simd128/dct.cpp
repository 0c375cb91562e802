#include "kernels.hpp"
#include "vector.hpp"

namespace caseframe::simd128 {
namespace {

// C. Loeffler, A. Ligtenberg, G. Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications" (ICASSP 1989),
// as libjpeg's jfdctint.c has it: constants of 13 bits, two bits more than the samples have kept between the passes.
// Each rotation is a multiply-add of two lanes, so that constants are sums of libjpeg's.
constexpr int kConstBits = 13;
constexpr int kPassBits = 2;

constexpr std::int16_t kFix0298 = 2446, kFix0390 = 3196, kFix0541 = 4433, kFix0765 = 6270, kFix0899 = 7373,
                       kFix1175 = 9633, kFix1501 = 12299, kFix1847 = 15137, kFix1961 = 16069, kFix2053 = 16819,
                       kFix2562 = 20995, kFix3072 = 25172;

// Two vectors' lanes side by side.
struct Interleaved {
  v128_t low;
  v128_t high;
};
Interleaved interleave(v128_t a, v128_t b) { return {interleave_low(a, b), interleave_high(a, b)}; }

Interleaved operator+(const Interleaved& a, const Interleaved& b) {
  return {wasm_i32x4_add(a.low, b.low), wasm_i32x4_add(a.high, b.high)};
}
Interleaved operator+(const Interleaved& a, v128_t b) { return {wasm_i32x4_add(a.low, b), wasm_i32x4_add(a.high, b)}; }

// a × first + b × second, in 32 bits.
Interleaved rotate(const Interleaved& ab, int first, int second) {
  const v128_t factors = wasm_i32x4_splat(static_cast<std::int32_t>(static_cast<std::uint32_t>(second) << 16 |
                                                                    (static_cast<std::uint32_t>(first) & 0xFFFFU)));
  return {wasm_i32x4_dot_i16x8(ab.low, factors), wasm_i32x4_dot_i16x8(ab.high, factors)};
}

template <int kShift>
v128_t shifted(const Interleaved& sums) {
  return wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(sums.low, kShift), wasm_i32x4_shr(sums.high, kShift));
}

// Eight transforms at once: lane by lane down the eight vectors.
template <bool kFirst>
Block pass(const Block& in) {
  constexpr int kShift = kFirst ? kConstBits - kPassBits : kConstBits + kPassBits;
  const v128_t half = wasm_i32x4_splat(1 << (kShift - 1));

  const v128_t t0 = wasm_i16x8_add(in[0], in[7]), t7 = wasm_i16x8_sub(in[0], in[7]);
  const v128_t t1 = wasm_i16x8_add(in[1], in[6]), t6 = wasm_i16x8_sub(in[1], in[6]);
  const v128_t t2 = wasm_i16x8_add(in[2], in[5]), t5 = wasm_i16x8_sub(in[2], in[5]);
  const v128_t t3 = wasm_i16x8_add(in[3], in[4]), t4 = wasm_i16x8_sub(in[3], in[4]);

  Block out;
  const v128_t t10 = wasm_i16x8_add(t0, t3), t13 = wasm_i16x8_sub(t0, t3);
  const v128_t t11 = wasm_i16x8_add(t1, t2), t12 = wasm_i16x8_sub(t1, t2);
  if constexpr (kFirst) {
    out[0] = wasm_i16x8_shl(wasm_i16x8_add(t10, t11), kPassBits);
    out[4] = wasm_i16x8_shl(wasm_i16x8_sub(t10, t11), kPassBits);
  } else {
    const v128_t rounded = wasm_i16x8_add(t10, wasm_i16x8_splat(1 << (kPassBits - 1)));
    out[0] = wasm_i16x8_shr(wasm_i16x8_add(rounded, t11), kPassBits);
    out[4] = wasm_i16x8_shr(wasm_i16x8_sub(rounded, t11), kPassBits);
  }
  const Interleaved even = interleave(t13, t12);
  out[2] = shifted<kShift>(rotate(even, kFix0541 + kFix0765, kFix0541) + half);
  out[6] = shifted<kShift>(rotate(even, kFix0541, kFix0541 - kFix1847) + half);

  const Interleaved z = interleave(wasm_i16x8_add(t4, t6), wasm_i16x8_add(t5, t7));
  const Interleaved z3 = rotate(z, kFix1175 - kFix1961, kFix1175) + half;
  const Interleaved z4 = rotate(z, kFix1175, kFix1175 - kFix0390) + half;
  const Interleaved outer = interleave(t4, t7);
  out[7] = shifted<kShift>(rotate(outer, kFix0298 - kFix0899, -kFix0899) + z3);
  out[1] = shifted<kShift>(rotate(outer, -kFix0899, kFix1501 - kFix0899) + z4);
  const Interleaved inner = interleave(t5, t6);
  out[5] = shifted<kShift>(rotate(inner, kFix2053 - kFix2562, -kFix2562) + z4);
  out[3] = shifted<kShift>(rotate(inner, -kFix2562, kFix3072 - kFix2562) + z3);
  return out;
}

}  // namespace

void forward_dct(const std::uint8_t* const* rows, std::size_t column, std::int16_t* coefficients) {
  Block block;
  for (std::size_t i = 0; i < 8; ++i) {
    block[i] = wasm_i16x8_sub(wasm_u16x8_load8x8(rows[i] + column), wasm_i16x8_splat(128));
  }
  block = pass<false>(transpose(pass<true>(transpose(block))));
  for (std::size_t i = 0; i < 8; ++i) wasm_v128_store(coefficients + 8 * i, block[i]);
}

}  // namespace caseframe::simd128
