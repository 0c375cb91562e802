// analyze(): numbers within their ranges, and the same whatever the padding and the variant.
#include <cmath>

#include "input.hpp"
#include "picture/cells.hpp"
#include "picture/statistics_scalar.hpp"
#include "picture/verdict.hpp"

using namespace caseframe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const fuzz::Pixels pixels = input.frame(200);
  const std::vector<std::uint8_t> before = pixels.bytes;
  const FrameReport report = analyze(pixels.view());
  fuzz::require(pixels.bytes == before, "the caller's pixels stay as they are");
  fuzz::require(report.mean_luma >= 0 && report.mean_luma <= 255, "the mean is a luma");
  fuzz::require(report.peak_luma >= 0 && report.peak_luma <= 255, "the peak is a luma");
  fuzz::require(report.luma_std_dev >= 0 && report.luma_std_dev <= 127.5, "the deviation is one of 0..255");
  fuzz::require(report.dark_ratio >= 0 && report.dark_ratio <= 1, "the dark share is a share");

  // The definitions, pixel by pixel.
  double sum = 0, squares = 0, dark = 0;
  bool opaque = false;
  std::uint64_t histogram[256] = {};
  for (std::uint32_t y = 0; y < pixels.height; ++y) {
    for (std::uint32_t x = 0; x < pixels.width; ++x) {
      const std::uint8_t* rgba = pixels.at(x, y);
      const std::uint32_t value = luma(rgba[0], rgba[1], rgba[2]);
      sum += value;
      squares += value * value;
      dark += value <= kDarkLuma ? 1 : 0;
      opaque = opaque || rgba[3] != 0;
      ++histogram[value];
    }
  }
  const double count = static_cast<double>(pixels.width) * pixels.height;
  const double mean = sum / count;
  fuzz::require(std::abs(report.mean_luma - mean) < 1e-9, "the mean is that of all lumas");
  fuzz::require(std::abs(report.luma_std_dev - std::sqrt(std::max(0.0, squares / count - mean * mean))) < 1e-4,
                "the deviation is that of all lumas");
  fuzz::require(std::abs(report.dark_ratio - dark / count) < 1e-9, "the dark share is that of all lumas");
  std::uint32_t peak = 255;
  for (std::uint64_t above = histogram[255]; above <= most_above_peak(pixels.width * std::uint64_t{pixels.height});) {
    if (peak == 0) break;
    above += histogram[--peak];
  }
  fuzz::require(report.peak_luma == peak, "the peak is the 99.9th percentile");
  fuzz::require(opaque || report.verdict == Verdict::kUndecoded, "a transparent frame is undecoded");
  if (opaque && report.luma_std_dev > 20 && report.mean_luma > 40) {
    fuzz::require(report.verdict == Verdict::kOk, "what is neither dark nor flat is a picture");
  }
  return 0;
}
