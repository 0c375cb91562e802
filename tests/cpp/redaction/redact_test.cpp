#include "redaction/redact.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "allocations.hpp"
#include "hash/sha256.hpp"
#include "random.hpp"
#include "redaction/levels.hpp"
#include "redaction/regions.hpp"

namespace caseframe::test {
namespace {

using Rgb = std::array<int, 3>;

Rgb rgb(const std::uint8_t* pixel) { return {pixel[0], pixel[1], pixel[2]}; }

RedactedFrame redact(const Image& image, const std::vector<Region>& regions) {
  auto placed = place(regions, image.view().size());
  REQUIRE(placed);
  auto redacted = RedactedFrame::create(image.view(), *std::move(placed));
  REQUIRE(redacted);
  return *std::move(redacted);
}

// The redacted rows as an image of their own.
Image result_of(const Image& image, const std::vector<Region>& regions) {
  const RedactedFrame redacted = redact(image, regions);
  const Picture picture = redacted.picture();
  REQUIRE(picture.width == image.width);
  REQUIRE(picture.height() == image.height);
  Image result(image.width, image.height);
  for (std::uint32_t y = 0; y < image.height; ++y) {
    std::copy_n(picture.rows[y], std::size_t{image.width} * 4, result.at(0, y));
  }
  return result;
}

// A frame in which alpha tells what was painted over: redaction leaves 255, which the source has nowhere.
Image unpainted(Dice& dice, std::uint32_t width, std::uint32_t height, std::size_t padding) {
  Image image = noise(dice, width, height, padding);
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) image.at(x, y)[3] = static_cast<std::uint8_t>(dice.between(0, 254));
  }
  return image;
}

// Mostly around the frame, sometimes far out, with fractions or without.
double coordinate(Dice& dice, std::uint32_t size) {
  if (dice.one_in(20)) return dice.real(-1e300, 1e300);
  const double value = dice.real(-0.5 * size - 3, 1.5 * size + 3);
  return dice.one_in(2) ? std::round(value) : value;
}

Region any_region(Dice& dice, std::uint32_t width, std::uint32_t height) {
  Region r;
  r.mode = static_cast<RedactMode>(dice.between(0, 2));
  r.color = dice.between(0, 0xFFFFFF);
  if (dice.one_in(4)) {
    r.unit = RegionUnit::kRatio;
    r = {dice.real(-0.2, 1), dice.real(-0.2, 1), dice.real(0, 0.7), dice.real(0, 0.7), r.mode, r.unit, r.color};
    return r;
  }
  r.x = coordinate(dice, width);
  r.y = coordinate(dice, height);
  r.width = std::abs(coordinate(dice, width));
  r.height = std::abs(coordinate(dice, height));
  return r;
}

// One that is not refused.
Region region(Dice& dice, std::uint32_t width, std::uint32_t height) {
  for (;;) {
    const Region r = any_region(dice, width, height);
    if (place({&r, 1}, {width, height})) return r;
  }
}

// Whether an axis of the region covers pixel `at`: the pair of pixels it belongs to meets the region inside the frame.
bool covers(double begin, double end, std::uint32_t at, std::uint32_t limit) {
  const double low = std::max(begin, 0.0);
  const double high = std::min(end, static_cast<double>(limit));
  const double pair = at & ~1U;
  return low < high && std::max(low, pair) < std::min(high, pair + 2);
}

bool covers(const Region& r, std::uint32_t x, std::uint32_t y, const Image& image) {
  const bool ratio = r.unit == RegionUnit::kRatio;
  const double across = ratio ? image.width : 1;
  const double down = ratio ? image.height : 1;
  return covers(r.x * across, (r.x + r.width) * across, x, image.width) &&
         covers(r.y * down, (r.y + r.height) * down, y, image.height);
}

bool inside(const Redaction& r, std::uint32_t x, std::uint32_t y) {
  return x >= r.x && x < r.x + r.width && y >= r.y && y < r.y + r.height;
}

struct Difference {
  std::size_t uncovered = 0;   // should have been painted and was not
  std::size_t overdone = 0;    // should not have been painted and was
  std::size_t altered = 0;     // outside, and not the source's bytes
  std::size_t unrecorded = 0;  // painted, and in no record
};

