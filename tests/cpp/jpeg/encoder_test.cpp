#include "jpeg/encoder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "allocations.hpp"
#include "decoder.hpp"
#include "random.hpp"

namespace caseframe::test {
namespace {

constexpr Subsampling kSubsamplings[] = {Subsampling::k420, Subsampling::k422, Subsampling::k444, Subsampling::kGray};

std::vector<std::uint8_t> encoded(const Image& image, const JpegOptions& options) {
  const auto rows = image.rows();
  const auto jpeg = encode_jpeg({rows, image.width}, options);
  REQUIRE(jpeg);
  return {jpeg->begin(), jpeg->end()};
}

double luma(const std::uint8_t* rgb) { return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]; }

// Of the luma, in dB; chroma that was subsampled could not be compared pixel by pixel. The bounds below lie some 3 dB
// under the worst of 10,000 random pictures.
double psnr(const Image& image, const Decoded& decoded) {
  double squares = 0;
  for (std::uint32_t y = 0; y < image.height; ++y) {
    for (std::uint32_t x = 0; x < image.width; ++x) {
      const std::size_t at = std::size_t{y} * image.width + x;
      const double got = decoded.components == 1 ? decoded.rgb[at] : luma(&decoded.rgb[at * 3]);
      squares += (got - luma(image.at(x, y))) * (got - luma(image.at(x, y)));
    }
  }
  const double mean = squares / image.width / image.height;
  return mean == 0 ? 99 : 10 * std::log10(255 * 255 / mean);
}

void check(const Image& image, const JpegOptions& options, double least) {
  CAPTURE(image.width);
  CAPTURE(image.height);
  CAPTURE(static_cast<int>(options.subsampling));
  CAPTURE(options.progressive);
  CAPTURE(options.quality);
  const auto decoded = decode(encoded(image, options));
  REQUIRE(decoded);
  CHECK(decoded->width == image.width);
  CHECK(decoded->height == image.height);
  CHECK(decoded->components == (options.subsampling == Subsampling::kGray ? 1 : 3));
  CHECK(decoded->luma_across ==
        (options.subsampling == Subsampling::k420 || options.subsampling == Subsampling::k422 ? 2 : 1));
  CHECK(decoded->luma_down == (options.subsampling == Subsampling::k420 ? 2 : 1));
  CHECK(decoded->progressive == options.progressive);
  CHECK(psnr(image, *decoded) >= least);
}

// The frame header's marker: SOF0 is baseline, SOF2 progressive (ITU-T T.81, table B.1).
int frame_marker(const std::vector<std::uint8_t>& jpeg) {
  std::size_t at = 2;
  while (at + 4 < jpeg.size() && jpeg[at] == 0xFF) {
    if (jpeg[at + 1] >= 0xC0 && jpeg[at + 1] <= 0xC2) return jpeg[at + 1];
    at += 2 + static_cast<std::size_t>(jpeg[at + 2]) * 256 + jpeg[at + 3];
  }
  return -1;
}

}  // namespace

TEST_CASE("jpeg: every kind, at every odd size, decodes to the picture it was made of") {
  for_each_seed(6, [](Dice& dice) {
    for (const Subsampling subsampling : kSubsamplings) {
      for (const bool progressive : {false, true}) {
        for (std::uint32_t i = 1; i <= 18; ++i) {
          const std::uint32_t width = i <= 3 ? i : dice.between(1, 70);
          const std::uint32_t height = i <= 3 ? dice.between(1, 3) : dice.between(1, 70);
          check(scenery(dice, width, height, dice.between(0, 7)), {0.9, subsampling, progressive}, 25);
        }
      }
    }
  });
}

