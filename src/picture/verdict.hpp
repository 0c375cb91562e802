// Is there a picture in this frame, or only what a decoder leaves before it wrote one?
#pragma once

#include <cstdint>

#include "frame.hpp"

namespace caseframe {

// kUndecoded: what a frame looks like before a decoder wrote to it: transparent throughout, or flat with the colours of
// zeroed or mid-level YUV. A frame that was written in part is a picture, kOk.
// kBlack: dark (mean luma 25 at most), and nothing in it but what a covered sensor and a codec leave (featureless.cpp),
// or nothing bright enough to be seen.
// kUniform: any other single colour, give or take a codec's ±3.
//
// Known to be taken for black: a single line of text less than some 40 levels above its ground (of one channel alone,
// less than some 80; of 12 pixels in a frame of 3840 × 2160, less than twice that); pictures dimmed to 5 % of their
// code values in frames under 480 × 270, to 3 % in any; and most of what is that dark in frames under 64 × 64. Known to
// be taken for pictures: 0.3 % of noisy black frames, and noise coarser than 16 pixels, as in a video that was enlarged
// on its way.
enum class Verdict : std::uint8_t { kOk, kBlack, kUndecoded, kUniform };

// Luma is BT.709 (ITU-R BT.709-6, item 3.2: 0.2126 R + 0.7152 G + 0.0722 B) on full-range RGB, 0..255.
struct FrameReport {
  Verdict verdict = Verdict::kOk;
  double mean_luma = 0;
  double luma_std_dev = 0;  // of the population, not of a sample
  double peak_luma = 0;     // the 99.9th percentile
  double dark_ratio = 0;    // share of pixels with luma ≤ 25, 0..1
};

// Known to be taken for undecoded: grey text on a decoder's grey or green that differs by 7 levels at most.
//
// One pass over the pixels, and another one of a frame that is flat or nearly black; no allocation.
[[nodiscard]] FrameReport analyze(const FrameView& frame);

}  // namespace caseframe
