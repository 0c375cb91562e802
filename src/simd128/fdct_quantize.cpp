#include "simd128/kernels.hpp"
#include "simd128/quantize.hpp"
#include "simd128/vector.hpp"

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

// Eight columns of eight samples in a row each, widened.
Block columns(const std::uint8_t* const* rows, std::size_t column) {
  const auto two_rows = [&](std::size_t i) {
    return wasm_i8x16_shuffle(wasm_v128_load64_zero(rows[i] + column), wasm_v128_load64_zero(rows[i + 1] + column), 0,
                              16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  };
  const v128_t r01 = two_rows(0), r23 = two_rows(2), r45 = two_rows(4), r67 = two_rows(6);
  const v128_t low_above = interleave_low(r01, r23), high_above = interleave_high(r01, r23);
  const v128_t low_below = interleave_low(r45, r67), high_below = interleave_high(r45, r67);
  const v128_t c01 = wasm_i32x4_shuffle(low_above, low_below, 0, 4, 1, 5);
  const v128_t c23 = wasm_i32x4_shuffle(low_above, low_below, 2, 6, 3, 7);
  const v128_t c45 = wasm_i32x4_shuffle(high_above, high_below, 0, 4, 1, 5);
  const v128_t c67 = wasm_i32x4_shuffle(high_above, high_below, 2, 6, 3, 7);
  return {{wasm_u16x8_extend_low_u8x16(c01), wasm_u16x8_extend_high_u8x16(c01), wasm_u16x8_extend_low_u8x16(c23),
           wasm_u16x8_extend_high_u8x16(c23), wasm_u16x8_extend_low_u8x16(c45), wasm_u16x8_extend_high_u8x16(c45),
           wasm_u16x8_extend_low_u8x16(c67), wasm_u16x8_extend_high_u8x16(c67)}};
}

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
template <int kFirst, int kSecond>
Interleaved rotate(const Interleaved& ab) {
  const v128_t factors = pairs<kFirst, kSecond>();
  return {wasm_i32x4_dot_i16x8(ab.low, factors), wasm_i32x4_dot_i16x8(ab.high, factors)};
}

// Eight transforms at once: lane by lane down the eight vectors. `outer` gets the sum and the difference that make 0
// and 4; `inner` gets the number of each other vector and its sums, to be cut by kShift bits.
template <int kShift, class Outer, class Inner>
void pass(const Block& in, Outer&& outer, Inner&& inner) {
  const v128_t t0 = wasm_i16x8_add(in[0], in[7]), t7 = wasm_i16x8_sub(in[0], in[7]);
  const v128_t t1 = wasm_i16x8_add(in[1], in[6]), t6 = wasm_i16x8_sub(in[1], in[6]);
  const v128_t t2 = wasm_i16x8_add(in[2], in[5]), t5 = wasm_i16x8_sub(in[2], in[5]);
  const v128_t t3 = wasm_i16x8_add(in[3], in[4]), t4 = wasm_i16x8_sub(in[3], in[4]);

  outer(wasm_i16x8_add(t0, t3), wasm_i16x8_add(t1, t2));

  const v128_t half = constant<1U << (kShift - 1)>();
  const auto cut = [&](std::size_t i, const Interleaved& sums) {
    inner(i, wasm_i32x4_shr(sums.low, kShift), wasm_i32x4_shr(sums.high, kShift));
  };
  const Interleaved even = interleave(wasm_i16x8_sub(t0, t3), wasm_i16x8_sub(t1, t2));
  cut(2, rotate<kFix0541 + kFix0765, kFix0541>(even) + half);
  cut(6, rotate<kFix0541, kFix0541 - kFix1847>(even) + half);

  const Interleaved z = interleave(wasm_i16x8_add(t4, t6), wasm_i16x8_add(t5, t7));
  const Interleaved z3 = rotate<kFix1175 - kFix1961, kFix1175>(z) + half;
  const Interleaved z4 = rotate<kFix1175, kFix1175 - kFix0390>(z) + half;
  const Interleaved ends = interleave(t4, t7);
  cut(7, rotate<kFix0298 - kFix0899, -kFix0899>(ends) + z3);
  cut(1, rotate<-kFix0899, kFix1501 - kFix0899>(ends) + z4);
  const Interleaved middle = interleave(t5, t6);
  cut(5, rotate<kFix2053 - kFix2562, -kFix2562>(middle) + z4);
  cut(3, rotate<-kFix2562, kFix3072 - kFix2562>(middle) + z3);
}

}  // namespace

void fdct_quantize(const std::uint8_t* const* rows, std::size_t column, const float* reciprocals,
                   std::int16_t* coefficients) {
  Block across;
  pass<kConstBits - kPassBits>(
      columns(rows, column),
      [&](v128_t a, v128_t b) {
        across[0] = wasm_i16x8_shl(wasm_i16x8_add(a, b), kPassBits);
        across[4] = wasm_i16x8_shl(wasm_i16x8_sub(a, b), kPassBits);
      },
      [&](std::size_t i, v128_t low, v128_t high) { across[i] = wasm_i16x8_narrow_i32x4(low, high); });

  const auto put = [&](std::size_t row, v128_t even, v128_t odd) {
    wasm_v128_store(coefficients + 8 * row, quantized(even, odd, reciprocals + 8 * row));
  };
  pass<kConstBits + kPassBits>(
      // The even columns in the lower lanes.
      transpose({{across[0], across[2], across[4], across[6], across[1], across[3], across[5], across[7]}}),
      [&](v128_t a, v128_t b) {
        // The samples' 128 is taken off here, where it comes to 2¹⁵, once in a block.
        const v128_t half = pairs<2, 2>();
        const v128_t half_less_128 = constant<0x00028002, 0x00020002, 0x00020002, 0x00020002>();
        const v128_t sum = wasm_i16x8_add(wasm_i16x8_add(a, b), half_less_128);
        const v128_t difference = wasm_i16x8_add(wasm_i16x8_sub(a, b), half);
        const v128_t first = wasm_i16x8_shr(sum, kPassBits), fifth = wasm_i16x8_shr(difference, kPassBits);
        put(0, wasm_i32x4_extend_low_i16x8(first), wasm_i32x4_extend_high_i16x8(first));
        put(4, wasm_i32x4_extend_low_i16x8(fifth), wasm_i32x4_extend_high_i16x8(fifth));
      },
      put);
}

}  // namespace caseframe::simd128
