// Samples of 7 bits, several at a time: sixteen in a vector, or eight in a word, whose free eighth bits say which of
// two is larger. The same numbers either way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef CASEFRAME_SIMD128
#include "simd128/vector.hpp"
#endif

namespace caseframe {

#ifdef CASEFRAME_SIMD128

struct Samples {
  static constexpr std::size_t kCount = 16;
  v128_t lanes;

  static Samples load(const std::uint8_t* from) { return {wasm_v128_load(from)}; }
  static Samples all(std::uint8_t value) { return {wasm_i8x16_splat(static_cast<std::int8_t>(value))}; }
  void store(std::uint8_t* to) const { wasm_v128_store(to, lanes); }

  friend Samples operator+(Samples a, Samples b) { return {wasm_i8x16_add(a.lanes, b.lanes)}; }
  friend Samples operator|(Samples a, Samples b) { return {wasm_v128_or(a.lanes, b.lanes)}; }
  friend Samples max(Samples a, Samples b) { return {wasm_u8x16_max(a.lanes, b.lanes)}; }
  friend Samples min(Samples a, Samples b) { return {wasm_u8x16_min(a.lanes, b.lanes)}; }
  // a - b, at least 0.
  friend Samples above(Samples a, Samples b) { return {wasm_u8x16_sub_sat(a.lanes, b.lanes)}; }
  // One more where a ≥ b: what is true is -1.
  friend Samples counted(Samples count, Samples a, Samples b) {
    return {wasm_i8x16_sub(count.lanes, wasm_u8x16_ge(a.lanes, b.lanes))};
  }
  // Of each eight, `count` fewer, from the first on; zeros after them.
  friend Samples without_first(Samples a, std::uint32_t count) { return {wasm_u64x2_shr(a.lanes, count * 8)}; }
};

#else

struct Samples {
  static constexpr std::size_t kCount = 8;
  static constexpr std::uint64_t kOnes = 0x0101010101010101;
  static constexpr std::uint64_t kEighthBits = kOnes << 7;
  std::uint64_t lanes;

  static Samples load(const std::uint8_t* from) {
    Samples samples{};
    std::memcpy(&samples.lanes, from, sizeof samples.lanes);
    return samples;
  }
  static Samples all(std::uint8_t value) { return {kOnes * value}; }
  void store(std::uint8_t* to) const { std::memcpy(to, &lanes, sizeof lanes); }

  friend Samples operator+(Samples a, Samples b) { return {a.lanes + b.lanes}; }
  friend Samples operator|(Samples a, Samples b) { return {a.lanes | b.lanes}; }
  friend Samples max(Samples a, Samples b) { return {b.lanes + above(a, b).lanes}; }
  friend Samples min(Samples a, Samples b) { return {a.lanes - above(a, b).lanes}; }
  // a - b, at least 0: with the eighth bit no lane borrows from the next, and keeps the bit where a ≥ b.
  friend Samples above(Samples a, Samples b) {
    const std::uint64_t difference = (a.lanes | kEighthBits) - b.lanes, kept = difference & kEighthBits;
    return {difference & (kept - (kept >> 7))};
  }
  // One more where a ≥ b.
  friend Samples counted(Samples count, Samples a, Samples b) {
    return {count.lanes + (((a.lanes | kEighthBits) - b.lanes) >> 7 & kOnes)};
  }
  // Of the eight, `count` fewer, from the first on; zeros after them.
  friend Samples without_first(Samples a, std::uint32_t count) { return {a.lanes >> count * 8}; }
};

#endif

// The first of each eight becomes what `with` makes of the eight.
template <class Combine>
Samples folded(Samples a, Combine with) {
  a = with(a, without_first(a, 4));
  a = with(a, without_first(a, 2));
  return with(a, without_first(a, 1));
}

}  // namespace caseframe
