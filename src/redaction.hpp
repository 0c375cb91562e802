// The record of what was covered: redact.hpp makes it, metadata.hpp writes it into the file.
#pragma once

#include <cstdint>

namespace caseframe {

enum class RedactMode : std::uint8_t { kPixelate, kBlur, kFill };

// In pixels of the frame.
struct Redaction {
  std::uint32_t x;
  std::uint32_t y;
  std::uint32_t width;
  std::uint32_t height;
  RedactMode mode;
  std::uint32_t cell;    // kPixelate and kBlur: side of a mosaic cell
  std::uint32_t radius;  // kBlur: reach of the kernel
  std::uint32_t color;   // kFill: 0xRRGGBB
};

// Colours of a mosaic cell, in the YCbCr of JFIF. 16 and 8 are the contract's upper bounds.
inline constexpr std::uint32_t kLumaLevels = 16;
inline constexpr std::uint32_t kChromaLevels = 8;

}  // namespace caseframe
