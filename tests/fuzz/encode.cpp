// encode_jpeg(): every picture becomes a file that decodes to its size, the same each time.
#include "decoder.hpp"
#include "input.hpp"
#include "watch.hpp"

using namespace caseframe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const JpegOptions options = input.jpeg_options();
  const fuzz::Pixels pixels = input.frame(80);
  const std::vector<std::uint8_t> before = pixels.bytes;
  std::vector<const std::uint8_t*> rows;
  for (std::uint32_t y = 0; y < pixels.height; ++y) rows.push_back(pixels.at(0, y));
  const Picture picture{rows, pixels.width};

  fuzz::Watch watch;
  const auto file = encode_jpeg(picture, options);
  fuzz::require(static_cast<bool>(file), "a picture can be encoded");
  const auto again = encode_jpeg(picture, options);
  fuzz::require(again && std::ranges::equal(*file, *again), "the same picture gives the same bytes");
  watch.require_zeroed();
  fuzz::require(pixels.bytes == before, "the caller's pixels stay as they are");

  const auto decoded = test::decode({file->data(), file->size()});
  fuzz::require(decoded.has_value(), "the file decodes without a warning, to its last byte");
  fuzz::require(decoded->width == pixels.width && decoded->height == pixels.height, "it has the picture's size");
  JpegOptions other = options;
  other.progressive = !options.progressive;
  const auto twin = encode_jpeg(picture, other);
  fuzz::require(static_cast<bool>(twin), "a picture can be encoded in either way");
  const auto same = test::decode({twin->data(), twin->size()});
  fuzz::require(same && same->rgb == decoded->rgb, "sequential and progressive files hold the same coefficients");
  return 0;
}
