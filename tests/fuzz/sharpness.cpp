// measure_sharpness(): any sides and strides, numbers within their ranges, and nothing written to.
#include "sharpness/sharpness.hpp"

#include <cmath>

#include "input.hpp"

using namespace caseframe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const fuzz::Pixels pixels = input.frame(200);
  const std::vector<std::uint8_t> before = pixels.bytes;
  const auto frame = measure_sharpness(pixels.view());
  const std::uint8_t white = input.flag() ? kLimitedWhite : kFullWhite;
  // The same bytes as a plane, of sides that may not fit.
  const auto view = LumaView::create(pixels.bytes, input.between(0, 300), input.between(0, 300), input.between(0, 400));
  const auto plane = view ? measure_sharpness(*view, white) : view.error();
  fuzz::require(pixels.bytes == before, "the caller's pixels stay as they are");
  for (const auto* measured : {&frame, &plane}) {
    if (!*measured) continue;
    fuzz::require(std::isfinite((*measured)->sharpness) && (*measured)->sharpness >= 0, "a sharpness is a number");
    fuzz::require((*measured)->clipped >= 0 && (*measured)->clipped <= 1, "the clipped share is a share");
  }
  return 0;
}