Difference compare(const Image& image, const std::vector<Region>& regions) {
  const RedactedFrame redacted = redact(image, regions);
  Difference difference;
  for (std::uint32_t y = 0; y < image.height; ++y) {
    for (std::uint32_t x = 0; x < image.width; ++x) {
      const std::uint8_t* pixel = redacted.picture().rows[y] + std::size_t{x} * 4;
      const bool painted = pixel[3] == 255;
      const bool wanted =
          std::any_of(regions.begin(), regions.end(), [&](const auto& r) { return covers(r, x, y, image); });
      const auto record = redacted.record();
      const bool recorded = std::any_of(record.begin(), record.end(), [&](const auto& r) { return inside(r, x, y); });
      difference.uncovered += wanted && !painted;
      difference.overdone += painted && !wanted;
      difference.altered += !painted && !std::equal(pixel, pixel + 4, image.at(x, y));
      difference.unrecorded += painted != recorded;
    }
  }
  return difference;
}

void check_covered(const Image& image, const std::vector<Region>& regions) {
  const Difference difference = compare(image, regions);
  CHECK(difference.uncovered == 0);
  CHECK(difference.overdone == 0);
  CHECK(difference.altered == 0);
  CHECK(difference.unrecorded == 0);
}

// Every colour that `kLumaLevels` × `kChromaLevels`² allow, by JFIF 1.02's formula; `y`, `cb` and `cr` are levels.
Rgb palette(int y, int cb, int cr) {
  const double luma = y * 255.0 / 15;
  const double blue = cb * 32.0 - 128;
  const double red = cr * 32.0 - 128;
  const auto byte = [](double v) { return static_cast<int>(std::lround(std::clamp(v, 0.0, 255.0))); };
  return {byte(luma + 1.402 * red), byte(luma - 0.344136 * blue - 0.714136 * red), byte(luma + 1.772 * blue)};
}

bool alike(const Rgb& a, const Rgb& b) {
  for (std::size_t c = 0; c < 3; ++c) {
    if (std::abs(a[c] - b[c]) > 1) return false;  // one step of rounding
  }
  return true;
}

bool in_palette(const Rgb& colour) {
  for (int i = 0; i < 16 * 8 * 8; ++i) {
    if (alike(colour, palette(i / 64, i / 8 % 8, i % 8))) return true;
  }
  return false;
}

// Calls check(colour, number of pixels that differ from it) for each cell of a record.
template <class Check>
void for_each_cell(const Image& painted, const Redaction& r, Check&& check) {
  for (std::uint32_t top = r.y; top < r.y + r.height; top += r.cell) {
    for (std::uint32_t left = r.x; left < r.x + r.width; left += r.cell) {
      const Rgb colour = rgb(painted.at(left, top));
      std::size_t strays = 0;
      for (std::uint32_t y = top; y < std::min(top + r.cell, r.y + r.height); ++y) {
        for (std::uint32_t x = left; x < std::min(left + r.cell, r.x + r.width); ++x) {
          strays += rgb(painted.at(x, y)) != colour;
        }
      }
      check(colour, strays);
    }
  }
}

Region whole_pixels(Dice& dice, const Image& image, RedactMode mode) {
  const std::uint32_t x = dice.between(0, image.width - 1);
  const std::uint32_t y = dice.between(0, image.height - 1);
  return {static_cast<double>(x), static_cast<double>(y), static_cast<double>(dice.between(1, image.width - x)),
          static_cast<double>(dice.between(1, image.height - y)), mode};
}

void overwrite(Dice& dice, Image& image, const Redaction& r) {
  for (std::uint32_t y = r.y; y < r.y + r.height; ++y) {
    for (std::uint32_t x = r.x; x < r.x + r.width; ++x) {
      for (int c = 0; c < 4; ++c) image.at(x, y)[c] = dice.byte();
    }
  }
}

}  // namespace

TEST_CASE("redact: only the rows that a region touches are copied") {
  Dice dice(1);
  const Image image = noise(dice, 40, 60);
  const Region corners[] = {{0, 4, 8, 8, RedactMode::kFill}, {30, 48, 8, 8, RedactMode::kPixelate}};
  auto placed = place(corners, image.view().size());
  REQUIRE(placed);
  const auto redacted = RedactedFrame::create(image.view(), *std::move(placed));
  REQUIRE(redacted);
  for (std::uint32_t y = 0; y < image.height; ++y) {
    CAPTURE(y);
    const bool touched = (y >= 4 && y < 12) || (y >= 48 && y < 56);
    CHECK((redacted->picture().rows[y] != image.at(0, y)) == touched);
  }
}

