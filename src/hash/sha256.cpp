#include "hash/sha256.hpp"

#include <bit>
#include <cstddef>

#include "hash/blocks.hpp"
#include "hash/schedule.hpp"

namespace caseframe {
namespace {

#ifdef CASEFRAME_SIMD128
using simd128::Schedule;
#else
using scalar::Schedule;
#endif

// One round (FIPS 180-4, 6.2.2, step 3): h and d get their new values, and the caller passes the eight in rotated order
// next time, so that none has to be moved. `b_c` carries b ^ c from round to round, since a ^ b is the next one's: the
// majority of a, b, c is b ^ ((a ^ b) & (b ^ c)).
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
