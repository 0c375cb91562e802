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
  // 1 where a ≥ b, else 0.
  friend Samples at_least(Samples a, Samples b) {
    return {wasm_v128_and(wasm_u8x16_ge(a.lanes, b.lanes), wasm_i8x16_splat(1))};
  }
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
  // 1 where a ≥ b, else 0.
  friend Samples at_least(Samples a, Samples b) { return {((a.lanes | kEighthBits) - b.lanes) >> 7 & kOnes}; }
};

#endif

}  // namespace caseframe
