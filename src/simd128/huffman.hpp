// One block in sequential Huffman coding (T.81, F.1.2), into a buffer of 64 bits.
//
// The loop does what a coefficient takes and nothing else: what changes from one to the next stays in registers,
// nothing is called, one look at a table gives the code with the value's own bits, and what is rare is found by one
// test, or after the loop.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels.hpp"
#include "vector.hpp"

namespace caseframe::simd128 {

// T.81, figure 5: where the k-th coefficient stands in the block, row by row.
inline constexpr std::uint8_t kNaturalOrder[kBlockSize] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// A code with its length (1..32) in the lowest byte.
using Code = std::uint64_t;
inline constexpr unsigned kLengthBits = 8;

// libjpeg-turbo's c_derived_tbl: a code and its length for each symbol.
struct Codes {
  const unsigned* codes;
  const char* lengths;

  [[gnu::always_inline, nodiscard]] Code symbol(unsigned run, unsigned size) const {
    const unsigned symbol = run << 4 | size;
    return Code{codes[symbol]} << (size + kLengthBits) | (static_cast<unsigned>(lengths[symbol]) + size);
  }
  // The symbol, then the value's own bits: as it is where positive, its complement where negative.
  [[gnu::always_inline, nodiscard]] Code of(unsigned run, int value) const {
    const int sign = value >> 31;
    const auto magnitude = static_cast<unsigned>((value ^ sign) - sign);
    const unsigned size = magnitude == 0 ? 0 : 32U - static_cast<unsigned>(__builtin_clz(magnitude));
    return symbol(run, size) | Code{static_cast<unsigned>(value + sign) & ((1U << size) - 1)} << kLengthBits;
  }
};

// The codes of values in -127..126 after each of kRuns runs, ready made: nearly all there are. Values are bytes here,
// in two's complement; zero where a code is not ready: for 127 and -128, which stand for all that is larger, and after
// runs that no symbol has. Zero after none is the symbol that ends the block, after 15 the one of sixteen zeros.
template <unsigned kRuns>
class ReadyCodes {
 public:
  void build(const Codes& codes) {
    for (unsigned run = 0; run < std::min(kRuns, 16U); ++run) {
      std::uint32_t* ready = &ready_[run * kBytes];
      ready[0] = static_cast<std::uint32_t>(codes.symbol(run, 0));
      for (unsigned size = 1; size <= 7; ++size) {
        const auto symbol = static_cast<std::uint32_t>(codes.symbol(run, size));
        const unsigned least = 1U << (size - 1), beyond = 1U << size;
        for (unsigned value = least; value < beyond; ++value) {
          ready[value] = symbol | value << kLengthBits;
          ready[kBytes - value] = symbol | (beyond - 1 - value) << kLengthBits;
        }
      }
      ready[127] = 0;
    }
  }

  [[gnu::always_inline, nodiscard]] std::uint32_t of(unsigned run, unsigned byte) const {
    return ready_[run * kBytes + byte];
  }
  [[nodiscard]] Code end_of_block() const { return of(0, 0); }
  [[nodiscard]] Code sixteen_zeros() const { return of(15, 0); }

 private:
  static constexpr unsigned kBytes = 256;
  std::array<std::uint32_t, std::size_t{kRuns} * kBytes> ready_{};
};

struct BlockCodes {
  Codes dc;
  Codes ac;
  ReadyCodes<1> ready_dc;
  ReadyCodes<kBlockSize> ready_ac;

  void build(const Codes& dc_codes, const Codes& ac_codes) {
    ready_dc.build(dc = dc_codes);
    ready_ac.build(ac = ac_codes);
  }
};

// Big-endian bytes of `count` words, each byte of ones followed by one of zeroes (F.1.2.3); the end of what is written.
std::uint8_t* write_words(const std::uint32_t* words, std::size_t count, std::uint8_t* out);

// A block's words, and as many more as write_words() reads at once.
inline constexpr std::size_t kMostWords = 64;

// Bits go in at the lower end of `all_bits`, of which `all_free` are free, 33 at least, and leave as whole words to
// `out`; answers where they end.
inline std::uint8_t* encode_block(std::uint64_t& all_bits, int& all_free, std::uint8_t* out, const std::int16_t* block,
                                  int last_dc, const BlockCodes& codes) {
  std::uint64_t bits = all_bits;
  auto pending = static_cast<std::uint64_t>(64 - all_free);
  std::uint32_t words[kMostWords];
  std::uint32_t* word = words;
  // Whether a word is full is as good as random: it is written in any case, and stays if it was.
  const auto put = [&](Code code) __attribute__((always_inline)) {
    const std::uint64_t length = code & 0xFF;
    bits = bits << length | code >> kLengthBits;
    pending += length;
    *word = static_cast<std::uint32_t>(bits >> (pending & 31));
    word += pending >> 5;
    pending &= 31;
  };

  const int difference = block[0] - last_dc;
  const auto byte = static_cast<std::uint8_t>(difference);
  const Code ready = codes.ready_dc.of(0, byte);
  put(ready != 0 && static_cast<std::int8_t>(byte) == difference ? ready : codes.dc.of(0, difference));

  alignas(16) std::uint8_t values[kBlockSize];
  std::uint64_t left = zigzag(block, values) & ~std::uint64_t{1};
  unsigned last = 0;
  // By place, not by shifting what is done away: a shift by a variable is three steps on Intel's processors.
  while (left != 0) {
    const auto k = static_cast<unsigned>(__builtin_ctzll(left));
    left &= left - 1;
    unsigned run = k - last - 1;
    last = k;
    Code code = codes.ready_ac.of(run, values[k]);
    if (code == 0) [[unlikely]] {
      for (; run > 15; run -= 16) put(codes.ready_ac.sixteen_zeros());
      code = codes.ac.of(run, block[kNaturalOrder[k]]);
    }
    put(code);
  }
  if (last != kBlockSize - 1) put(codes.ready_ac.end_of_block());

  all_bits = bits;
  all_free = static_cast<int>(64 - pending);
  return write_words(words, static_cast<std::size_t>(word - words), out);
}

}  // namespace caseframe::simd128
