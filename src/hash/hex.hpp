// Hexadecimal digits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace caseframe {

// The digit of the lowest four bits; 'A' as the digit of ten for uppercase.
constexpr char hex_digit(std::uint32_t value, char ten = 'a') {
  const auto low = static_cast<int>(value & 15);
  return static_cast<char>(low < 10 ? '0' + low : ten + (low - 10));
}

// Of two for each byte, the higher one first.
constexpr char hex_digit(std::span<const std::uint8_t> bytes, std::size_t index, char ten = 'a') {
  return hex_digit(std::uint32_t{bytes[index / 2]} >> (index % 2 == 0 ? 4U : 0U), ten);
}

}  // namespace caseframe
