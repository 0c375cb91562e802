#include "capture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#ifndef __EMSCRIPTEN__
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "allocations.hpp"
#include "random.hpp"
#include "scaling/downscale.hpp"

namespace caseframe::test {
namespace {

constexpr Subsampling kSubsamplings[] = {Subsampling::k420, Subsampling::k422, Subsampling::k444, Subsampling::kGray};

std::vector<std::uint8_t> file(const FrameView& frame, const EncodeOptions& options) {
  const auto encoded = encode(frame, options);
  REQUIRE(encoded);
  return {encoded->jpeg.begin(), encoded->jpeg.end()};
}

Image flat(std::uint8_t r, std::uint8_t g, std::uint8_t b, std::uint8_t alpha = 255) {
  Image image(64, 48);
  for (std::uint32_t y = 0; y < 48; ++y) {
    for (std::uint32_t x = 0; x < 64; ++x) {
      std::uint8_t* pixel = image.at(x, y);
      pixel[0] = r;
      pixel[1] = g;
      pixel[2] = b;
      pixel[3] = alpha;
    }
  }
  return image;
}

void overwrite(Dice& dice, Image& image, const Redaction& r) {
  for (std::uint32_t y = r.y; y < r.y + r.height; ++y) {
    for (std::uint32_t x = r.x; x < r.x + r.width; ++x) {
      for (int c = 0; c < 4; ++c) image.at(x, y)[c] = dice.byte();
    }
  }
}

EncodeOptions any_options(Dice& dice) {
  EncodeOptions options;
  options.jpeg = {dice.real(0, 1), kSubsamplings[dice.between(0, 3)], dice.one_in(2)};
  options.max_width = dice.one_in(2) ? 0 : dice.between(1, 150);
  options.max_height = dice.one_in(2) ? 0 : dice.between(1, 150);
  options.reject = 0;
  return options;
}

std::vector<Region> any_regions(Dice& dice, const Image& image) {
  std::vector<Region> regions;
  for (std::uint32_t i = dice.between(0, 5); i > 0; --i) {
    const Region region{dice.real(-9, image.width),
                        dice.real(-9, image.height),
                        dice.real(1, image.width + 1),
                        dice.real(1, image.height + 1),
                        static_cast<RedactMode>(dice.between(0, 2)),
                        RegionUnit::kPixel,
                        dice.between(0, 0xFFFFFF)};
    if (place({&region, 1}, {image.width, image.height})) regions.push_back(region);
  }
  return regions;
}

RedactedFrame redact(const Image& image, std::span<const Region> regions) {
  auto placed = place(regions, image.view().size());
  REQUIRE(placed);
  auto redacted = RedactedFrame::create(image.view(), *std::move(placed));
  REQUIRE(redacted);
  return *std::move(redacted);
}

// The stages one by one.
std::vector<std::uint8_t> picture_of(const Image& image, const std::vector<Region>& regions, Size size,
                                     const JpegOptions& options, std::span<const std::uint8_t> segments) {
  const RedactedFrame redacted = redact(image, regions);
  const auto scaled = downscale(redacted.picture(), size);
  REQUIRE(scaled);
  std::vector<const std::uint8_t*> rows;
  for (std::uint32_t y = 0; y < size.height; ++y) rows.push_back(scaled->data() + std::size_t{y} * size.width * 4);
  const auto jpeg = encode_jpeg({rows, size.width}, options, segments);
  REQUIRE(jpeg);
  return {jpeg->begin(), jpeg->end()};
}

}  // namespace

TEST_CASE("capture: frames are rejected by their verdicts") {
  struct Case {
    Image image;
    Verdict verdict;
    ErrorCode code;
  };
  const Case cases[] = {{flat(0, 0, 0), Verdict::kBlack, ErrorCode::kBlackFrame},
                        {flat(0, 0, 0, 0), Verdict::kUndecoded, ErrorCode::kUndecodedFrame},
                        {flat(0, 135, 0), Verdict::kUndecoded, ErrorCode::kUndecodedFrame},
                        {flat(200, 30, 90), Verdict::kUniform, ErrorCode::kUniformFrame}};
  for (const auto& [image, verdict, code] : cases) {
    CAPTURE(static_cast<int>(verdict));
    REQUIRE(analyze(image.view()).verdict == verdict);
    EncodeOptions options;
    options.reject = verdicts(verdict);
    const auto rejected = encode(image.view(), options);
    REQUIRE_FALSE(rejected);
    CHECK(rejected.error().code == code);

    options.reject = static_cast<Verdicts>(~verdicts(verdict));
    CHECK(encode(image.view(), options));
    // By default the uniform one may pass, black and undecoded ones not.
    CHECK(static_cast<bool>(encode(image.view(), {})) == (verdict == Verdict::kUniform));
  }
}

TEST_CASE("capture: a region that would cover nothing is refused, before the frame is judged") {
  const Region outside{896, 504, 256, 72};
  EncodeOptions options;
  options.redact = {&outside, 1};
  FrameReport seen;
  const auto refused = encode(flat(0, 0, 0).view(), options, &seen);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kInvalidArgument);
  CHECK(refused.error().region == 0);
  CHECK(seen.verdict == Verdict::kOk);
}