TEST_CASE("redact: covers the union of the regions grown to even coordinates, and nothing else") {
  for_each_seed(400, [](Dice& dice) {
    const Image image = unpainted(dice, dice.between(1, 70), dice.between(1, 70), dice.between(0, 11));
    std::vector<Region> regions;
    for (std::uint32_t i = dice.between(0, 6); i > 0; --i) regions.push_back(region(dice, image.width, image.height));
    const std::vector<std::uint8_t> before = image.bytes;
    check_covered(image, regions);
    CHECK(image.bytes == before);

    // Whatever the order.
    for (std::size_t i = regions.size(); i > 1; --i) {
      std::swap(regions[i - 1], regions[dice.between(0, static_cast<std::uint32_t>(i) - 1)]);
    }
    check_covered(image, regions);
  });
}

TEST_CASE("redact: a thousand regions") {
  for_each_seed(2, [](Dice& dice) {
    const Image image = unpainted(dice, 96, 64, 4);
    std::vector<Region> regions;
    for (int i = 0; i < 1000; ++i) {
      Region r = region(dice, 96, 64);
      if (r.unit == RegionUnit::kRatio) {
        r.x = dice.real(0, 1);
        r.y = dice.real(0, 1);
        r.width = r.height = 0.05;
      } else {
        r.x = dice.real(0, 96);
        r.y = dice.real(0, 64);
        r.width = dice.real(1, 7);  // small ones, so that some of the frame is left
        r.height = dice.real(1, 7);
      }
      regions.push_back(r);
    }
    check_covered(image, regions);
  });
}

TEST_CASE("redact: edges") {
  Dice dice(1);
  const Image image = unpainted(dice, 31, 21, 3);
  constexpr double kHuge = 1.7e308;
  check_covered(image, {{0, 0, 31, 21}});
  check_covered(image, {{-1, -1, kHuge, kHuge}});
  check_covered(image, {{0, 0, kHuge, kHuge, RedactMode::kFill, RegionUnit::kRatio}});
  check_covered(image, {{0.5, 0.5, 0.5, 0.5, RedactMode::kFill, RegionUnit::kRatio}});
  check_covered(image, {{30, 20, 1, 1}});
  check_covered(image, {{3, 3, 1, 1}});
  check_covered(image, {{2.999, 2.999, 1.002, 1.002}});
  check_covered(image, {{-5, 2, 5.001, 2}});
}

TEST_CASE("redact: the same region a thousand times is painted once, and recorded a thousand times") {
  for_each_seed(60, [](Dice& dice) {
    // Shades, and cells of some size: smoothed a second time they would become others.
    const Image image = scenery(dice, dice.between(100, 200), dice.between(100, 200));
    const Region r{0, 0, dice.real(90, 200), dice.real(90, 200), static_cast<RedactMode>(dice.between(0, 2))};
    CHECK(result_of(image, std::vector<Region>(1000, r)).bytes == result_of(image, {r}).bytes);
    const RedactedFrame once = redact(image, {r});
    const RedactedFrame often = redact(image, std::vector<Region>(1000, r));
    CHECK(often.record().size() == 1000);
    const auto same = [&](const Redaction& other) {
      const Redaction& first = once.record()[0];
      return other.x == first.x && other.y == first.y && other.width == first.width && other.height == first.height &&
             other.mode == first.mode && other.cell == first.cell && other.radius == first.radius;
    };
    CHECK(std::all_of(often.record().begin(), often.record().end(), same));
  });
}

TEST_CASE("redact: of fills that share pixels the last one is seen, given once or twice") {
  const auto fill = [](double x, std::uint32_t color) {
    return Region{x, 0, 8, 8, RedactMode::kFill, RegionUnit::kPixel, color};
  };
  const Image painted = result_of(Image(16, 8), {fill(0, 0x110000), fill(4, 0x002200), fill(0, 0x000033)});
  CHECK(rgb(painted.at(0, 0)) == Rgb{0, 0, 0x33});
  CHECK(rgb(painted.at(6, 0)) == Rgb{0, 0, 0x33});
  CHECK(rgb(painted.at(10, 0)) == Rgb{0, 0x22, 0});
}

