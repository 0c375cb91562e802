// WebAssembly's 128-bit vectors, and the few moves between them that the kernels share. Natively the same intrinsics
// come from SIMDe, so that the sanitizers see every kernel.
#pragma once

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#else
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/wasm/simd128.h>
#endif

#include <cstddef>
#include <cstdint>

namespace caseframe::simd128 {

// So that no compiler sees what is in there, and loads it.
template <class T>
const T& hidden(const T& constant) {
  const T* address = &constant;
  __asm__("" : "+r"(address));
  return *address;
}

// A constant that is loaded from memory. For an immediate V8 writes two or three instructions more wherever it is used,
// in loops as well; what was loaded stays in a register.
template <std::uint32_t k0, std::uint32_t k1, std::uint32_t k2, std::uint32_t k3>
v128_t constant() {
  alignas(16) static constexpr std::uint32_t kLanes[4] = {k0, k1, k2, k3};
  return wasm_v128_load(hidden(kLanes));
}
template <std::uint32_t kLane>
v128_t constant() {
  return constant<kLane, kLane, kLane, kLane>();
}

// Two lanes of 16 bits in turn.
template <std::int32_t kFirst, std::int32_t kSecond>
v128_t pairs() {
  return constant<(static_cast<std::uint32_t>(kSecond) << 16 | (static_cast<std::uint32_t>(kFirst) & 0xFFFFU))>();
}

// a0 b0 a1 b1 a2 b2 a3 b3, of 16-bit lanes.
inline v128_t interleave_low(v128_t a, v128_t b) { return wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
// a4 b4 a5 b5 a6 b6 a7 b7.
inline v128_t interleave_high(v128_t a, v128_t b) { return wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }

// Eight rows of eight 16-bit lanes.
struct Block {
  v128_t rows[8];
  v128_t& operator[](std::size_t i) { return rows[i]; }
  const v128_t& operator[](std::size_t i) const { return rows[i]; }
};

// Pairs of 16-bit lanes, then of 32, then of 64 change places.
inline Block transpose(const Block& row) {
  const auto low_of_pairs = [](v128_t a, v128_t b) { return wasm_i32x4_shuffle(a, b, 0, 4, 1, 5); };
  const auto high_of_pairs = [](v128_t a, v128_t b) { return wasm_i32x4_shuffle(a, b, 2, 6, 3, 7); };
  const auto low_half = [](v128_t a, v128_t b) { return wasm_i64x2_shuffle(a, b, 0, 2); };
  const auto high_half = [](v128_t a, v128_t b) { return wasm_i64x2_shuffle(a, b, 1, 3); };

  const v128_t a0 = interleave_low(row[0], row[1]), a1 = interleave_high(row[0], row[1]);
  const v128_t a2 = interleave_low(row[2], row[3]), a3 = interleave_high(row[2], row[3]);
  const v128_t a4 = interleave_low(row[4], row[5]), a5 = interleave_high(row[4], row[5]);
  const v128_t a6 = interleave_low(row[6], row[7]), a7 = interleave_high(row[6], row[7]);

  const v128_t b0 = low_of_pairs(a0, a2), b1 = high_of_pairs(a0, a2);
  const v128_t b2 = low_of_pairs(a1, a3), b3 = high_of_pairs(a1, a3);
  const v128_t b4 = low_of_pairs(a4, a6), b5 = high_of_pairs(a4, a6);
  const v128_t b6 = low_of_pairs(a5, a7), b7 = high_of_pairs(a5, a7);

  return {{low_half(b0, b4), high_half(b0, b4), low_half(b1, b5), high_half(b1, b5), low_half(b2, b6),
           high_half(b2, b6), low_half(b3, b7), high_half(b3, b7)}};
}

}  // namespace caseframe::simd128
