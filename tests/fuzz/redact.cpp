// RedactedFrame: covers what was placed and nothing else, and what a fill hides sways no pixel.
#include "redaction/redact.hpp"
#include "input.hpp"
#include "watch.hpp"

using namespace caseframe;

namespace {

bool covers(const Redaction& r, std::uint32_t x, std::uint32_t y) {
  return x >= r.x && x - r.x < r.width && y >= r.y && y - r.y < r.height;
}

std::vector<std::uint8_t> redacted(const fuzz::Pixels& pixels, std::span<const Region> regions) {
  auto placed = place(regions, pixels.view().size());
  fuzz::require(static_cast<bool>(placed), "regions that can be placed one by one can be placed together");
  fuzz::Watch watch;
  std::vector<std::uint8_t> bytes;
  {
    const auto result = RedactedFrame::create(pixels.view(), *std::move(placed));
    fuzz::require(static_cast<bool>(result), "a frame can be redacted");
    for (const std::uint8_t* row : result->picture().rows) bytes.insert(bytes.end(), row, row + pixels.width * 4UL);
    for (std::uint32_t y = 0; y < pixels.height; ++y) {
      const bool touched =
          std::ranges::any_of(result->record(), [&](const Redaction& r) { return y >= r.y && y - r.y < r.height; });
      fuzz::require(touched == (result->picture().rows[y] != pixels.at(0, y)), "touched rows are copied, no others");
    }
  }
  watch.require_zeroed();
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  fuzz::Pixels pixels = input.frame(120);
  const std::vector<Region> regions = input.regions(pixels.view().size());
  const std::vector<std::uint8_t> before = pixels.bytes;
  const std::vector<std::uint8_t> result = redacted(pixels, regions);
  fuzz::require(pixels.bytes == before, "the caller's pixels stay as they are");

  const auto placed = *place(regions, pixels.view().size());
  const Redaction* last_fill = nullptr;
  for (const Redaction& r : placed) {
    fuzz::require(r.width > 0 && r.height > 0 && r.x + r.width <= pixels.width && r.y + r.height <= pixels.height,
                  "a redaction lies in the frame");
    fuzz::require(r.x % 2 == 0 && r.y % 2 == 0, "a redaction begins at even coordinates");
    if (r.mode == RedactMode::kFill) last_fill = &r;
  }
  for (std::uint32_t y = 0; y < pixels.height; ++y) {
    for (std::uint32_t x = 0; x < pixels.width; ++x) {
      const std::uint8_t* got = &result[(std::size_t{y} * pixels.width + x) * 4];
      const bool covered = std::ranges::any_of(placed, [&](const Redaction& r) { return covers(r, x, y); });
      if (!covered) fuzz::require(std::memcmp(got, pixels.at(x, y), 4) == 0, "what is not covered stays");
      if (covered) fuzz::require(got[3] == 255, "what is covered is opaque");
      if (last_fill != nullptr && covers(*last_fill, x, y)) {
        fuzz::require((static_cast<std::uint32_t>(got[0]) << 16 | got[1] << 8 | got[2]) == last_fill->color,
                      "the last fill shows its colour");
      }
    }
  }
  if (last_fill == nullptr) return 0;
  for (std::uint32_t y = last_fill->y; y < last_fill->y + last_fill->height; ++y) {
    for (std::uint32_t x = last_fill->x; x < last_fill->x + last_fill->width; ++x) {
      for (int c = 0; c < 4; ++c) pixels.at(x, y)[c] ^= 0x5A;
    }
  }
  fuzz::require(redacted(pixels, regions) == result, "what a fill hides sways no pixel");
  return 0;
}