TEST_CASE("redact: without regions the rows are the frame's own") {
  const Image image(5, 7, 3);
  const RedactedFrame redacted = redact(image, {});
  CHECK(redacted.record().empty());
  for (std::uint32_t y = 0; y < image.height; ++y) CHECK(redacted.picture().rows[y] == image.at(0, y));
}

TEST_CASE("redact: the record keeps the regions' order and what was done") {
  const Image image(200, 100);
  RedactedFrame redacted = redact(image, {{150, 10, 7, 7, RedactMode::kFill, RegionUnit::kPixel, 0x123456},
                                          {0, 0, 120, 40, RedactMode::kBlur},
                                          {10, 60, 96, 16, RedactMode::kPixelate}});
  REQUIRE(redacted.record().size() == 3);
  const Redaction fill = redacted.record()[0];
  CHECK(fill.mode == RedactMode::kFill);
  CHECK(fill.color == 0x123456);
  CHECK(fill.cell == 0);
  const Redaction blur = redacted.record()[1];
  CHECK(blur.mode == RedactMode::kBlur);
  CHECK(blur.cell >= 16);
  CHECK(blur.radius >= blur.cell);
  const Redaction pixelate = redacted.record()[2];
  CHECK(pixelate.mode == RedactMode::kPixelate);
  CHECK(pixelate.cell >= 16);
  CHECK(pixelate.radius == 0);
  CHECK(redacted.take_record().size() == 3);
}

TEST_CASE("redact: a mosaic has few cells, each of one coarse colour") {
  for_each_seed(150, [](Dice& dice) {
    const Image image = dice.one_in(2) ? noise(dice, dice.between(1, 400), dice.between(1, 400), dice.between(0, 5))
                                       : scenery(dice, dice.between(1, 400), dice.between(1, 400));
    const Region wanted = whole_pixels(dice, image, RedactMode::kPixelate);
    const Image painted = result_of(image, {wanted});
    const RedactedFrame redacted = redact(image, {wanted});
    REQUIRE(redacted.record().size() == 1);
    const Redaction r = redacted.record()[0];
    CHECK(r.cell >= 16);
    CHECK((std::max(r.width, r.height) + r.cell - 1) / r.cell <= 6);
    for_each_cell(painted, r, [&](const Rgb& colour, std::size_t strays) {
      CHECK(strays == 0);
      CHECK(in_palette(colour));
    });
  });
}

// One bold character fills most of a region that is drawn tightly around it, and so may anything else.
TEST_CASE("redact: in surroundings of one colour a mosaic shows that colour, whatever it covers") {
  for_each_seed(100, [](Dice& dice) {
    const std::uint32_t width = dice.between(2, 150), height = dice.between(2, 150);
    const std::uint32_t cell = std::max(16U, (std::max(width, height) + 2 + 3) / 4);
    // Any place in the frame, its corners among them.
    const std::uint32_t left = dice.between(0, 6 * cell), top = dice.between(0, 6 * cell);
    Image image(left + width + dice.between(7 * cell, 9 * cell), top + height + dice.between(7 * cell, 9 * cell));
    const std::array<std::uint8_t, 4> ground = {dice.byte(), dice.byte(), dice.byte(), 255};
    const std::array<std::uint8_t, 4> ink = {dice.byte(), dice.byte(), dice.byte(), 255};
    const bool is_solid = dice.one_in(2);
    for (std::uint32_t y = 0; y < image.height; ++y) {
      for (std::uint32_t x = 0; x < image.width; ++x) {
        const bool inside = x >= left && x < left + width && y >= top && y < top + height;
        std::ranges::copy(inside && (is_solid || dice.one_in(2)) ? ink : ground, image.at(x, y));
      }
    }
    const Region region{static_cast<double>(left), static_cast<double>(top), static_cast<double>(width),
                        static_cast<double>(height), dice.one_in(2) ? RedactMode::kPixelate : RedactMode::kBlur};
    const Image painted = result_of(image, {region});
    const caseframe::Rgb coarse = color_of(levels_of(ground.data()));
    bool is_ground = true;
    for (std::uint32_t y = top; y < top + height; ++y) {
      for (std::uint32_t x = left; x < left + width; ++x) {
        is_ground = is_ground && rgb(painted.at(x, y)) == Rgb{coarse.r, coarse.g, coarse.b};
      }
    }
    CHECK(is_ground);
  });
}

