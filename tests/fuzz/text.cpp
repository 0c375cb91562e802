// find_text(): regions that redaction takes, the same whatever the padding, the pixels left as they were.
#include "input.hpp"
#include "text/find_text.hpp"
#include "watch.hpp"

using namespace caseframe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto kind = input.flag() ? TextKind::kScreen : TextKind::kCamera;
  const fuzz::Pixels pixels = input.frame(200);
  const std::vector<std::uint8_t> before = pixels.bytes;
  fuzz::Pixels tight{pixels.width, pixels.height, std::size_t{pixels.width} * 4, {}};
  for (std::uint32_t y = 0; y < pixels.height; ++y) {
    tight.bytes.insert(tight.bytes.end(), pixels.at(0, y), pixels.at(0, y) + tight.stride);
  }
  std::vector<Region> regions;
  fuzz::Watch watch;
  {
    const auto found = find_text(pixels.view(), kind), again = find_text(tight.view(), kind);
    fuzz::require(found && again, "text can be looked for");
    fuzz::require(found->size() == again->size(), "padding adds no region");
    for (std::size_t i = 0; i < found->size(); ++i) {
      const TextRegion &r = (*found)[i], &other = (*again)[i];
      fuzz::require(r.x == other.x && r.y == other.y && r.width == other.width && r.height == other.height,
                    "padding moves no region");
      fuzz::require(r.width > 0 && r.height > 0 && r.x + r.width <= pixels.width && r.y + r.height <= pixels.height,
                    "a region lies in the frame");
      regions.push_back({static_cast<double>(r.x), static_cast<double>(r.y), static_cast<double>(r.width),
                         static_cast<double>(r.height)});
    }
  }
  watch.require_zeroed();
  fuzz::require(pixels.bytes == before, "the caller's pixels stay as they are");
  fuzz::require(static_cast<bool>(place(regions, pixels.view().size())), "redaction takes the regions");
  return 0;
}
