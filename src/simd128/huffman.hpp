// One block of coefficients to its bits in sequential Huffman coding (T.81, F.1.2).
//
//   block ─► zigzag() ─► 64 bytes, and a bit for each that is not zero
//                │
//                └─► for each such bit: run of zeros, value ─► CodeTable ─► code with the value's bits ─► BitWriter
//                                                                                                            │
//   file ◄─ write_reversed(): bytes in their order, 0xFF stuffed ◄─ bytes, the last one first ◄──────────────┘
//
// Every coefficient of a picture passes the loop, so that it is kept short: what it changes stays in registers, it
// calls nothing, and one load from a table gives both code and value. Values that the table does not have (beyond a
// byte) and runs of 16 zeros and more are rare: put_any() takes over from there.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "simd128/kernels.hpp"
#include "simd128/vector.hpp"

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
struct HuffmanCodes {
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
class CodeTable {
 public:
  void build(const HuffmanCodes& codes) {
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
  HuffmanCodes dc;
  HuffmanCodes ac;
  CodeTable<1> dc_table;
  CodeTable<kBlockSize> ac_table;

  void build(const HuffmanCodes& dc_codes, const HuffmanCodes& ac_codes) {
    dc_table.build(dc = dc_codes);
    ac_table.build(ac = ac_codes);
  }
};

// What is left between blocks: bits at the lower end, 7 at most.
struct BitBuffer {
  std::uint64_t bits;
  std::uint64_t pending;  // how many
};

// Bits go in at the lower end and leave as whole bytes, from the end of a buffer down to its beginning: each is written
// with those that come after it in one number, whose highest bits are the first.
struct BitWriter {
  std::uint64_t bits;
  std::uint64_t pending;  // how many; 7 at most after flush(), 64 at most before
  std::uint8_t* end;      // of what is free

  [[gnu::always_inline]] void put(Code code) {
    const std::uint64_t length = code & 0xFF;
    bits = bits << length | code >> kLengthBits;
    pending += length;
  }
  // Whether a byte is full is as good as random: eight are written in any case, and stay if they were.
  [[gnu::always_inline]] void flush() {
    const std::uint64_t first = bits << (-pending & 63);
    __builtin_memcpy(end - sizeof first, &first, sizeof first);
    end -= pending >> 3;
    pending &= 7;
  }
};

// The coefficients whose places are in `left`, all those of `nonzero` that are left, whatever runs and values they
// have.
void put_any(BitWriter& writer, const std::int16_t* block, std::uint64_t nonzero, std::uint64_t left,
             const BlockCodes& codes);

// The `count` bytes before `end` in their order, each byte of ones followed by one of zeroes (F.1.2.3), and 31 that
// mean nothing at most; answers where the zeroes end. Reads 31 bytes more at most, too.
std::uint8_t* write_reversed(const std::uint8_t* end, std::size_t count, std::uint8_t* out);

// 1,665 bits (DC: 16 + 11, AC: 16 + 10 each), those left from before, a byte of zeroes after each, and what is written
// beyond.
inline constexpr std::size_t kMostBlockBytes = 2 * 209 + 31;

// Answers where what was written to `out` ends.
inline std::uint8_t* encode_block(BitBuffer& buffer, std::uint8_t* out, const std::int16_t* block, int last_dc,
                                  const BlockCodes& codes) {
  std::uint8_t bytes[256];  // 209, and what is written and read beyond
  std::uint8_t* const end = bytes + sizeof bytes;
  BitWriter writer{buffer.bits, buffer.pending, end};

  const int difference = block[0] - last_dc;
  const auto byte = static_cast<std::uint8_t>(difference);
  const Code ready = codes.dc_table.of(0, byte);
  writer.put(ready != 0 && static_cast<std::int8_t>(byte) == difference ? ready : codes.dc.of(0, difference));
  writer.flush();

  alignas(16) std::uint8_t values[kBlockSize];
  const std::uint64_t nonzero = zigzag(block, values);
  std::uint64_t left = nonzero & ~std::uint64_t{1};
  unsigned last = 0;
  // By place, not by shifting what is done away: a shift by a variable is three steps on Intel's processors.
  const auto put_next = [&]() __attribute__((always_inline)) {
    const auto k = static_cast<unsigned>(__builtin_ctzll(left));
    const Code code = codes.ac_table.of(k - last - 1, values[k]);
    if (code == 0) [[unlikely]]
      return false;
    writer.put(code);
    last = k;
    left &= left - 1;
    return true;
  };
  bool is_ready = true;
  // Two codes that are ready have 46 bits at most.
  while (left != 0 && (is_ready = put_next()) && left != 0 && (is_ready = put_next())) writer.flush();
  if (!is_ready) [[unlikely]] {
    // In a copy: only what has no address stays in registers. And not within the loop, which has none to spare.
    BitWriter copy = writer;
    put_any(copy, block, nonzero, left, codes);
    writer = copy;
  }
  if (nonzero >> (kBlockSize - 1) == 0) writer.put(codes.ac_table.end_of_block());
  writer.flush();

  buffer = {writer.bits, writer.pending};
  return write_reversed(end, static_cast<std::size_t>(end - writer.end), out);
}

}  // namespace caseframe::simd128