// However a large thing is cut up: one tile alone would look no further than a stroke is wide.
TEST_CASE("redact: in surroundings of one colour mosaics that touch show that colour, whatever they cover together") {
  for_each_seed(60, [](Dice& dice) {
    const std::uint32_t tile = 2 * dice.between(8, 40), gap = 2 * dice.between(0, 7), pitch = tile + gap;
    const std::uint32_t across = dice.between(1, 5), down = dice.between(1, 5);
    const std::uint32_t cell = std::max(16U, (pitch * std::max(across, down) + 3) / 4);
    const std::uint32_t left = 2 * dice.between(0, 3 * cell), top = 2 * dice.between(0, 3 * cell);
    const std::uint32_t right = left + across * pitch - gap, bottom = top + down * pitch - gap;
    Image image(right + dice.between(7 * cell, 9 * cell), bottom + dice.between(7 * cell, 9 * cell));
    const std::array<std::uint8_t, 4> ground = {dice.byte(), dice.byte(), dice.byte(), 255};
    const std::array<std::uint8_t, 4> ink = {dice.byte(), dice.byte(), dice.byte(), 255};
    std::vector<Region> tiles;
    for (std::uint32_t i = 0; i < across * down; ++i) {
      const std::uint32_t x = left + i % across * pitch, y = top + i / across * pitch;
      tiles.push_back({static_cast<double>(x), static_cast<double>(y), static_cast<double>(tile),
                       static_cast<double>(tile), dice.one_in(2) ? RedactMode::kPixelate : RedactMode::kBlur});
    }
    for (std::uint32_t y = 0; y < image.height; ++y) {
      for (std::uint32_t x = 0; x < image.width; ++x) {
        const bool inside = x >= left && x < right && y >= top && y < bottom;
        std::ranges::copy(inside ? ink : ground, image.at(x, y));
      }
    }
    const Image painted = result_of(image, tiles);
    const caseframe::Rgb coarse = color_of(levels_of(ground.data()));
    bool is_ground = true;
    const RedactedFrame redacted = redact(image, tiles);
    for (const Redaction& r : redacted.record()) {
      for (std::uint32_t y = r.y; y < r.y + r.height; ++y) {
        for (std::uint32_t x = r.x; x < r.x + r.width; ++x) {
          is_ground = is_ground && rgb(painted.at(x, y)) == Rgb{coarse.r, coarse.g, coarse.b};
        }
      }
    }
    CHECK(is_ground);
  });
}

