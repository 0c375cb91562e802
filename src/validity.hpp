// Is there a picture in this frame, or only what a decoder leaves before it wrote one?
#pragma once

#include <cstdint>

#include "frame.hpp"

namespace caseframe {

enum class Verdict : std::uint8_t { kOk, kBlack, kUndecoded, kUniform };

// Luma is BT.709 (ITU-R BT.709-6, item 3.2: 0.2126 R + 0.7152 G + 0.0722 B) on full-range RGB, 0..255.
struct FrameReport {
  Verdict verdict = Verdict::kOk;
  double mean_luma = 0;
  double luma_std_dev = 0;  // of the population, not of a sample
  double peak_luma = 0;     // the 99.9th percentile
  double dark_ratio = 0;    // share of pixels with luma ≤ 25, 0..1
};

// One pass over the pixels, no allocation.
[[nodiscard]] FrameReport analyze(const FrameView& frame);

}  // namespace caseframe
