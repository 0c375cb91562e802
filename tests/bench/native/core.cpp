// Our own core without a browser around it: what it does in a browser, built by the system's compiler.
#include <array>

#include "capture.hpp"
#include "redact.hpp"
#include "rounds.hpp"
#include "validity.hpp"

using namespace caseframe;

namespace {

// The middle of the frame: a quarter of its pixels, as in page/stages.js.
std::size_t redact(const FrameView& frame, RedactMode mode) {
  const Region region{0.25, 0.25, 0.5, 0.5, mode, RegionUnit::kRatio, 0x555555};
  if (!RedactedFrame::create(frame, {&region, 1})) bench::fail("redaction failed");
  return 0;
}

std::size_t encoded_size(const FrameView& frame, int quality) {
  EncodeOptions options;
  options.jpeg.quality = quality / 100.0;
  const auto encoded = encode(frame, options);
  if (!encoded) bench::fail(encoded.error().message);
  return encoded->jpeg.size();
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Input input = bench::read_input(argc, argv);
  const auto frame = FrameView::create({input.pixels.data(), input.pixels.size()}, input.width, input.height);
  if (!frame) bench::fail(frame.error().message);
  const std::array<bench::Task, 5> tasks{{
      {"encode", [&] { return encoded_size(*frame, input.quality); }},
      {"analyze", [&] { return static_cast<void>(analyze(*frame)), std::size_t{0}; }},
      {"pixelate", [&] { return redact(*frame, RedactMode::kPixelate); }},
      {"blur", [&] { return redact(*frame, RedactMode::kBlur); }},
      {"fill", [&] { return redact(*frame, RedactMode::kFill); }},
  }};
  return bench::run_rounds(tasks);
}