TEST_CASE("redact: over the whole colour cube, a mosaic has 16 levels of luma and 8 of each chroma, the nearest") {
  // Half a step, and what rounding to whole numbers on the way may shift; the last level of chroma stands for more.
  const auto near = [](double value, int level, double step) {
    return std::abs(value - level * step) <= step / 2 + 1.5 || (step > 20 && level == 7 && value > 224);
  };
  Image image(16, 16);
  std::size_t strays = 0;
  for (int colour = 0; colour < 18 * 18 * 18; ++colour) {
    const int rgba[4] = {colour / 324 * 15, colour / 18 % 18 * 15, colour % 18 * 15, 255};
    for (std::size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = static_cast<std::uint8_t>(rgba[i % 4]);
    const Rgb got = rgb(result_of(image, {{0, 0, 16, 16}}).at(5, 5));
    const double y = 0.299 * rgba[0] + 0.587 * rgba[1] + 0.114 * rgba[2];
    const double cb = 128 - 0.168736 * rgba[0] - 0.331264 * rgba[1] + 0.5 * rgba[2];
    const double cr = 128 + 0.5 * rgba[0] - 0.418688 * rgba[1] - 0.081312 * rgba[2];
    bool found = false;
    for (int i = 0; i < 16 * 8 * 8 && !found; ++i) {
      found = near(y, i / 64, 17) && near(cb, i / 8 % 8, 32) && near(cr, i % 8, 32) &&
              alike(got, palette(i / 64, i / 8 % 8, i % 8));
    }
    strays += !found;
  }
  CHECK(strays == 0);
}

// Of all colours there are: fixed point is no licence to round elsewhere on another platform.
TEST_CASE("redact: every platform gives every colour the same levels") {
  std::uint32_t digest = 2166136261;  // FNV-1a, 32 bits (RFC 9923)
  for (std::uint32_t color = 0; color < 1U << 24; ++color) {
    const std::uint8_t pixel[] = {static_cast<std::uint8_t>(color >> 16), static_cast<std::uint8_t>(color >> 8),
                                  static_cast<std::uint8_t>(color)};
    const Levels levels = levels_of(pixel);
    digest = (digest ^ (levels.y << 6 | levels.cb << 3 | levels.cr)) * 16777619;
  }
  CHECK(digest == 0x9828C3BF);
}

TEST_CASE("redact: a mosaic of greys has sixteen greys, black and white among them") {
  std::set<Rgb> colours;
  for (int gray = 0; gray < 256; ++gray) {
    Image image(16, 16);
    std::fill(image.bytes.begin(), image.bytes.end(), static_cast<std::uint8_t>(gray));
    const Rgb got = rgb(result_of(image, {{0, 0, 16, 16}}).at(3, 3));
    CHECK(got[0] == 17 * std::lround(gray / 17.0));
    colours.insert(got);
  }
  CHECK(colours.size() == 16);
  CHECK(colours.count({0, 0, 0}) == 1);
  CHECK(colours.count({255, 255, 255}) == 1);
  for (const Rgb& colour : colours) CHECK((colour[0] == colour[1] && colour[1] == colour[2]));
}

TEST_CASE("redact: blur is made of the mosaic's cells alone") {
  std::size_t equal = 0;
  for_each_seed(200, [&](Dice& dice) {
    Image image = scenery(dice, dice.between(1, 150), dice.between(1, 150));
    Region mosaic = whole_pixels(dice, image, RedactMode::kPixelate);
    Region blur = mosaic;
    blur.mode = RedactMode::kBlur;
    const Image mosaic_before = result_of(image, {mosaic});
    const Image blur_before = result_of(image, {blur});
    const RedactedFrame redacted = redact(image, {mosaic});
    const Redaction r = redacted.record()[0];
    for (std::uint32_t i = dice.between(1, 40); i > 0; --i) {  // a few strokes, of which some sway no cell
      image.at(r.x + dice.between(0, r.width - 1), r.y + dice.between(0, r.height - 1))[dice.between(0, 2)] =
          dice.byte();
    }
    const auto same_inside = [&](const Image& a, const Image& b) {
      for (std::uint32_t y = r.y; y < r.y + r.height; ++y) {
        if (!std::equal(a.at(r.x, y), a.at(r.x, y) + std::size_t{r.width} * 4, b.at(r.x, y))) return false;
      }
      return true;
    };
    if (!same_inside(mosaic_before, result_of(image, {mosaic}))) return;
    ++equal;
    CHECK(same_inside(blur_before, result_of(image, {blur})));
  });
  CHECK(equal > 20);  // else nothing was tested
}

TEST_CASE("redact: blur is smooth, and within the mosaic's colours") {
  for_each_seed(60, [](Dice& dice) {
    const Image image = noise(dice, dice.between(1, 200), dice.between(1, 200));
    Region wanted = whole_pixels(dice, image, RedactMode::kBlur);
    const Image painted = result_of(image, {wanted});
    const RedactedFrame redacted = redact(image, {wanted});
    const Redaction r = redacted.record()[0];
    wanted.mode = RedactMode::kPixelate;
    const Image mosaic = result_of(image, {wanted});
    int low[3] = {255, 255, 255};
    int high[3] = {0, 0, 0};
    int steepest = 0;
    bool beyond = false;
    for (std::uint32_t y = r.y; y < r.y + r.height; ++y) {
      for (std::uint32_t x = r.x; x < r.x + r.width; ++x) {
        for (int c = 0; c < 3; ++c) {
          low[c] = std::min<int>(low[c], mosaic.at(x, y)[c]);
          high[c] = std::max<int>(high[c], mosaic.at(x, y)[c]);
        }
      }
    }
    for (std::uint32_t y = r.y; y < r.y + r.height; ++y) {
      for (std::uint32_t x = r.x; x < r.x + r.width; ++x) {
        for (int c = 0; c < 3; ++c) {
          const int here = painted.at(x, y)[c];
          beyond = beyond || here < low[c] || here > high[c];
          if (x > r.x) steepest = std::max(steepest, std::abs(here - painted.at(x - 1, y)[c]));
          if (y > r.y) steepest = std::max(steepest, std::abs(here - painted.at(x, y - 1)[c]));
        }
      }
    }
    CHECK_FALSE(beyond);
    // The widest gap between two cells spread over a cell's length; weights are counted in 256ths.
    CHECK(steepest <= 255 / static_cast<int>(r.cell) + 2);
  });
}

// The hash of a fixed set of mosaics: it changes when their rules do, and then in all presets to the same new value;
// never otherwise.
TEST_CASE("redact: every platform paints the same mosaics") {
  Dice dice(20260708);
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 40; ++i) {
    const std::uint32_t width = dice.between(1, 200);
    const std::uint32_t height = dice.between(1, 200);
    const Image image = i % 2 == 0 ? noise(dice, width, height) : scenery(dice, width, height);
    const Region mosaic = whole_pixels(dice, image, i % 4 < 2 ? RedactMode::kPixelate : RedactMode::kBlur);
    const Region other = whole_pixels(dice, image, static_cast<RedactMode>(dice.between(0, 2)));
    const Image painted = result_of(image, {mosaic, other});
    pixels.insert(pixels.end(), painted.bytes.begin(), painted.bytes.end());
  }
  std::string text;
  for (const std::uint8_t byte : sha256(pixels)) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  CHECK(text == "5fd31c03443ae72dff53550a0952c122034741b9bfe8e7d199c36a64f97bdcd2");
}

