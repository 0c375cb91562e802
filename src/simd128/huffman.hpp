// One block in sequential Huffman coding (T.81, F.1.2), into a buffer of 64 bits.
//
// All that changes from symbol to symbol stays in registers: nothing in the loop is called, and the writer has no
// address.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels.hpp"

namespace caseframe::simd128 {

// T.81, figure 5: where the k-th coefficient stands in the block, row by row.
inline constexpr std::uint8_t kNaturalOrder[kBlockSize] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// A code with its length (1..32) in the lowest byte.
using Code = std::uint64_t;
inline constexpr int kLengthBits = 8;

// Bits go in at the lower end and leave as whole words; a byte of ones is followed by one of zeroes (F.1.2.3).
struct BitWriter {
  std::uint64_t bits;
  int free;
  std::uint8_t* out;

  [[gnu::always_inline]] void put(Code code) {
    const auto length = static_cast<int>(code & 0xFF);
    code >>= kLengthBits;
    free -= length;
    if (free < 0) [[unlikely]] {
      out = flush(bits << (length + free) | code >> -free, out);
      free += 64;
      bits = code;  // those that are out already leave at the upper end
    } else {
      bits = bits << length | code;
    }
  }

  [[gnu::always_inline]] static std::uint8_t* flush(std::uint64_t word, std::uint8_t* out) {
    if ((word & 0x8080808080808080U & ~(word + 0x0101010101010101U)) == 0) {
      const std::uint64_t bytes = __builtin_bswap64(word);
      __builtin_memcpy(out, &bytes, sizeof bytes);
      return out + sizeof bytes;
    }
    for (int shift = 56; shift >= 0; shift -= 8) {
      const auto byte = static_cast<std::uint8_t>(word >> shift);
      *out++ = byte;
      if (byte == 0xFF) *out++ = 0;
    }
    return out;
  }
};

// libjpeg-turbo's c_derived_tbl: a code and its length for each symbol.
struct Codes {
  const unsigned* codes;
  const char* lengths;

  // The symbol, then the value's own bits: as it is where positive, its complement where negative.
  [[gnu::always_inline, nodiscard]] Code of(unsigned run, int value) const {
    const int sign = value >> 31;
    const auto magnitude = static_cast<unsigned>((value ^ sign) - sign);
    const unsigned size = magnitude == 0 ? 0 : 32U - static_cast<unsigned>(__builtin_clz(magnitude));
    const unsigned symbol = run << 4 | size;
    const unsigned own = static_cast<unsigned>(value + sign) & ((1U << size) - 1);
    return (Code{codes[symbol]} << size | own) << kLengthBits | (static_cast<unsigned>(lengths[symbol]) + size);
  }
};

// The codes of values in [-kZero, kZero) after each run, ready made: nearly all there are. Values stand here as bytes
// to which kZero has been added.
class AcTable {
 public:
  void build(const Codes& codes) {
    codes_ = codes;
    for (unsigned run = 0; run < 16; ++run) {
      for (unsigned byte = 0; byte < kBytes; ++byte) {
        ready_[run * kBytes + byte] = static_cast<std::uint32_t>(codes.of(run, static_cast<int>(byte) - kZero));
      }
    }
  }

  static bool is_small(std::uint8_t byte) { return byte < kBytes; }
  // Runs of 15 at most. Zero after a run of 15 is what stands for sixteen zeros, and after none it ends the block: they
  // are symbols without bits of their own, as T.81 has them (F.1.2.2.1).
  [[gnu::always_inline, nodiscard]] Code of_small(unsigned run, std::uint8_t byte) const {
    return ready_[run * kBytes + byte];
  }
  [[gnu::always_inline, nodiscard]] Code of(unsigned run, int value) const { return codes_.of(run, value); }
  [[nodiscard]] Code end_of_block() const { return of_small(0, kZero); }
  [[nodiscard]] Code sixteen_zeros() const { return of_small(15, kZero); }

 private:
  static constexpr unsigned kBytes = 2 * kZero;  // seven bits of their own at most, after a code of sixteen

  Codes codes_{};
  std::array<std::uint32_t, std::size_t{16} * kBytes> ready_{};
};

// In a copy of the writer, which stays in registers.
inline BitWriter encode_block(BitWriter writer, const std::int16_t* block, int last_dc, Codes dc, const AcTable& ac) {
  writer.put(dc.of(0, block[0] - last_dc));
  alignas(16) std::uint8_t values[kBlockSize];
  std::uint64_t left = zigzag(block, values) & ~std::uint64_t{1};
  unsigned last = 0;
  // By place, not by shifting what is done away: a shift by a variable is three steps on Intel's processors.
  while (left != 0) {
    const auto k = static_cast<unsigned>(__builtin_ctzll(left));
    left &= left - 1;
    unsigned run = k - last - 1;
    last = k;
    for (; run > 15; run -= 16) [[unlikely]] writer.put(ac.sixteen_zeros());
    const std::uint8_t value = values[k];
    writer.put(AcTable::is_small(value) ? ac.of_small(run, value) : ac.of(run, block[kNaturalOrder[k]]));
  }
  if (last != kBlockSize - 1) writer.put(ac.end_of_block());
  return writer;
}

}  // namespace caseframe::simd128
