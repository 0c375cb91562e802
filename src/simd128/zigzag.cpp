#include "huffman.hpp"
#include "vector.hpp"

namespace caseframe::simd128 {
namespace {

// For each quarter of the zigzag and each of the block, which of the one's bytes come from the other; the rest are out
// of range, for which a swizzle gives zero.
struct Moves {
  std::int8_t from[4][4][16];
};

constexpr Moves moves() {
  Moves moves{};
  for (unsigned k = 0; k < kBlockSize; ++k) {
    for (unsigned quarter = 0; quarter < 4; ++quarter) {
      const unsigned at = kNaturalOrder[k];
      moves.from[k / 16][quarter][k % 16] = at / 16 == quarter ? static_cast<std::int8_t>(at % 16) : std::int8_t{-1};
    }
  }
  return moves;
}
constexpr Moves kMoves = moves();

template <unsigned kTo, unsigned kFrom>
v128_t moved(v128_t bytes) {
  constexpr const std::int8_t* kIndices = kMoves.from[kTo][kFrom];
  // A constant that the compiler of the machine's code can see: it saves a step of every swizzle.
  return wasm_i8x16_swizzle(
      bytes, wasm_i8x16_const(kIndices[0], kIndices[1], kIndices[2], kIndices[3], kIndices[4], kIndices[5], kIndices[6],
                              kIndices[7], kIndices[8], kIndices[9], kIndices[10], kIndices[11], kIndices[12],
                              kIndices[13], kIndices[14], kIndices[15]));
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
  const v128_t first = merged(moved<0, 0>(a), moved<0, 1>(b), moved<0, 2>(c));
  const v128_t second = merged(moved<1, 0>(a), moved<1, 1>(b), moved<1, 2>(c), moved<1, 3>(d));
  const v128_t third = merged(moved<2, 0>(a), moved<2, 1>(b), moved<2, 2>(c), moved<2, 3>(d));
  const v128_t fourth = merged(moved<3, 1>(b), moved<3, 2>(c), moved<3, 3>(d));
  const v128_t zero = wasm_i8x16_splat(kZero);
  wasm_v128_store(out, wasm_i8x16_add(first, zero));
  wasm_v128_store(out + 16, wasm_i8x16_add(second, zero));
  wasm_v128_store(out + 32, wasm_i8x16_add(third, zero));
  wasm_v128_store(out + 48, wasm_i8x16_add(fourth, zero));
  const std::uint32_t low = zeros(first) | zeros(second) << 16;
  const std::uint32_t high = zeros(third) | zeros(fourth) << 16;
  return ~(low | std::uint64_t{high} << 32);
}

}  // namespace caseframe::simd128
