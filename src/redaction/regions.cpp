#include "redaction/regions.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "redaction/canvas.hpp"

namespace caseframe {
namespace {

// A length that somebody made from its ends is less than it was by what these were rounded: ratios in single precision,
// as detectors give them, lose 2⁻²⁴ of a side, 0.0005 pixels of the largest screens.
constexpr double kLeastPixel = 1 - 0.0005;

// Numbers that are whole numbers, all of them, end here.
constexpr double kWholeNumbers = 0x1p53;

// Pixels [low, high) of one of the frame's sides.
struct Span {
  std::uint32_t low;
  std::uint32_t high;
};

// A region along one of the frame's sides.
//
//        0     begin          end         whole     in the region's units
//        ├───────┼─────────────┼────────────┤
//        0                                pixels    in the frame's
struct Side {
  double begin;
  double length;
  double whole;
  double pixel;  // what counts as one in the region's units
  std::uint32_t pixels;

  [[nodiscard]] bool is_valid() const {
    return std::isfinite(begin) && std::isfinite(length) && length >= 0 && std::isfinite(whole) && whole > 0;
  }
  [[nodiscard]] bool has_a_pixel() const { return length >= kLeastPixel * pixel; }
  // Compared in the region's units, in which nothing was rounded.
  [[nodiscard]] bool meets_frame() const { return begin < whole && begin + length > 0; }

  // Only where the three above hold.
  [[nodiscard]] Span covered() const {
    const double limit = pixels;
    const double first = std::min(in_pixels(std::max(begin, 0.0)), limit - 1);
    const double last = std::min(in_pixels(std::min(begin + length, whole)), limit);
    const auto low = static_cast<std::uint32_t>(std::floor(first));
    // A part of a pixel too small for these numbers still has that pixel.
    const std::uint32_t high = std::max(static_cast<std::uint32_t>(std::ceil(last)), low + 1);
    return {low & ~1U, std::min(high + (high & 1U), pixels)};
  }

 private:
  // Of 0 to `whole`. Multiplied before it is divided: whole numbers then scale without a rounding that could pass a
  // pixel's border. The product of larger ones may be too large.
  [[nodiscard]] double in_pixels(double at) const {
    return whole < kWholeNumbers ? at * pixels / whole : at / whole * pixels;
  }
};

Side side(const Region& region, double begin, double length, double of, std::uint32_t pixels) {
  if (region.unit == RegionUnit::kRatio) return {begin, length, 1, 1.0 / pixels, pixels};
  const bool of_frame = region.of_width == 0 && region.of_height == 0;
  return {begin, length, of_frame ? pixels : of, 1, pixels};
}

Result<Redaction> place(const Region& region, Size frame) {
  const auto invalid = [](const char* message) { return Error{ErrorCode::kInvalidArgument, message}; };
  const Side across = side(region, region.x, region.width, region.of_width, frame.width);
  const Side down = side(region, region.y, region.height, region.of_height, frame.height);
  if (!across.is_valid() || !down.is_valid())
    return invalid("Expected a region of finite numbers and no negative size");
  if (!across.has_a_pixel() || !down.has_a_pixel()) return invalid("Expected a region of at least one pixel");
  if (!across.meets_frame() || !down.meets_frame()) return invalid("Expected a region that meets the frame");

  const auto [left, right] = across.covered();
  const auto [top, bottom] = down.covered();
  return Redaction{left, top, right - left, bottom - top, region.mode, 0, 0, region.color};
}

// True if less than kMinCell lies between the two, across and down: over so narrow a strip as much can be read as over
// a common border.
bool do_touch(const Redaction& a, const Redaction& b) {
  return a.x < b.x + b.width + kMinCell && b.x < a.x + a.width + kMinCell &&  //
         a.y < b.y + b.height + kMinCell && b.y < a.y + a.height + kMinCell;
}

void set_cell(Redaction& mosaic, std::uint32_t cell) {
  mosaic.cell = cell;
  if (mosaic.mode == RedactMode::kBlur) mosaic.radius = cell;
}

// Gives each mosaic the cell that one around it and all that it touches, in chains, would have. With cells of its own
// size a small one looks no further than a stroke of something large is wide, and several show the outline.
void set_cells(std::span<Redaction> placed) {
  std::array<Redaction*, kMaxRegions> mosaics;  // [first, end) are a group, those that follow are in none yet
  auto* last = mosaics.data();
  for (Redaction& r : placed) {
    if (r.mode != RedactMode::kFill) *last++ = &r;
  }
  for (auto *first = mosaics.data(), *end = first; first != last; first = end) {
    Rect around = rect_of(**end++);
    for (auto* next = first; next != end; ++next) {
      const Redaction& r = **next;
      around = {std::min(around.left, r.x), std::min(around.top, r.y), std::max(around.right, r.x + r.width),
                std::max(around.bottom, r.y + r.height)};
      for (auto* other = end; other != last; ++other) {
        if (do_touch(r, **other)) std::swap(*other, *end++);
      }
    }
    std::for_each(first, end, [&](Redaction* r) { set_cell(*r, mosaic_cell(around.width(), around.height())); });
  }
}

}  // namespace

Result<Buffer<Redaction>> place(std::span<const Region> regions, Size frame) {
  if (regions.size() > kMaxRegions) return Error{ErrorCode::kInvalidArgument, "Expected at most 1000 regions"};
  auto placed = Buffer<Redaction>::allocate(regions.size());
  if (!placed) return placed.error();
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const auto redaction = place(regions[i], frame);
    if (!redaction) {
      Error error = redaction.error();
      error.region = static_cast<std::int32_t>(i);
      return error;
    }
    (*placed)[i] = *redaction;
  }
  set_cells({placed->data(), placed->size()});
  return placed;
}

}  // namespace caseframe
