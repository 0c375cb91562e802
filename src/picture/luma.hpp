// Luma: BT.709 (ITU-R BT.709-6, item 3.2) on full-range RGB, 0..255, and what is asked of all of a frame's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace caseframe {

// The standard's weights in 1/32768, the finest that a signed 16-bit multiply takes; they add up to one.
inline constexpr std::int16_t kLumaRed = 6966;
inline constexpr std::int16_t kLumaGreen = 23436;
inline constexpr std::int16_t kLumaBlue = 2366;
inline constexpr int kLumaBits = 15;

// Rounded to nearest.
constexpr std::uint32_t luma(std::uint32_t r, std::uint32_t g, std::uint32_t b) {
  return (kLumaRed * r + kLumaGreen * g + kLumaBlue * b + (1U << (kLumaBits - 1))) >> kLumaBits;
}

// The contract's "dark", which is also ffmpeg blackdetect's pixel_black_th: 0.10 of the range.
inline constexpr std::uint8_t kDarkLuma = 25;

// How many pixels may be brighter than the 99.9th percentile.
inline std::uint64_t most_above_peak(std::uint64_t pixels) {
  return pixels - static_cast<std::uint64_t>(std::ceil(0.999 * static_cast<double>(pixels)));
}

// Of all lumas of a frame.
struct LumaStatistics {
  std::uint64_t sum = 0;
  std::uint64_t squares = 0;
  std::uint64_t dark = 0;  // how many are kDarkLuma at most
  std::uint8_t peak = 0;   // the 99.9th percentile: the least luma that most_above_peak() pixels at most exceed

  [[nodiscard]] double mean(std::uint64_t pixels) const {
    return static_cast<double>(sum) / static_cast<double>(pixels);
  }

  // Of the population. Around a whole number, so that nothing cancels: what is flat has none at all.
  [[nodiscard]] double std_dev(std::uint64_t pixels) const {
    const std::uint64_t middle = (sum + pixels / 2) / pixels;
    const auto count = static_cast<double>(pixels);
    const auto difference = static_cast<double>(sum) - static_cast<double>(middle * pixels);
    const auto square = static_cast<double>(squares + middle * middle * pixels) - static_cast<double>(2 * middle * sum);
    return std::sqrt(std::max(0.0, (square - difference * difference / count) / count));
  }
};

}  // namespace caseframe
