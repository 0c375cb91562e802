// SHA-256's message schedule (FIPS 180-4, 6.2.2, step 1): 16 words of the block, and 48 that follow from them, each
// with its round's constant added. Words are made 16 rounds ahead, four at a time: beside the rounds, which wait for
// each other, they cost little. Both classes give the same words.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#ifdef CASEFRAME_HAS_SIMD128
#include "simd128/vector.hpp"
#endif

namespace caseframe {

// FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
inline constexpr std::array<std::uint32_t, 64> kRound = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

namespace scalar {

class Schedule {
 public:
  explicit Schedule(const std::uint8_t* block) {
    for (std::size_t t = 0; t < 16; ++t, block += 4) {
      words_[t] =
          std::uint32_t{block[0]} << 24 | std::uint32_t{block[1]} << 16 | std::uint32_t{block[2]} << 8 | block[3];
    }
  }

  // The words of rounds `t`..`t + 3`, t of 16..60.
  void make(std::size_t t) {
    for (const std::size_t end = t + 4; t < end; ++t) {
      const std::uint32_t x = words_[t - 15], y = words_[t - 2];
      const std::uint32_t s0 = std::rotr(x, 7) ^ std::rotr(x, 18) ^ (x >> 3);
      const std::uint32_t s1 = std::rotr(y, 17) ^ std::rotr(y, 19) ^ (y >> 10);
      words_[t] = s1 + words_[t - 7] + s0 + words_[t - 16];
    }
  }

  std::uint32_t operator[](std::size_t t) const { return words_[t] + kRound[t]; }

 private:
  std::array<std::uint32_t, 64> words_;
};

}  // namespace scalar

#ifdef CASEFRAME_HAS_SIMD128
namespace simd128 {

class Schedule {
 public:
  explicit Schedule(const std::uint8_t* block)
      : w0_(load(block, 0)), w4_(load(block, 4)), w8_(load(block, 8)), w12_(load(block, 12)) {}

  // The words of rounds `t`..`t + 3`, t of 16..60.
  void make(std::size_t t) {
    const v128_t zero = wasm_i32x4_splat(0);
    const v128_t s0 = sigma<7, 18, 3>(wasm_i32x4_shuffle(w0_, w4_, 1, 2, 3, 4));
    const v128_t sum = wasm_i32x4_add(wasm_i32x4_add(w0_, s0), wasm_i32x4_shuffle(w8_, w12_, 1, 2, 3, 4));
    // The last two words need the first two.
    const v128_t before = sigma<17, 19, 10>(w12_);
    const v128_t low = wasm_i32x4_add(sum, wasm_i32x4_shuffle(before, zero, 2, 3, 4, 5));
    const v128_t within = sigma<17, 19, 10>(low);
    const v128_t all = wasm_i32x4_add(low, wasm_i32x4_shuffle(zero, within, 0, 1, 4, 5));
    w0_ = w4_, w4_ = w8_, w8_ = w12_, w12_ = all;
    store(t, all);
  }

  std::uint32_t operator[](std::size_t t) const { return words_[t]; }

 private:
  template <unsigned kBy>
  static v128_t rotr(v128_t x) {
    return wasm_v128_or(wasm_u32x4_shr(x, kBy), wasm_i32x4_shl(x, 32 - kBy));
  }
  template <unsigned kFirst, unsigned kSecond, unsigned kShift>
  static v128_t sigma(v128_t x) {
    return wasm_v128_xor(wasm_v128_xor(rotr<kFirst>(x), rotr<kSecond>(x)), wasm_u32x4_shr(x, kShift));
  }
  void store(std::size_t t, v128_t words) {
    wasm_v128_store(&words_[t], wasm_i32x4_add(words, wasm_v128_load(&kRound[t])));
  }
  v128_t load(const std::uint8_t* block, std::size_t t) {
    const v128_t bytes = wasm_v128_load(block + 4 * t);
    const v128_t words = wasm_i8x16_shuffle(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
    store(t, words);
    return words;
  }

  std::array<std::uint32_t, 64> words_;
  v128_t w0_, w4_, w8_, w12_;  // the latest 16 words, as they are
};

}  // namespace simd128
#endif

}  // namespace caseframe