TEST_CASE("capture: the verdict is about the frame before redaction") {
  EncodeOptions options;
  const Region everything{0, 0, 1, 1, RedactMode::kFill, RegionUnit::kRatio, 0xFFFFFF};
  options.redact = {&everything, 1};
  CHECK_FALSE(encode(flat(0, 0, 0).view(), options));

  Dice dice(1);
  const Image image = scenery(dice, 64, 48);
  const Region blackout{0, 0, 1, 1, RedactMode::kFill, RegionUnit::kRatio, 0};
  options.redact = {&blackout, 1};
  const auto encoded = encode(image.view(), options);
  REQUIRE(encoded);
  CHECK(encoded->report.verdict == Verdict::kOk);
}

TEST_CASE("capture: analyse, then redact, then scale, then encode") {
  for_each_seed(60, [](Dice& dice) {
    const Image image = scenery(dice, dice.between(1, 200), dice.between(1, 200), dice.between(0, 9));
    const std::vector<Region> regions = any_regions(dice, image);
    EncodeOptions options = any_options(dice);
    options.redact = regions;
    options.metadata.id = "0b5dd2b4-7a0e-4c39-9c56-8d1f2f6f7a10";  // given, so that none is derived
    const auto encoded = encode(image.view(), options);
    REQUIRE(encoded);

    const RedactedFrame redacted = redact(image, regions);
    const Size size = fit({image.width, image.height}, options.max_width, options.max_height);
    const auto segments = write_segments(options.metadata, {.source_width = image.width,
                                                            .source_height = image.height,
                                                            .width = size.width,
                                                            .height = size.height,
                                                            .gray = options.jpeg.subsampling == Subsampling::kGray,
                                                            .redactions = redacted.record()});
    REQUIRE(segments);
    const auto jpeg = picture_of(image, regions, size, options.jpeg, {segments->bytes.data(), segments->bytes.size()});

    CHECK(encoded->width == size.width);
    CHECK(encoded->height == size.height);
    CHECK(std::equal(encoded->jpeg.begin(), encoded->jpeg.end(), jpeg.begin(), jpeg.end()));
    CHECK(encoded->sha256 == sha256(jpeg));
    const auto same = [](const Redaction& a, const Redaction& b) {
      return a.x == b.x && a.y == b.y && a.width == b.width && a.height == b.height && a.mode == b.mode &&
             a.cell == b.cell && a.radius == b.radius && a.color == b.color;
    };
    CHECK(std::equal(encoded->redactions.begin(), encoded->redactions.end(), redacted.record().begin(),
                     redacted.record().end(), same));
    const FrameReport report = analyze(image.view());
    CHECK(encoded->report.verdict == report.verdict);
    CHECK(encoded->report.mean_luma == report.mean_luma);
    CHECK(encoded->report.luma_std_dev == report.luma_std_dev);
  });
}

TEST_CASE("capture: nothing that was under a fill sways a byte of the file") {
  for_each_seed(60, [](Dice& dice) {
    Image image = scenery(dice, dice.between(2, 160), dice.between(2, 160), dice.between(0, 9));
    std::vector<Region> regions = any_regions(dice, image);
    const Region fill{dice.real(0, image.width / 2.0),
                      dice.real(0, image.height / 2.0),
                      dice.real(1, image.width),
                      dice.real(1, image.height),
                      RedactMode::kFill,
                      RegionUnit::kPixel,
                      dice.between(0, 0xFFFFFF)};
    regions.insert(regions.begin() + static_cast<std::ptrdiff_t>(dice.next() % (regions.size() + 1)), fill);
    const Redaction covered = redact(image, {&fill, 1}).record()[0];

    for (const Subsampling subsampling : kSubsamplings) {
      for (const bool progressive : {false, true}) {
        EncodeOptions options = any_options(dice);
        options.jpeg = {0.9, subsampling, progressive};
        options.redact = regions;
        const auto before = file(image.view(), options);
        overwrite(dice, image, covered);
        CHECK(file(image.view(), options) == before);
      }
    }
  });
}

TEST_CASE("capture: the stride is no part of the picture") {
  for_each_seed(20, [](Dice& dice) {
    const Image tight = noise(dice, dice.between(1, 60), dice.between(1, 60));
    Image padded = noise(dice, tight.width, tight.height, dice.between(1, 40));
    for (std::uint32_t y = 0; y < tight.height; ++y) {
      std::copy_n(tight.at(0, y), std::size_t{tight.width} * 4, padded.at(0, y));
    }
    const std::vector<Region> regions = any_regions(dice, tight);
    EncodeOptions options = any_options(dice);
    options.redact = regions;
    CHECK(file(tight.view(), options) == file(padded.view(), options));
  });
}

