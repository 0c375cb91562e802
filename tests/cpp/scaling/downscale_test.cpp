#include "scaling/downscale.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "allocations.hpp"
#include "random.hpp"

namespace caseframe::test {
namespace {

std::vector<std::uint8_t> shrink(const Image& image, Size target) {
  const auto rows = image.rows();
  const auto pixels = downscale({rows, image.width}, target);
  REQUIRE(pixels);
  return {pixels->begin(), pixels->end()};
}

// How much of source pixel `i` lies in target pixel `j`, in units of which a source pixel has `to` and a target pixel
// `from`.
std::uint64_t overlap(std::uint64_t i, std::uint64_t j, std::uint64_t from, std::uint64_t to) {
  const std::uint64_t begin = std::max(i * to, j * from);
  const std::uint64_t end = std::min((i + 1) * to, (j + 1) * from);
  return begin < end ? end - begin : 0;
}

// Straight from the definition, in whole numbers, rounded half up.
std::vector<std::uint8_t> averaged(const Image& image, Size target) {
  std::vector<std::uint8_t> pixels;
  const std::uint64_t area = std::uint64_t{image.width} * image.height;
  for (std::uint32_t j = 0; j < target.height; ++j) {
    for (std::uint32_t i = 0; i < target.width; ++i) {
      std::uint64_t sum[3] = {0, 0, 0};
      for (std::uint32_t y = 0; y < image.height; ++y) {
        const std::uint64_t down = overlap(y, j, image.height, target.height);
        if (down == 0) continue;
        for (std::uint32_t x = 0; x < image.width; ++x) {
          const std::uint64_t share = down * overlap(x, i, image.width, target.width);
          for (int c = 0; c < 3; ++c) sum[c] += share * image.at(x, y)[c];
        }
      }
      for (const std::uint64_t s : sum) pixels.push_back(static_cast<std::uint8_t>((2 * s + area) / (2 * area)));
      pixels.push_back(255);
    }
  }
  return pixels;
}

}  // namespace

TEST_CASE("scale: every pixel is the exact average of its area") {
  for_each_seed(300, [](Dice& dice) {
    const Image image = noise(dice, dice.between(1, 40), dice.between(1, 40), dice.between(0, 5));
    const Size target = {dice.between(1, image.width), dice.between(1, image.height)};
    CAPTURE(image.width);
    CAPTURE(image.height);
    CAPTURE(target.width);
    CAPTURE(target.height);
    CHECK(shrink(image, target) == averaged(image, target));
  });
}

TEST_CASE("scale: an average in the middle between two values is rounded up") {
  // Sums of w × h samples whose average is k + 1/2 exactly, for every even area up to 64 × 64.
  std::size_t wrong = 0;
  for (std::uint32_t width = 2; width <= 64; width += 2) {
    for (std::uint32_t height = 1; height <= 64; ++height) {
      Image image(width, height);
      for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
          for (std::uint32_t c = 0; c < 3; ++c) image.at(x, y)[c] = static_cast<std::uint8_t>(10 + 100 * c + (x & 1));
        }
      }
      const auto pixel = shrink(image, {1, 1});
      wrong += pixel != std::vector<std::uint8_t>{11, 111, 211, 255};
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("scale: just below the middle is rounded down and the middle up, whatever the area and however bright") {
  std::size_t wrong = 0;
  for (std::uint32_t area = 2; area <= 1100; ++area) {
    for (const std::uint32_t level : {0U, 1U, 127U, 128U, 253U, 254U}) {
      const std::uint32_t middle = level * area + (area + 1) / 2;  // the least sum that is rounded up
      for (const std::uint32_t sum : {middle - 1, middle}) {
        Image image(area, 1);
        for (std::uint32_t x = 0; x < area; ++x) {
          const auto value = static_cast<std::uint8_t>(sum / area + (x < sum % area ? 1 : 0));
          for (std::uint32_t c = 0; c < 3; ++c) image.at(x, 0)[c] = value;
        }
        wrong += shrink(image, {1, 1})[0] != level + (sum == middle ? 1 : 0);
      }
    }
  }
  CHECK(wrong == 0);
}

namespace {

// What a picture of `width` × `height` becomes as one pixel that has `level` everywhere but `level` + 1 in half of its
// pixels, or in one less than that. Most rows are the same memory.
std::uint8_t around_the_middle(std::uint32_t width, std::uint32_t height, std::uint8_t level, bool one_less) {
  const auto flat = [&](std::uint8_t value) { return std::vector<std::uint8_t>(std::size_t{width} * 4, value); };
  const auto low = flat(level), high = flat(static_cast<std::uint8_t>(level + 1));
  auto last = high;
  if (one_less) std::fill_n(last.begin(), 4, level);
  std::vector<const std::uint8_t*> rows(height, low.data());
  std::fill_n(rows.begin(), height / 2, high.data());
  rows[0] = last.data();
  const auto pixel = downscale({rows, width}, {1, 1});
  REQUIRE(pixel);
  return (*pixel)[0];
}

}  // namespace

TEST_CASE("scale: areas of many million pixels are rounded in the middle, too") {
  // Around 2²³ pixels, from which on doubles divide; and below 2²⁴, where the reciprocals of smaller areas would fail.
  for (const Size size : {Size{32766, 256}, Size{32768, 256}, Size{32770, 256}, Size{60001, 150}, Size{65500, 300}}) {
    for (const std::uint8_t level : {std::uint8_t{0}, std::uint8_t{127}, std::uint8_t{254}}) {
      CAPTURE(size.width);
      CHECK(around_the_middle(size.width, size.height, level, false) == level + 1);
      CHECK(around_the_middle(size.width, size.height, level, true) == level);
    }
  }
  int found = 0;
  for (std::uint32_t width = 65498; found < 2; width -= 2) {
    const std::uint64_t area = std::uint64_t{width} * 256, shifted = std::uint64_t{1} << 55;
    const std::uint64_t surplus = (shifted / area + 1) * area - shifted;  // of a reciprocal in 1/2⁵⁵, rounded up
    if (surplus * 255 < shifted / area) continue;
    ++found;
    CHECK(around_the_middle(width, 256, 254, true) == 254);
  }
}

TEST_CASE("scale: the whole width, one row; one column; one pixel") {
  Dice dice(3);
  for (const Size size : {Size{65500, 1}, Size{1, 65500}}) {
    const Image image = noise(dice, size.width, size.height);
    for (const std::uint32_t length : {1U, 2U, 3U, 7U}) {
      const Size target = {std::min(length, size.width), std::min(length, size.height)};
      CHECK(shrink(image, target) == averaged(image, target));
    }
  }
  const Image one = noise(dice, 1, 1);
  CHECK(shrink(one, {1, 1}) == averaged(one, {1, 1}));
}

TEST_CASE("scale: a constant picture stays what it is") {
  for_each_seed(256, [](Dice& dice) {
    Image image(dice.between(1, 200), dice.between(1, 60));
    const std::uint8_t colour[3] = {dice.byte(), dice.byte(), dice.byte()};
    for (std::size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = i % 4 == 3 ? 255 : colour[i % 4];
    const auto pixels = shrink(image, {dice.between(1, image.width), dice.between(1, image.height)});
    CHECK(std::equal(pixels.begin(), pixels.end(), image.bytes.begin()));
  });
  // Sums beyond 2^32: white on 65500 × 400, every row the same memory.
  Image white(65500, 1);
  std::fill(white.bytes.begin(), white.bytes.end(), std::uint8_t{255});
  const std::vector<const std::uint8_t*> rows(400, white.bytes.data());
  const auto pixels = downscale({rows, 65500}, {3, 2});
  REQUIRE(pixels);
  CHECK(std::all_of(pixels->begin(), pixels->end(), [](std::uint8_t byte) { return byte == 255; }));
}

TEST_CASE("scale: at its own size a picture is left as it is") {
  for_each_seed(20, [](Dice& dice) {
    Image image = noise(dice, dice.between(1, 50), dice.between(1, 50));
    for (std::size_t i = 3; i < image.bytes.size(); i += 4) image.bytes[i] = 255;
    CHECK(shrink(image, {image.width, image.height}) == image.bytes);
  });
}

TEST_CASE("scale: without memory it is an error, and nothing stays behind") {
  Dice dice(4);
  const Image image = noise(dice, 30, 20);
  const auto rows = image.rows();
  for (std::size_t allowed = 0; allowed <= 3; ++allowed) {
    Allocations allocations(allowed);
    {
      const auto pixels = downscale({rows, 30}, {7, 5});
      CHECK(static_cast<bool>(pixels) == (allowed == 3));
      if (!pixels) CHECK(pixels.error().code == ErrorCode::kOutOfMemory);
    }
    CHECK(allocations.alive() == 0);
    CHECK(allocations.freed_with_contents() == 0);
  }
}

TEST_CASE("fit: by example") {
  CHECK(fit({1920, 1080}, 0, 0) == Size{1920, 1080});
  CHECK(fit({1920, 1080}, 1280, 0) == Size{1280, 720});
  CHECK(fit({1920, 1080}, 0, 720) == Size{1280, 720});
  CHECK(fit({1920, 1080}, 640, 640) == Size{640, 360});
  CHECK(fit({1920, 1080}, 4000, 4000) == Size{1920, 1080});
  CHECK(fit({1080, 1920}, 640, 640) == Size{360, 640});
  CHECK(fit({65500, 1}, 100, 100) == Size{100, 1});
  CHECK(fit({1, 65500}, 100, 100) == Size{1, 100});
  CHECK(fit({3, 2}, 2, 2) == Size{2, 1});  // 1.33 high
  CHECK(fit({1, 1}, 0xFFFFFFFF, 0xFFFFFFFF) == Size{1, 1});
}

TEST_CASE("fit: inside the limits, as large as they allow, of the same shape") {
  for_each_seed(20000, [](Dice& dice) {
    const auto side = [&] { return dice.between(1, dice.one_in(2) ? 65500 : 50); };
    const Size size = {side(), side()};
    const std::uint32_t limit_x = dice.one_in(5) ? 0 : side();
    const std::uint32_t limit_y = dice.one_in(5) ? 0 : side();
    const Size got = fit(size, limit_x, limit_y);
    const std::uint64_t most_x = limit_x == 0 ? size.width : std::min(limit_x, size.width);
    const std::uint64_t most_y = limit_y == 0 ? size.height : std::min(limit_y, size.height);
    const bool within = got.width >= 1 && got.height >= 1 && got.width <= most_x && got.height <= most_y;
    const bool touches = got.width == most_x || got.height == most_y;
    // The other side is off by half a pixel at most, unless it had to become one whole.
    const std::uint64_t cross = std::uint64_t{got.width} * size.height;
    const std::uint64_t other = std::uint64_t{got.height} * size.width;
    const std::uint64_t gap = 2 * (cross > other ? cross - other : other - cross);
    const bool shaped = gap <= std::max(size.width, size.height) || got.width == 1 || got.height == 1;
    if (within && touches && shaped) return;
    CAPTURE(size.width);
    CAPTURE(size.height);
    CAPTURE(limit_x);
    CAPTURE(limit_y);
    FAIL_CHECK("got " << got.width << " × " << got.height);
  });
}

}  // namespace caseframe::test
