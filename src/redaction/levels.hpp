// The few colours that a mosaic cell may have: kLumaLevels of luma, kChromaLevels of each chroma.
#pragma once

#include <algorithm>
#include <cstdint>

#include "redaction/record.hpp"

namespace caseframe {

struct Rgb {
  std::uint8_t r;
  std::uint8_t g;
  std::uint8_t b;
};

// One of them, by its numbers: 0..kLumaLevels - 1 and 0..kChromaLevels - 1.
struct Levels {
  std::uint32_t y;
  std::uint32_t cb;
  std::uint32_t cr;
};

// The nearest levels to a pixel's colour. Y, Cb, Cr and back after JFIF 1.02, in 16-bit fixed point; black, white and
// neutral chroma are among the levels, so that a grey scene stays grey.
inline Levels levels_of(const std::uint8_t* pixel) {
  constexpr std::int32_t kHalf = 1 << 15;
  const std::int32_t r = pixel[0];
  const std::int32_t g = pixel[1];
  const std::int32_t b = pixel[2];
  const std::int32_t y = (19595 * r + 38470 * g + 7471 * b + kHalf) >> 16;
  const std::int32_t cb = ((-11059 * r - 21709 * g + 32768 * b + kHalf) >> 16) + 128;
  const std::int32_t cr = ((32768 * r - 27439 * g - 5329 * b + kHalf) >> 16) + 128;

  constexpr std::int32_t kLumaSteps = kLumaLevels - 1;
  constexpr std::int32_t kChromaStep = 256 / kChromaLevels;
  const auto chroma_level = [](std::int32_t c) {
    return std::min(static_cast<std::uint32_t>((c + kChromaStep / 2) / kChromaStep), kChromaLevels - 1);
  };
  return {static_cast<std::uint32_t>((y * kLumaSteps + 127) / 255), chroma_level(cb), chroma_level(cr)};
}

// The colour that levels stand for.
[[nodiscard]] Rgb color_of(const Levels& levels);

}  // namespace caseframe
