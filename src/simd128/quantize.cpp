#include "kernels.hpp"
#include "vector.hpp"

namespace caseframe::simd128 {
namespace {

// WebAssembly has no multiplication that keeps the upper half of 16 × 16 bits, which is what libjpeg's reciprocals are
// made for; in single precision a division is one multiplication. A product lies at least 1 / divisor from a tie unless
// it is one, and there the surplus decides: away from zero. With divisors of 8..2040 and dividends of 16 bits, 2⁻²⁰ is
// above every rounding error and below every distance; the test tries all of them.
constexpr float kSurplus = 1.0F / (1 << 20);

// Added to a number below 2²² it leaves the nearest integer in the low bits.
constexpr float kRound = 3 << 22;

}  // namespace

void prepare_quantization(const std::int16_t* corrections, float* reciprocals) {
  for (std::size_t i = 0; i < kBlockSize; ++i) {
    // Half of the divisor, or one more; and divisors are multiples of 8.
    const int divisor = 2 * corrections[i] & ~7;
    reciprocals[i] = (1 + kSurplus) / static_cast<float>(divisor);
  }
}

void quantize(const std::int16_t* block, const float* reciprocals, std::int16_t* coefficients) {
  const v128_t round = wasm_f32x4_splat(kRound);
  const auto divided = [&](v128_t dividends, const float* by) {
    const v128_t quotients = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(dividends), wasm_v128_load(by));
    return wasm_i32x4_sub(wasm_f32x4_add(quotients, round), round);
  };
  for (std::size_t i = 0; i < kBlockSize; i += 8) {
    const v128_t values = wasm_v128_load(block + i);
    const v128_t low = divided(wasm_i32x4_extend_low_i16x8(values), reciprocals + i);
    const v128_t high = divided(wasm_i32x4_extend_high_i16x8(values), reciprocals + i + 4);
    wasm_v128_store(coefficients + i, wasm_i16x8_narrow_i32x4(low, high));
  }
}

}  // namespace caseframe::simd128
