#include "picture/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "buffer.hpp"
#include "picture/cells.hpp"
#include "picture/featureless.hpp"

namespace caseframe {
namespace {

// Deep blue has as little luma and is no black: above this no channel's mean may be.
constexpr std::uint8_t kDarkChannel = 48;

// Flat: one colour and what a codec adds to it, ±3. Uniform noise of that size has a standard deviation of 2.0; a block
// of the codec that covers a cell moves its mean by all of it.
constexpr double kFlatStdDev = 2.5;
constexpr double kFlatCell = 4;
// A pixel with a channel this far from the mean is no codec noise. A line of 20 small letters has some 600 of them in 2
// megapixels. What a decoder shows that wrote nothing has no noise, even if its sender's picture was such a one and was
// coded: green, which has most of the luma, is then 6.2 off where ±3 in Y, Cb and Cr meet (BT.601). So that a grey
// slide with little contrast is none of these.
constexpr std::array<double, 3> kFar{12, 12, 12};
constexpr std::array<double, 3> kUndecodedFar{12, 7, 12};
constexpr double kFarPixels = 8;
constexpr double kFarPixelsPerMegapixel = 20;

// What nobody sees: an encoder's leftovers of the picture before, for up to a second after a camera went off. Measured
// in some 150 calls of VP8 and VP9 at 60 kbit/s to 8 Mbit/s: a 99.9th percentile of 6 at most, a few pixels above
// kDarkLuma (those that codec noise may have, above), and no cell whose colour is; photographs at 5 % of their code
// values have 11 and more. In light, 8 is 0.24 % of white, a quarter of what a screen's surface reflects (IEC
// 61966-2-1: an encoding viewing flare of 1 %).
constexpr std::uint8_t kUnseenLuma = 8;
// Luma falls short of a saturated colour's light: blue text of 128 has a luma of 9, and 1.6 % of white's light. The
// light that white has at a luma of 8, blue has at 51 and red at 27.
constexpr Colour kUnseenColour{kDarkChannel, kDarkChannel, kDarkChannel};

// Chromium's drawing of a YUV buffer that nobody wrote to, measured: zeroes as BT.601 limited, BT.709 limited and
// BT.709 full range; Y = 16 with zero chroma, likewise; and 128, 128, 128 with and without expansion.
constexpr ChannelMeans kUndecoded[] = {{0, 135, 0}, {0, 77, 0},      {0, 84, 0},      {0, 154, 0},
                                       {0, 96, 0},  {128, 128, 128}, {129, 129, 129}, {130, 130, 130}};
// Noise of ±3 clipped at zero lifts a mean by 0.9, a JPEG's quantiser moves it by 2; CSS's darkgreen is 4 away.
constexpr double kUndecodedGreen = 3;
constexpr double kUndecodedRedBlue = 5;

FrameReport describe(const LumaStatistics& lumas, std::uint64_t pixels) {
  return {.mean_luma = lumas.mean(pixels),
          .luma_std_dev = lumas.std_dev(pixels),
          .peak_luma = static_cast<double>(lumas.peak),
          .dark_ratio = static_cast<double>(lumas.dark) / static_cast<double>(pixels)};
}

double most_far_pixels(const FrameView& frame) {
  return kFarPixels + kFarPixelsPerMegapixel * frame.width() * frame.height() * 1e-6;
}

// Pixels with a channel more than `far` from the mean.
bool has_far_pixels(const FrameView& frame, const ChannelMeans& mean, const std::array<double, 3>& far) {
  Colour low{}, high{};
  for (std::size_t channel = 0; channel < 3; ++channel) {
    low[channel] = static_cast<std::uint8_t>(std::ceil(std::max(mean[channel] - far[channel], 0.0)));
    high[channel] = static_cast<std::uint8_t>(std::floor(std::min(mean[channel] + far[channel], 255.0)));
  }
  return static_cast<double>(Statistics::outside(frame, low, high)) > most_far_pixels(frame);
}

bool is_flat(const Cells& cells, const FrameReport& report, const FrameView& frame, const std::array<double, 3>& far) {
  if (report.luma_std_dev > kFlatStdDev) return false;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    if (cells.highest[channel] - cells.mean[channel] > kFlatCell) return false;
    if (cells.mean[channel] - cells.lowest[channel] > kFlatCell) return false;
  }
  return !has_far_pixels(frame, cells.mean, far);
}

bool is_undecoded(const ChannelMeans& mean) {
  return std::any_of(std::begin(kUndecoded), std::end(kUndecoded), [&](const ChannelMeans& colour) {
    return std::abs(mean[0] - colour[0]) <= kUndecodedRedBlue && std::abs(mean[1] - colour[1]) <= kUndecodedGreen &&
           std::abs(mean[2] - colour[2]) <= kUndecodedRedBlue;
  });
}

bool is_dark(const Cells& cells, const FrameReport& report) {
  return report.mean_luma <= kDarkLuma + 0.5 && *std::max_element(cells.mean.begin(), cells.mean.end()) <= kDarkChannel;
}

bool is_unseen(const Cells& cells, const FrameView& frame) {
  const std::uint64_t bright = std::uint64_t{frame.width()} * frame.height() - cells.lumas.dark;
  return cells.lumas.peak <= kUnseenLuma && static_cast<double>(bright) <= most_far_pixels(frame) &&
         *std::max_element(cells.highest.begin(), cells.highest.end()) <= kDarkLuma &&
         static_cast<double>(Statistics::outside(frame, {}, kUnseenColour)) <= most_far_pixels(frame);
}

Verdict judge(Cells& cells, const FrameReport& report, const FrameView& frame) {
  if (!cells.opaque) return Verdict::kUndecoded;
  if (is_dark(cells, report)) {
    return is_unseen(cells, frame) || is_featureless(cells) ? Verdict::kBlack : Verdict::kOk;
  }
  const bool undecoded = is_undecoded(cells.mean);
  if (!is_flat(cells, report, frame, undecoded ? kUndecodedFar : kFar)) return Verdict::kOk;
  return undecoded ? Verdict::kUndecoded : Verdict::kUniform;
}

}  // namespace

FrameReport analyze(const FrameView& frame) {
  const std::uint64_t pixels = std::uint64_t{frame.width()} * frame.height();
  Statistics statistics(pixels);
  Cells cells = measure_cells(frame, statistics);
  FrameReport report = describe(cells.lumas, pixels);
  report.verdict = judge(cells, report, frame);
  // The cells' means are a small picture of what may be about to be redacted.
  secure_zero(&cells, sizeof cells);
  return report;
}

}  // namespace caseframe