TEST_CASE("redact: nothing under a fill matters, whatever else lies there, and the fill stays on top") {
  for_each_seed(150, [](Dice& dice) {
    Image image = noise(dice, dice.between(2, 120), dice.between(2, 120), dice.between(0, 7));
    std::vector<Region> regions;
    for (std::uint32_t i = dice.between(0, 4); i > 0; --i) {
      regions.push_back(whole_pixels(dice, image, dice.one_in(2) ? RedactMode::kPixelate : RedactMode::kBlur));
    }
    Region fill = whole_pixels(dice, image, RedactMode::kFill);
    fill.color = dice.between(0, 0xFFFFFF);
    regions.insert(regions.begin() + static_cast<std::ptrdiff_t>(dice.next() % (regions.size() + 1)), fill);

    const RedactedFrame alone = redact(image, {fill});
    const Redaction r = alone.record()[0];
    const Image before = result_of(image, regions);
    overwrite(dice, image, r);
    CHECK(result_of(image, regions).bytes == before.bytes);

    const Rgb colour = {static_cast<int>(fill.color >> 16), static_cast<int>(fill.color >> 8 & 255),
                        static_cast<int>(fill.color & 255)};
    std::size_t strays = 0;
    for (std::uint32_t y = r.y; y < r.y + r.height; ++y) {
      for (std::uint32_t x = r.x; x < r.x + r.width; ++x) strays += rgb(before.at(x, y)) != colour;
    }
    CHECK(strays == 0);
  });
}

TEST_CASE("redact: without memory it is an error, and what was held is zeroed") {
  Dice dice(7);
  const Image image = noise(dice, 64, 64);
  const std::vector<Region> regions = {
      {4, 4, 40, 40}, {20, 20, 9, 9, RedactMode::kFill}, {1, 1, 9, 60, RedactMode::kBlur}};
  std::size_t allowed = 0;
  for (bool done = false; !done; ++allowed) {
    REQUIRE(allowed < 100);
    Allocations allocations(allowed);
    {
      auto placed = place(regions, image.view().size());
      const auto redacted = placed ? RedactedFrame::create(image.view(), *std::move(placed)) : placed.error();
      done = static_cast<bool>(redacted);
      if (!done) CHECK(redacted.error().code == ErrorCode::kOutOfMemory);
    }
    CHECK(allocations.alive() == 0);
    CHECK(allocations.freed_with_contents() == 0);
  }
  CHECK(allowed > 3);
}

}  // namespace caseframe::test