TEST_CASE("jpeg: quality runs from something to nearly everything") {
  for_each_seed(40, [](Dice& dice) {
    const Image image = scenery(dice, dice.between(16, 90), dice.between(16, 90));
    const JpegOptions options{1, kSubsamplings[dice.between(0, 3)], dice.one_in(2)};
    struct Step {
      double quality;
      double least;
    };
    // With a colour for each pixel, only rounding is lost at 1 (worst of 6,000: 55.1); without, a colour averaged over
    // two or four strong ones may leave the range of RGB when it comes back, and takes luma along (38.4).
    const bool whole = options.subsampling == Subsampling::k444 || options.subsampling == Subsampling::kGray;
    for (const Step step :
         {Step{0, 13}, Step{0.25, 21}, Step{0.5, 24}, Step{0.75, 27}, whole ? Step{1, 52} : Step{1, 35}}) {
      check(image, {step.quality, options.subsampling, options.progressive}, step.least);
    }
    check(image, {dice.real(0, 1), options.subsampling, options.progressive}, 10);
  });
}

TEST_CASE("jpeg: a progressive file has the coefficients of the sequential one") {
  for_each_seed(120, [](Dice& dice) {
    const std::uint32_t width = dice.between(1, 150), height = dice.between(1, 90);
    Image image = dice.one_in(3) ? noise(dice, width, height) : scenery(dice, width, height);
    // Flat ones have long runs of blocks that hold nothing.
    if (dice.one_in(4)) std::fill(image.bytes.begin(), image.bytes.end(), dice.byte());
    const Subsampling subsampling = kSubsamplings[dice.between(0, 3)];
    const double quality = dice.real(0, 1);
    const auto sequential = decode(encoded(image, {quality, subsampling, false}));
    const auto progressive = decode(encoded(image, {quality, subsampling, true}));
    REQUIRE(sequential);
    REQUIRE(progressive);
    CHECK(sequential->rgb == progressive->rgb);
  });
}

TEST_CASE("jpeg: runs of empty blocks longer than one symbol tells") {
  Image image(8 * 200, 8 * 170);  // 34,000 blocks; a symbol tells 32,767
  for (const std::uint32_t x : {0U, image.width - 1}) image.at(x, image.height - 1)[0] = 255;
  for (const Subsampling subsampling : kSubsamplings) {
    const auto sequential = decode(encoded(image, {0.9, subsampling, false}));
    const auto progressive = decode(encoded(image, {0.9, subsampling, true}));
    REQUIRE(sequential);
    REQUIRE(progressive);
    CHECK(sequential->rgb == progressive->rgb);
  }
}

TEST_CASE("jpeg: noise decodes too") {
  for_each_seed(30, [](Dice& dice) {
    const Image image = noise(dice, dice.between(1, 60), dice.between(1, 60));
    const Subsampling subsampling = kSubsamplings[dice.between(0, 3)];
    // Without colour, and with every quantiser 1, rounding is all that is lost.
    check(image, {1, subsampling, dice.one_in(2)}, subsampling == Subsampling::kGray ? 50 : 25);
  });
}

TEST_CASE("jpeg: colours arrive in the order red, green, blue") {
  for (const bool progressive : {false, true}) {
    Image image(32, 32);
    for (std::uint32_t y = 0; y < 32; ++y) {
      for (std::uint32_t x = 0; x < 32; ++x) image.at(x, y)[x < 16 ? 0 : 2] = 250;
    }
    const auto decoded = decode(encoded(image, {1, Subsampling::k420, progressive}));
    REQUIRE(decoded);
    const std::uint8_t* left = &decoded->rgb[(16 * 32 + 4) * 3];
    const std::uint8_t* right = &decoded->rgb[(16 * 32 + 28) * 3];
    CHECK(left[0] > 240);
    CHECK(left[2] < 10);
    CHECK(right[0] < 10);
    CHECK(right[2] > 240);
  }
}