TEST_CASE("capture: the frame is never written") {
  for_each_seed(40, [](Dice& dice) {
    const Image image = noise(dice, dice.between(1, 90), dice.between(1, 90), dice.between(0, 9));
    const std::vector<Region> regions = any_regions(dice, image);
    EncodeOptions options = any_options(dice);
    options.redact = regions;
    const std::vector<std::uint8_t> before = image.bytes;
    CHECK(encode(image.view(), options));
    CHECK(image.bytes == before);
  });
}

#ifndef __EMSCRIPTEN__
TEST_CASE("capture: nor read beyond its end, nor written for an instant: the pages themselves forbid it") {
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  for_each_seed(40, [&](Dice& dice) {
    const Image image = noise(dice, dice.between(1, 90), dice.between(1, 90), dice.between(0, 9));
    const std::size_t size = (image.bytes.size() + page - 1) / page * page;
    void* memory = mmap(nullptr, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    auto* bytes = static_cast<std::uint8_t*>(memory) + size - image.bytes.size();
    std::copy(image.bytes.begin(), image.bytes.end(), bytes);
    REQUIRE(mprotect(memory, size, PROT_READ) == 0);
    REQUIRE(mprotect(static_cast<std::uint8_t*>(memory) + size, page, PROT_NONE) == 0);

    const auto frame = FrameView::create({bytes, image.bytes.size()}, image.width, image.height, image.stride);
    REQUIRE(frame);
    const std::vector<Region> regions = any_regions(dice, image);
    EncodeOptions options = any_options(dice);
    options.redact = regions;
    CHECK(file(*frame, options) == file(image.view(), options));
    munmap(memory, size + page);
  });
}
#endif

TEST_CASE("capture: memory may run out anywhere, and nothing that is let go holds anything") {
  Dice dice(11);
  const Image image = noise(dice, 120, 90);
  const std::vector<Region> regions = {
      {10, 10, 50, 50}, {30, 30, 70, 20, RedactMode::kBlur}, {5, 60, 9, 9, RedactMode::kFill}};
  EncodeOptions options;
  options.redact = regions;
  options.max_width = 100;
  options.reject = 0;
  const auto expected = file(image.view(), options);
  std::size_t failures = 0;
  for (bool done = false; !done; ++failures) {
    CAPTURE(failures);
    REQUIRE(failures < 200);
    bool right = false;
    Allocations allocations(failures);
    {
      const auto encoded = encode(image.view(), options);
      done = static_cast<bool>(encoded);
      right = done ? std::equal(encoded->jpeg.begin(), encoded->jpeg.end(), expected.begin(), expected.end())
                   : encoded.error().code == ErrorCode::kOutOfMemory;
    }
    CHECK(right);
    CHECK(allocations.alive() == 0);
    CHECK(allocations.freed_with_contents() == 0);
  }
  CHECK(failures > 10);
}

// The hash of all pictures of a fixed set: it changes when fills, scaling or compression do, and then in all presets to
// the same new value; never otherwise. (Mosaics have one of their own: redact_test.cpp.)
TEST_CASE("capture: every platform writes the same bytes") {
  Dice dice(20260707);
  std::vector<std::uint8_t> hashes;
  for (std::uint32_t i = 0; i < 48; ++i) {
    const std::uint32_t width = dice.between(1, 300);
    const std::uint32_t height = dice.between(1, 200);
    const Image image = i % 3 == 0 ? noise(dice, width, height, dice.between(0, 20)) : scenery(dice, width, height);
    std::vector<Region> regions;
    for (std::uint32_t r = dice.between(0, 3); r > 0; --r) {
      const auto half = [&dice](std::uint32_t most) { return dice.between(0, most) / 2.0; };
      Region region{half(width), half(height), half(width), half(height), RedactMode::kFill};
      region.color = dice.between(0, 0xFFFFFF);
      // Half a pixel is made the whole one it lies in: less is refused.
      if (region.width == 0.5)
        region = {std::floor(region.x), region.y, 1, region.height, region.mode, region.unit, region.color};
      if (region.height == 0.5)
        region = {region.x, std::floor(region.y), region.width, 1, region.mode, region.unit, region.color};
      if (place({&region, 1}, {width, height})) regions.push_back(region);
    }
    const JpegOptions options{dice.between(0, 100) / 100.0, kSubsamplings[i % 4], i / 4 % 2 == 1};
    const Sha256 hash = sha256(picture_of(image, regions, fit({width, height}, dice.between(1, 300), 0), options, {}));
    hashes.insert(hashes.end(), hash.begin(), hash.end());
  }
  std::string text;
  for (const std::uint8_t byte : sha256(hashes)) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  CHECK(text == "91abc757ae53334aa538f5767c35f7310d38dfb10e34151e09361c9164f5cb34");
}

}  // namespace caseframe::test
