// encode(): analyse, redact, scale, compress, tag, hash, in one call.
#include "capture.hpp"

#include "decoder.hpp"
#include "input.hpp"
#include "scaling/downscale.hpp"
#include "watch.hpp"

using namespace caseframe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  EncodeOptions options;
  options.jpeg = input.jpeg_options();
  options.max_width = input.between(0, 100);
  options.max_height = input.between(0, 100);
  options.reject = input.flag() ? input.byte() & 15 : 0;
  const bool named = input.flag();
  if (named) options.metadata.id = "0b5dd2b47a0e4c399c568d1f2f6f7a10";
  fuzz::Pixels pixels = input.frame(100);
  const Size frame = pixels.view().size();
  const std::vector<Region> regions = input.regions(frame);
  options.redact = regions;
  const std::vector<std::uint8_t> before = pixels.bytes;

  fuzz::Watch watch;
  FrameReport seen;
  const auto encoded = encode(pixels.view(), options, &seen);
  fuzz::require(pixels.bytes == before, "the caller's pixels stay as they are");
  watch.require_zeroed();
  if (!encoded) {
    const Verdict verdict = analyze(pixels.view()).verdict;
    fuzz::require((options.reject & verdicts(verdict)) != 0 && seen.verdict == verdict,
                  "a frame is refused for a verdict that was to be rejected, and no other reason");
    return 0;
  }
  const Size target = fit(frame, options.max_width, options.max_height);
  fuzz::require(encoded->width == target.width && encoded->height == target.height, "it says its size");
  const std::span<const std::uint8_t> file{encoded->jpeg.data(), encoded->jpeg.size()};
  const auto decoded = test::decode(file);
  fuzz::require(decoded && decoded->width == target.width && decoded->height == target.height,
                "the file decodes, to that size");
  fuzz::require(encoded->sha256 == sha256(file), "the hash is the file's");
  fuzz::require(encoded->redactions.size() == regions.size(), "each region is on record");

  bool has_fill = false;
  for (const Redaction& r : encoded->redactions) {
    if (r.mode != RedactMode::kFill) continue;
    has_fill = true;
    for (std::uint32_t y = r.y; y < r.y + r.height; ++y) {
      for (std::uint32_t x = r.x; x < r.x + r.width; ++x) {
        for (int c = 0; c < 3; ++c) pixels.at(x, y)[c] ^= 0xA5;
      }
    }
  }
  options.reject = 0;  // the verdict is about the frame, fills included
  const auto again = encode(pixels.view(), options);
  fuzz::require(again && std::ranges::equal(encoded->jpeg, again->jpeg),
                has_fill ? "what a fill hides sways no byte" : "the same input gives the same bytes");
  return 0;
}