TEST_CASE("jpeg: alpha and padding are not in the file") {
  for_each_seed(20, [](Dice& dice) {
    Image image = noise(dice, dice.between(1, 40), dice.between(1, 40), dice.between(0, 9));
    const JpegOptions options{0.8, kSubsamplings[dice.between(0, 3)], dice.one_in(2)};
    const auto before = encoded(image, options);
    for (std::size_t i = 0; i < image.bytes.size(); ++i) {
      const std::size_t column = i % image.stride;
      if (column >= std::size_t{image.width} * 4 || column % 4 == 3) image.bytes[i] = dice.byte();
    }
    CHECK(encoded(image, options) == before);
  });
}

TEST_CASE("jpeg: the markers say what it is") {
  Dice dice(5);
  const Image image = scenery(dice, 33, 17);
  for (const Subsampling subsampling : kSubsamplings) {
    const auto baseline = encoded(image, {0.9, subsampling, false});
    CHECK(frame_marker(baseline) == 0xC0);
    CHECK(frame_marker(encoded(image, {0.9, subsampling, true})) == 0xC2);
    CHECK(std::string(baseline.begin() + 6, baseline.begin() + 11) == std::string("JFIF\0", 5));
    CHECK(baseline.back() == 0xD9);
  }
}

TEST_CASE("jpeg: qualities are libjpeg's, rounded; 0 is 1") {
  Dice dice(6);
  const Image image = scenery(dice, 40, 40);
  const auto at = [&](double quality) { return encoded(image, {quality, Subsampling::k420, false}); };
  CHECK(at(0) == at(0.01));
  CHECK(at(0.004) == at(0.01));
  CHECK(at(0.896) == at(0.9));
  CHECK(at(0.9) != at(0.91));
  CHECK(at(0.996) == at(1));
  CHECK(at(0.1).size() < at(0.9).size());
}

TEST_CASE("jpeg: a quality outside 0 to 1 is refused") {
  const Image image(4, 4);
  const auto rows = image.rows();
  for (const double quality : {-0.001, 1.001, 1e9, -1e9, std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    const auto jpeg = encode_jpeg({rows, 4}, {quality, Subsampling::k420, false});
    REQUIRE_FALSE(jpeg);
    CHECK(jpeg.error().code == ErrorCode::kInvalidArgument);
  }
}

TEST_CASE("jpeg: the longest sides there are") {
  Dice dice(8);
  for (const bool progressive : {false, true}) {
    check(scenery(dice, 65500, 1), {0.9, Subsampling::k420, progressive}, 30);
    check(scenery(dice, 1, 65500), {0.9, Subsampling::k444, progressive}, 30);
  }
}

// Noise of this size outgrows the first guess at the file's size: the buffer's growth runs out of memory as well.
TEST_CASE("jpeg: memory may run out anywhere: an error, nothing lost, nothing legible left, and the next one works") {
  Dice dice(9);
  const Image image = noise(dice, 120, 90);
  const auto rows = image.rows();
  const Picture picture{rows, image.width};
  for (const Subsampling subsampling : kSubsamplings) {
    for (const bool progressive : {false, true}) {
      const JpegOptions options{1, subsampling, progressive};
      const auto expected = encoded(image, options);
      std::size_t failures = 0;
      for (bool done = false; !done; ++failures) {
        CAPTURE(failures);
        REQUIRE(failures < 200);
        bool out_of_memory = false;
        bool same = false;
        Allocations allocations(failures);
        {
          const auto jpeg = encode_jpeg(picture, options);
          done = static_cast<bool>(jpeg);
          out_of_memory = !done && jpeg.error().code == ErrorCode::kOutOfMemory;
          same = done && std::equal(jpeg->begin(), jpeg->end(), expected.begin(), expected.end());
        }
        CHECK((done ? same : out_of_memory));
        CHECK(allocations.alive() == 0);
        CHECK(allocations.freed_with_contents() == 0);
      }
      CHECK(failures > 5);
      CHECK(encoded(image, options) == expected);
    }
  }
}

}  // namespace caseframe::test
