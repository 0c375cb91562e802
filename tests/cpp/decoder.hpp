// JPEG back to pixels, by libjpeg-turbo's own decoder.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace caseframe::test {

struct Decoded {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  int components = 0;   // in the file
  int luma_across = 0;  // sampling factors of the first component; the others have 1 × 1
  int luma_down = 0;
  bool progressive = false;
  std::vector<std::uint8_t> rgb;  // or one byte a pixel where the file has one component
};

// Nothing where the decoder gives up, warns, or leaves bytes unread.
[[nodiscard]] std::optional<Decoded> decode(std::span<const std::uint8_t> jpeg);

}  // namespace caseframe::test
