// The record of what is covered: regions.hpp makes it, redact.hpp paints it, segments.hpp writes it into the file.
#pragma once

#include <algorithm>
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

// What keeps a mosaic from being read is measured in tests/js/redaction-attack.test.js; the rules here and in
// mosaic.cpp follow from it.
//
// Cells are tied to the region and not to the frame: at most this many along its longer side (the contract allows 6; at
// 6, names of four letters and single digits could be read)…
inline constexpr std::uint32_t kMaxCells = 4;
// …and never smaller than this, in pixels: Hill et al., "On the (In)effectiveness of Mosaicing and Blurring as Tools
// for Document Redaction" (PoPETs 2016/4) read text through grids of up to 30 px, with many cells and fine colours.
inline constexpr std::uint32_t kMinCell = 16;

// The side of a rectangle's cells: of one around all mosaics that touch each other.
constexpr std::uint32_t mosaic_cell(std::uint32_t width, std::uint32_t height) {
  return std::max(kMinCell, (std::max(width, height) + kMaxCells - 1) / kMaxCells);
}

}  // namespace caseframe
