#include "hash/sha256.hpp"

#include <bit>
#include <cstddef>

#include "hash/blocks.hpp"

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

namespace caseframe {
namespace {

// FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> kRound = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The message schedule (FIPS 180-4, 6.2.2, step 1), each word with its round's constant added. Words are made 16 rounds
// ahead, four at a time: beside the rounds, which wait for each other, they cost little.
class Schedule {
 public:
#ifdef __wasm_simd128__
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
#else
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
#endif
};

// Instead of all eight changing places, the two that change take the names that they have in the next round. `b_c` is
// b ^ c, and then a ^ b, which is the next round's: with it the majority is b where a agrees with b, else c.
inline void round(std::uint32_t a, std::uint32_t b, std::uint32_t& b_c, std::uint32_t& d, std::uint32_t e,
                  std::uint32_t f, std::uint32_t g, std::uint32_t& h, std::uint32_t word) {
  const std::uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
  // Rotated in steps, which saves two copies of `a`; for `e`, on which the next round waits, three at once are faster.
  const std::uint32_t sum0 = std::rotr(std::rotr(std::rotr(a, 9) ^ a, 11) ^ a, 2);
  const std::uint32_t t1 = h + word + (g ^ (e & (f ^ g))) + sum1;
  const std::uint32_t a_b = a ^ b;
  d += t1;
  h = t1 + sum0 + (b ^ (a_b & b_c));
  b_c = a_b;
}

void compress(std::array<std::uint32_t, 8>& hash, const std::uint8_t* block) {
  Schedule w(block);
  auto [a, b, c, d, e, f, g, h] = hash;
  std::uint32_t b_c = b ^ c;
  for (std::size_t t = 0; t < 64; t += 8) {
    if (t < 48) w.make(t + 16);
    round(a, b, b_c, d, e, f, g, h, w[t]);
    round(h, a, b_c, c, d, e, f, g, w[t + 1]);
    round(g, h, b_c, b, c, d, e, f, w[t + 2]);
    round(f, g, b_c, a, b, c, d, e, w[t + 3]);
    if (t < 48) w.make(t + 20);
    round(e, f, b_c, h, a, b, c, d, w[t + 4]);
    round(d, e, b_c, g, h, a, b, c, w[t + 5]);
    round(c, d, b_c, f, g, h, a, b, w[t + 6]);
    round(b, c, b_c, e, f, g, h, a, w[t + 7]);
  }
  const std::array<std::uint32_t, 8> add = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) hash[i] += add[i];
}

}  // namespace

Sha256 sha256(std::span<const std::uint8_t> message) {
  // FIPS 180-4, 5.3.3: the first 32 bits of the fractional parts of the square roots of the first 8 primes.
  std::array<std::uint32_t, 8> hash = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  for_each_block(message, std::endian::big, [&](const std::uint8_t* block) { compress(hash, block); });

  Sha256 digest;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(hash[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

}  // namespace caseframe
