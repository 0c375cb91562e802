// downscale(): each sample is the average over its area, rounded half up, as whole numbers have it.
#include "scaling/downscale.hpp"
#include "input.hpp"
#include "watch.hpp"

using namespace caseframe;

namespace {

// How much of source pixel `from` lies in target pixel `to`, in 1/target of a source pixel.
std::uint64_t share(std::uint64_t from, std::uint64_t to, std::uint64_t source, std::uint64_t target) {
  const std::uint64_t begin = std::max(from * target, to * source);
  const std::uint64_t end = std::min((from + 1) * target, (to + 1) * source);
  return end > begin ? end - begin : 0;
}

std::uint8_t average(const fuzz::Pixels& pixels, Size target, std::uint32_t x, std::uint32_t y, int channel) {
  std::uint64_t sum = 0;
  for (std::uint32_t j = 0; j < pixels.height; ++j) {
    const std::uint64_t down = share(j, y, pixels.height, target.height);
    if (down == 0) continue;
    for (std::uint32_t i = 0; i < pixels.width; ++i) {
      sum += down * share(i, x, pixels.width, target.width) * pixels.at(i, j)[channel];
    }
  }
  const std::uint64_t area = std::uint64_t{pixels.width} * pixels.height;
  return static_cast<std::uint8_t>((2 * sum + area) / (2 * area));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint32_t max_width = input.between(0, 60), max_height = input.between(0, 60);
  const fuzz::Pixels pixels = input.frame(60);
  const Size frame = pixels.view().size(), target = fit(frame, max_width, max_height);
  fuzz::require(target.width >= 1 && target.height >= 1, "a picture has a pixel at least");
  fuzz::require(target.width <= frame.width && target.height <= frame.height, "nothing is enlarged");
  fuzz::require(max_width == 0 || target.width <= max_width, "it fits the width");
  fuzz::require(max_height == 0 || target.height <= max_height, "it fits the height");
  // Any other target, too.
  const Size any{input.between(1, frame.width), input.between(1, frame.height)};
  std::vector<const std::uint8_t*> rows;
  for (std::uint32_t y = 0; y < pixels.height; ++y) rows.push_back(pixels.at(0, y));
  for (const Size to : {target, any}) {
    fuzz::Watch watch;
    const auto scaled = downscale({rows, pixels.width}, to);
    fuzz::require(scaled && scaled->size() == std::size_t{to.width} * to.height * 4, "it has the target's size");
    watch.require_zeroed();
    const std::uint32_t x = input.between(0, to.width - 1), y = input.between(0, to.height - 1);
    for (const Size at : {Size{x, y}, Size{0, 0}, Size{to.width - 1, to.height - 1}}) {
      const std::uint8_t* got = scaled->data() + (std::size_t{at.height} * to.width + at.width) * 4;
      for (int channel = 0; channel < 3; ++channel) {
        fuzz::require(got[channel] == average(pixels, to, at.width, at.height, channel), "averages are exact");
      }
      fuzz::require(got[3] == 255, "it is opaque");
    }
  }
  return 0;
}
