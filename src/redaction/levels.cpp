#include "redaction/levels.hpp"

#include <algorithm>

#include "redaction/record.hpp"

namespace caseframe {
namespace {

std::uint8_t to_byte(std::int32_t value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

}  // namespace

Rgb color_of(const Levels& levels) {
  constexpr std::int32_t kHalf = 1 << 15;
  const auto y = static_cast<std::int32_t>(levels.y * (255 / (kLumaLevels - 1)));
  const std::int32_t b = static_cast<std::int32_t>(levels.cb * (256 / kChromaLevels)) - 128;
  const std::int32_t r = static_cast<std::int32_t>(levels.cr * (256 / kChromaLevels)) - 128;
  return {to_byte(y + ((91881 * r + kHalf) >> 16)), to_byte(y - ((22554 * b + 46802 * r + kHalf) >> 16)),
          to_byte(y + ((116130 * b + kHalf) >> 16))};
}

}  // namespace caseframe
