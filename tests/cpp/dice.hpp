// The tests' one pseudo-random generator.
#pragma once

#include <cstdint>

namespace caseframe::test {

// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): whole numbers only, so
// that every platform throws the same.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  // Both ends are possible.
  std::uint32_t between(std::uint32_t low, std::uint32_t high) {
    return low + static_cast<std::uint32_t>(next() % (std::uint64_t{high} - low + 1));
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(next()); }
  bool one_in(std::uint32_t count) { return between(1, count) == 1; }
  // [low, high)
  double real(double low, double high) { return low + (high - low) * (static_cast<double>(next() >> 11) * 0x1p-53); }

 private:
  std::uint64_t state_;
};

}  // namespace caseframe::test
