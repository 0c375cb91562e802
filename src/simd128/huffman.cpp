#include "simd128/huffman.hpp"

#include <algorithm>

#include "simd128/vector.hpp"

namespace caseframe::simd128 {
namespace {

// The shuffles that bring 64 bytes into zigzag order. A swizzle reaches 16 of them: for each quarter of the result and
// each of the block, which bytes of the one come from the other. The rest are out of range, for which it gives zero.
struct ShuffleMasks {
  std::int8_t from[4][4][16];
};

constexpr ShuffleMasks make_shuffle_masks() {
  ShuffleMasks masks{};
  for (unsigned k = 0; k < kBlockSize; ++k) {
    for (unsigned quarter = 0; quarter < 4; ++quarter) {
      const unsigned at = kNaturalOrder[k];
      masks.from[k / 16][quarter][k % 16] = at / 16 == quarter ? static_cast<std::int8_t>(at % 16) : std::int8_t{-1};
    }
  }
  return masks;
}
alignas(16) constexpr ShuffleMasks kShuffleMasks = make_shuffle_masks();

template <unsigned kTo, unsigned kFrom>
v128_t shuffled(v128_t bytes, const ShuffleMasks& masks) {
  return wasm_i8x16_swizzle(bytes, wasm_v128_load(masks.from[kTo][kFrom]));
}

template <class... Parts>
v128_t merged(v128_t part, Parts... others) {
  ((part = wasm_v128_or(part, others)), ...);
  return part;
}

std::uint32_t zeros(v128_t bytes) { return wasm_i8x16_bitmask(wasm_i8x16_eq(bytes, wasm_i8x16_splat(0))); }

}  // namespace

std::uint64_t zigzag(const std::int16_t* block, std::uint8_t* out) {
  const auto quarter = [&](std::size_t i) {
    return wasm_i8x16_narrow_i16x8(wasm_v128_load(block + 16 * i), wasm_v128_load(block + 16 * i + 8));
  };
  const v128_t a = quarter(0), b = quarter(1), c = quarter(2), d = quarter(3);
  const ShuffleMasks& masks = hidden(kShuffleMasks);
  const v128_t first = merged(shuffled<0, 0>(a, masks), shuffled<0, 1>(b, masks), shuffled<0, 2>(c, masks));
  const v128_t second =
      merged(shuffled<1, 0>(a, masks), shuffled<1, 1>(b, masks), shuffled<1, 2>(c, masks), shuffled<1, 3>(d, masks));
  const v128_t third =
      merged(shuffled<2, 0>(a, masks), shuffled<2, 1>(b, masks), shuffled<2, 2>(c, masks), shuffled<2, 3>(d, masks));
  const v128_t fourth = merged(shuffled<3, 1>(b, masks), shuffled<3, 2>(c, masks), shuffled<3, 3>(d, masks));
  wasm_v128_store(out, first);
  wasm_v128_store(out + 16, second);
  wasm_v128_store(out + 32, third);
  wasm_v128_store(out + 48, fourth);
  const std::uint32_t low = zeros(first) | zeros(second) << 16;
  const std::uint32_t high = zeros(third) | zeros(fourth) << 16;
  return ~(low | std::uint64_t{high} << 32);
}

void put_any(BitWriter& writer, const std::int16_t* block, std::uint64_t nonzero, std::uint64_t left,
             const BlockCodes& codes) {
  // The place of the last one that is done, or of the DC.
  int last = 63 - __builtin_clzll((nonzero | 1) & ((left & -left) - 1));
  for (; left != 0; left &= left - 1) {
    const int k = __builtin_ctzll(left);
    auto run = static_cast<unsigned>(k - last - 1);
    for (; run > 15; run -= 16) {
      writer.put(codes.ac_table.sixteen_zeros());
      writer.flush();
    }
    writer.put(codes.ac.of(run, block[kNaturalOrder[k]]));
    writer.flush();
    last = k;
  }
}

std::uint8_t* write_reversed(const std::uint8_t* end, std::size_t count, std::uint8_t* out) {
  const v128_t reversed = constant<0x0C0D0E0F, 0x08090A0B, 0x04050607, 0x00010203>();
  const auto put = [&](std::size_t at) {
    const v128_t bytes = wasm_i8x16_swizzle(wasm_v128_load(end - at - 16), reversed);
    wasm_v128_store(out + at, bytes);
    return wasm_i8x16_bitmask(wasm_i8x16_eq(bytes, wasm_i8x16_splat(-1)));
  };
  // 32 at a time, more than most blocks have: that there are no more is foreseen.
  std::size_t ones = 0;
  for (std::size_t at = 0; at < count; at += 32) {
    const std::uint64_t all = put(at) | std::uint64_t{put(at + 16)} << 16;
    const std::uint64_t valid = count - at < 32 ? (std::uint64_t{1} << (count - at)) - 1 : 0xFFFFFFFFU;
    ones += static_cast<std::size_t>(__builtin_popcountll(all & valid));
  }
  std::uint8_t* from = out + count;
  std::uint8_t* const stuffed_end = from + ones;
  for (std::uint8_t* to = stuffed_end; to != from;) {
    const std::uint8_t byte = *--from;
    if (byte == 0xFF) *--to = 0;
    *--to = byte;
  }
  return stuffed_end;
}

}  // namespace caseframe::simd128
