// From what somebody asks to be covered to the rectangles of the frame that are. Nothing is dropped: each region either
// becomes a rectangle or is an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "buffer.hpp"
#include "frame.hpp"
#include "redaction/record.hpp"
#include "result.hpp"

namespace caseframe {

enum class RegionUnit : std::uint8_t { kPixel, kRatio };

// What to cover. It may stick out of the frame; what sticks out is cut off.
struct Region {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  RedactMode mode = RedactMode::kPixelate;
  RegionUnit unit = RegionUnit::kPixel;
  std::uint32_t color = 0;  // 0xRRGGBB; counts for kFill only
  // The picture that kPixel regions were drawn on, which is scaled to the frame; both 0 for the frame itself.
  double of_width = 0;
  double of_height = 0;
};

// The most regions of one frame: each costs time, and a line in the file's record.
inline constexpr std::size_t kMaxRegions = 1000;

// The rectangle of each region, in their order: scaled to the frame, clipped, and grown outward to whole pixels and
// even coordinates, because video of 4:2:0 shares one colour sample among 2 × 2 pixels: the neighbour of an odd edge
// carries colour from inside. Never empty. The cells of mosaics that touch, with less than kMinCell between them and in
// chains, are those of one around all of them: what several cover together is no better seen than under one.
//
// kInvalidArgument, with the region's index in `Error::region`, for one that
// - has a number that is not finite, a negative size, or an `of` that is not above 0 in both directions;
// - is narrower or lower than one pixel of the picture it was drawn on (one of the frame's for kRatio, which has none
//   of its own), give or take the 0.0005 that a length made from its ends loses: nobody can have meant that. Pixels of
//   the frame are not asked for, so that what was drawn on a larger picture is covered in the smallest one that a
//   sender drops to;
// - lies wholly outside the frame.
// kInvalidArgument for more than kMaxRegions; kOutOfMemory.
[[nodiscard]] Result<Buffer<Redaction>> place(std::span<const Region> regions, Size frame);

}  // namespace caseframe
