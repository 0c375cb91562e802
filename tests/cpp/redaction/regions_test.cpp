#include "redaction/regions.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "random.hpp"

namespace caseframe::test {
namespace {

constexpr double kHuge = 1.7e308;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

using Rectangle = std::array<std::uint32_t, 4>;

// Nothing where the region is refused.
std::optional<Rectangle> placed(const Region& region, Size frame) {
  const auto result = place({&region, 1}, frame);
  if (!result) {
    CHECK(result.error().code == ErrorCode::kInvalidArgument);
    CHECK(result.error().region == 0);
    return std::nullopt;
  }
  REQUIRE(result->size() == 1);
  const Redaction& r = (*result)[0];
  return Rectangle{r.x, r.y, r.width, r.height};
}

Region ratio(double x, double y, double width, double height) {
  return {x, y, width, height, RedactMode::kFill, RegionUnit::kRatio};
}

Region of(double of_width, double of_height, double x, double y, double width, double height) {
  return {x, y, width, height, RedactMode::kFill, RegionUnit::kPixel, 0, of_width, of_height};
}

// What a region asks for along one side of the frame, in the frame's pixels.
struct Asked {
  double begin;
  double end;
  double length_in_own_pixels;
  bool is_outside;  // compared in the region's own units: scaled, a border's equal may be rounded to either side of it
};

Asked asked(const Region& r, double begin, double length, double drawn_on, std::uint32_t pixels) {
  const bool is_ratio = r.unit == RegionUnit::kRatio;
  const double whole = is_ratio ? 1 : drawn_on == 0 ? pixels : drawn_on;
  const double scale = pixels / whole;
  const bool is_outside = begin >= whole || begin + length <= 0;
  return {begin * scale, (begin + length) * scale, is_ratio ? length * pixels : length, is_outside};
}

// What rounding may do to a product of two numbers of this size.
constexpr double kRounding = 1e-6;
// What a pixel may lack: a length that is the difference of two ends was rounded, in single precision at worst.
constexpr double kLostByEnds = 0.0005;

// The region along one side is covered by [low, low + size), which is even, inside the frame, and grown by less than
// what two pixels need.
void check_side(const Asked& a, std::uint32_t low, std::uint32_t size, std::uint32_t pixels) {
  const double first = std::max(a.begin, 0.0);
  const double last = std::min(a.end, static_cast<double>(pixels));
  CHECK(size > 0);
  CHECK(low % 2 == 0);
  CHECK(low + size <= pixels);
  CHECK((low + size == pixels || size % 2 == 0));
  CHECK(low <= first + kRounding);
  CHECK(low + size >= last - kRounding);
  CHECK(low > first - 2 - kRounding);
  CHECK(low + size < last + 2 + kRounding);
}

Region mosaic(double x, double y, double width, double height) { return {x, y, width, height}; }

std::vector<std::uint32_t> cells(const std::vector<Region>& regions, Size frame = {4000, 4000}) {
  const auto placed = place(regions, frame);
  REQUIRE(placed);
  std::vector<std::uint32_t> result;
  for (std::size_t i = 0; i < placed->size(); ++i) {
    const Redaction& r = (*placed)[i];
    CHECK(r.radius == (r.mode == RedactMode::kBlur ? r.cell : 0));
    result.push_back(r.cell);
  }
  return result;
}

using Cells = std::vector<std::uint32_t>;

// The cells by the rule's own words: pairs that are near, pairs that those make near, and a rectangle around each
// group.
Cells cells_by_definition(std::span<const Redaction> placed) {
  const auto between = [](std::uint32_t a, std::uint32_t a_size, std::uint32_t b, std::uint32_t b_size) {
    return std::max<std::int64_t>(std::int64_t{b} - a - a_size, std::int64_t{a} - b - b_size);
  };
  const std::size_t count = placed.size();
  std::vector<std::vector<bool>> together(count, std::vector<bool>(count));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < count; ++j) {
      const Redaction &a = placed[i], &b = placed[j];
      together[i][j] = a.mode != RedactMode::kFill && b.mode != RedactMode::kFill &&
                       between(a.x, a.width, b.x, b.width) < 16 && between(a.y, a.height, b.y, b.height) < 16;
    }
  }
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < count; ++j) together[i][j] = together[i][j] || (together[i][k] && together[k][j]);
    }
  }
  Cells result;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t left = 4000, top = 4000, right = 0, bottom = 0;
    for (std::size_t j = 0; j < count; ++j) {
      if (!together[i][j]) continue;
      left = std::min(left, placed[j].x);
      top = std::min(top, placed[j].y);
      right = std::max(right, placed[j].x + placed[j].width);
      bottom = std::max(bottom, placed[j].y + placed[j].height);
    }
    result.push_back(right == 0 ? 0 : std::max(16U, (std::max(right - left, bottom - top) + 3) / 4));
  }
  return result;
}

Region any_region(Dice& dice, Size frame) {
  Region r;
  r.mode = static_cast<RedactMode>(dice.between(0, 2));
  double across = frame.width;
  double down = frame.height;
  if (dice.one_in(3)) {
    r.unit = RegionUnit::kRatio;
    across = down = 1;
  } else if (dice.one_in(2)) {
    r.of_width = across = dice.one_in(2) ? dice.between(1, 8000) : dice.real(0.01, 8000);
    r.of_height = down = dice.one_in(2) ? dice.between(1, 8000) : dice.real(0.01, 8000);
  }
  r.x = dice.real(-1.2, 1.2) * across;
  r.y = dice.real(-1.2, 1.2) * down;
  r.width = dice.real(0, dice.one_in(4) ? 0.01 : 1.5) * across;
  r.height = dice.real(0, dice.one_in(4) ? 0.01 : 1.5) * down;
  if (r.unit == RegionUnit::kPixel && dice.one_in(2)) {
    for (double* number : {&r.x, &r.y, &r.width, &r.height}) *number = std::round(*number);
  }
  return r;
}

}  // namespace

TEST_CASE("region: each is covered, or refused") {
  std::size_t covered = 0;
  std::size_t refused = 0;
  for_each_seed(20000, [&](Dice& dice) {
    const std::uint32_t most = dice.one_in(10) ? 65500 : 400;
    const Size frame{dice.between(1, most), dice.between(1, most)};
    const Region r = any_region(dice, frame);
    CAPTURE(r.x);
    CAPTURE(r.y);
    CAPTURE(r.width);
    CAPTURE(r.height);
    const Asked across = asked(r, r.x, r.width, r.of_width, frame.width);
    const Asked down = asked(r, r.y, r.height, r.of_height, frame.height);
    const auto rectangle = placed(r, frame);
    const double thinnest = std::min(across.length_in_own_pixels, down.length_in_own_pixels);
    const bool outside = across.is_outside || down.is_outside;
    if (!rectangle) {
      ++refused;
      CHECK((thinnest < 1 + kRounding || outside));
      return;
    }
    ++covered;
    CHECK(thinnest >= 1 - kLostByEnds);
    CHECK_FALSE(outside);
    check_side(across, (*rectangle)[0], (*rectangle)[2], frame.width);
    check_side(down, (*rectangle)[1], (*rectangle)[3], frame.height);
  });
  CHECK(covered > 5000);
  CHECK(refused > 2000);
}

TEST_CASE("region: whole numbers scale to exactly the pixels they touch") {
  for_each_seed(20000, [](Dice& dice) {
    const std::uint64_t pixels = dice.between(1, dice.one_in(2) ? 60 : 65500);
    const std::uint64_t whole = dice.between(1, dice.one_in(2) ? 60 : 100000);
    const std::uint64_t begin = dice.between(0, static_cast<std::uint32_t>(whole) - 1);
    const std::uint64_t length = dice.between(1, static_cast<std::uint32_t>(whole));
    const std::uint64_t end = std::min(begin + length, whole);
    const std::uint64_t first = begin * pixels / whole / 2 * 2;
    const std::uint64_t last = std::min(((end * pixels + whole - 1) / whole + 1) / 2 * 2, pixels);
    const auto drawn_on = static_cast<double>(whole);
    const auto rectangle = placed(of(drawn_on, drawn_on, static_cast<double>(begin), 0, static_cast<double>(length), 1),
                                  {static_cast<std::uint32_t>(pixels), 1});
    REQUIRE(rectangle);
    CHECK((*rectangle)[0] == first);
    CHECK((*rectangle)[0] + (*rectangle)[2] == last);
  });
}

TEST_CASE("region: edges") {
  constexpr Size kFrame{31, 21};
  CHECK(placed({0, 0, 31, 21}, kFrame) == Rectangle{0, 0, 31, 21});
  CHECK(placed({-1, -1, kHuge, kHuge}, kFrame) == Rectangle{0, 0, 31, 21});
  CHECK(placed({-kHuge, -1, kHuge, kHuge}, kFrame) == std::nullopt);  // ends at 0
  CHECK(placed({-1, -kHuge, kHuge, kHuge}, kFrame) == std::nullopt);
  CHECK(placed({30, 20, 1, 1}, kFrame) == Rectangle{30, 20, 1, 1});  // the odd corner has no partner
  CHECK(placed({30.5, 20.5, 9, 9}, kFrame) == Rectangle{30, 20, 1, 1});
  CHECK(placed({3, 3, 1, 1}, kFrame) == Rectangle{2, 2, 2, 2});
  CHECK(placed({2.999, 2.999, 1.002, 1.002}, kFrame) == Rectangle{2, 2, 4, 4});
  CHECK(placed({4, 4, 2, 2}, kFrame) == Rectangle{4, 4, 2, 2});
  CHECK(placed({-5, 2, 5.001, 2}, kFrame) == Rectangle{0, 2, 2, 2});
  CHECK(placed({-5, 2, 5 + 1e-15, 2}, kFrame) == Rectangle{0, 2, 2, 2});
  CHECK(placed({-5, 2, 5, 2}, kFrame) == std::nullopt);
  CHECK(placed({31, 0, 5, 5}, kFrame) == std::nullopt);
  CHECK(placed({0, 21, 5, 5}, kFrame) == std::nullopt);
  CHECK(placed({kHuge, 0, kHuge, 5}, kFrame) == std::nullopt);
  CHECK(placed({0, 0, 1, 1}, {1, 1}) == Rectangle{0, 0, 1, 1});
}

TEST_CASE("region: narrower or lower than a pixel is refused, whatever it means by one") {
  constexpr Size kFrame{320, 180};
  CHECK(placed({5, 5, 0, 5}, kFrame) == std::nullopt);
  CHECK(placed({5, 5, 5, 0}, kFrame) == std::nullopt);
  CHECK(placed({5, 5, 0.999, 5}, kFrame) == std::nullopt);
  CHECK(placed({5, 5, 5, 0.999}, kFrame) == std::nullopt);
  CHECK(placed({0.1, 0.8, 0.3, 0.1}, kFrame) == std::nullopt);  // meant as ratios
  CHECK(placed({5, 5, 1, 1}, kFrame) == Rectangle{4, 4, 2, 2});
  CHECK(placed(ratio(0.5, 0.5, 0, 0.1), kFrame) == std::nullopt);
  CHECK(placed(ratio(0.5, 0.5, 0.9 / 320, 0.1), kFrame) == std::nullopt);
  CHECK(placed(ratio(0.5, 0.5, 0.1, 0.9 / 180), kFrame) == std::nullopt);
  for (std::uint32_t side = 1; side < 2000; ++side) {
    CHECK(placed(ratio(0, 0, 1.0 / side, 1.0 / side), {side, side}));  // 1.0 / 49 * 49 is below 1
  }
  // One pixel of the picture it was drawn on, a quarter of one of the frame's.
  CHECK(placed(of(1280, 720, 600, 300, 1, 1), kFrame) == Rectangle{150, 74, 2, 2});
  CHECK(placed(of(1280, 720, 600, 300, 0.9, 1), kFrame) == std::nullopt);
  // Less than one of the picture's, and forty of the frame's.
  CHECK(placed(of(8, 8, 1, 1, 0.5, 1), kFrame) == std::nullopt);
}

TEST_CASE("region: a pixel made from its ends is one, in double and in single precision") {
  for (const std::uint32_t side : {640u, 1919u, 1920u, 3840u}) {
    for (std::uint32_t i = 0; i < side; ++i) {
      CAPTURE(i);
      const double left = static_cast<double>(i) / side, right = (i + 1.0) / side;
      const auto exact = placed(ratio(left, left, right - left, right - left), {side, side});
      REQUIRE(exact);
      CHECK((*exact)[0] <= i);
      CHECK((*exact)[0] + (*exact)[2] >= i + 1);
      const float near = static_cast<float>(left), far = static_cast<float>(right);
      const float length = far - near;
      CHECK(placed(ratio(near, near, length, length), {side, side}));
      const float from = static_cast<float>(i) + 0.3F, to = static_cast<float>(i) + 1.3F;
      CHECK(placed({from, 0, to - from, 9}, {side, 9}));
    }
  }
}

TEST_CASE("region: ratios") {
  constexpr Size kFrame{31, 21};
  CHECK(placed(ratio(0, 0, 1, 1), kFrame) == Rectangle{0, 0, 31, 21});
  CHECK(placed(ratio(0.5, 0.5, 0.5, 0.5), kFrame) == Rectangle{14, 10, 17, 11});
  CHECK(placed(ratio(-0.5, -0.5, 2, 2), kFrame) == Rectangle{0, 0, 31, 21});
  CHECK(placed(ratio(0, 0, kHuge, kHuge), kFrame) == Rectangle{0, 0, 31, 21});
  CHECK(placed(ratio(1, 0, 1, 1), kFrame) == std::nullopt);
  CHECK(placed(ratio(0, -1, 1, 1), kFrame) == std::nullopt);
  // The last number below 1, times 320, is rounded to 320: still the last pixel.
  CHECK(placed(ratio(std::nextafter(1.0, 0.0), 0, 1, 1), {320, 180}) == Rectangle{318, 0, 2, 180});
}

TEST_CASE("region: of another picture") {
  const Region secret = of(1280, 720, 896, 504, 256, 72);
  CHECK(placed(secret, {1280, 720}) == Rectangle{896, 504, 256, 72});
  CHECK(placed(secret, {320, 180}) == Rectangle{224, 126, 64, 18});
  CHECK(placed(secret, {3840, 2160}) == Rectangle{2688, 1512, 768, 216});
  CHECK(placed(secret, {426, 240}) == Rectangle{298, 168, 86, 24});
  CHECK(placed({896, 504, 256, 72}, {320, 180}) == std::nullopt);  // and without it there is nothing to cover
  CHECK(placed(of(640.5, 360.25, 1, 1, 100.5, 30), {1281, 721}) == Rectangle{2, 2, 202, 62});
  CHECK(placed(of(1280, 720, 1280, 0, 9, 9), {320, 180}) == std::nullopt);
  CHECK(placed(of(1280, 720, -9, 0, 9, 9), {320, 180}) == std::nullopt);
  // However odd the picture, a number stays in the frame.
  CHECK(placed(of(kHuge, kHuge, 0, 0, kHuge, kHuge), {320, 180}) == Rectangle{0, 0, 320, 180});
  CHECK(placed(of(kHuge, kHuge, kHuge / 2, 0, kHuge, 1), {65500, 2}).has_value());
  for (const double whole : {0x1p52, 0x1p53, 0x1p60, 0x1p1023}) {
    CHECK(placed(of(whole, whole, whole / 2, whole / 4, whole / 4, whole / 8), {640, 480}) ==
          Rectangle{320, 120, 160, 60});
    CHECK(placed(of(whole, whole, -whole / 2, whole / 4, whole * 0.75, whole), {640, 480}) ==
          Rectangle{0, 120, 160, 360});
  }
  CHECK(placed(of(5e-324, 1e-300, -1, 0, 2, 1), {320, 180}) == Rectangle{0, 0, 320, 180});
}

TEST_CASE("region: numbers that are none, and negative sizes, are refused") {
  constexpr Size kFrame{8, 8};
  const std::vector<Region> wrong = {{0, 0, -1, 1},         {0, 0, 1, -1e-9},        {kNan, 0, 1, 1},
                                     {0, kNan, 1, 1},       {0, 0, kNan, 1},         {0, 0, 1, kNan},
                                     {kInfinity, 0, 1, 1},  {0, -kInfinity, 1, 1},   {0, 0, kInfinity, 1},
                                     {0, 0, 1, kInfinity},  of(0, 8, 0, 0, 1, 1),    of(8, 0, 0, 0, 1, 1),
                                     of(-8, 8, 0, 0, 1, 1), of(8, kNan, 0, 0, 1, 1), of(kInfinity, 8, 0, 0, 1, 1)};
  for (const Region& r : wrong) CHECK(placed(r, kFrame) == std::nullopt);
}

TEST_CASE("region: the error names the first that is wrong") {
  const std::vector<Region> regions = {{0, 0, 4, 4}, {2, 2, 4, 4}, {9, 0, 4, 4}, {0, 0, -1, 4}};
  const auto result = place(regions, {8, 8});
  REQUIRE_FALSE(result);
  CHECK(result.error().region == 2);
}

TEST_CASE("region: a thousand, and no more") {
  const std::vector<Region> most(kMaxRegions, Region{0, 0, 4, 4});
  const auto placed = place(most, {8, 8});
  REQUIRE(placed);
  CHECK(placed->size() == 1000);
  const std::vector<Region> more(kMaxRegions + 1, Region{0, 0, 4, 4});
  const auto refused = place(more, {8, 8});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kInvalidArgument);
  CHECK(refused.error().region == -1);
  CHECK(place({}, {8, 8})->size() == 0);
}

TEST_CASE("region: the record says what will be done") {
  const std::vector<Region> regions = {{150, 10, 7, 7, RedactMode::kFill, RegionUnit::kPixel, 0x123456},
                                       {0, 0, 120, 40, RedactMode::kBlur},
                                       {10, 60, 96, 16, RedactMode::kPixelate}};
  const auto placed = place(regions, {200, 100});
  REQUIRE(placed);
  const auto& fill = (*placed)[0];
  CHECK(fill.mode == RedactMode::kFill);
  CHECK(fill.color == 0x123456);
  CHECK(fill.cell == 0);
  const auto& blur = (*placed)[1];
  CHECK(blur.mode == RedactMode::kBlur);
  CHECK(blur.cell == 30);
  CHECK(blur.radius == 30);
  const auto& pixelate = (*placed)[2];
  CHECK(pixelate.mode == RedactMode::kPixelate);
  CHECK(pixelate.cell == 24);
  CHECK(pixelate.radius == 0);
}

TEST_CASE("region: mosaics that touch have the cells that one around them would have") {
  CHECK(cells({mosaic(100, 100, 64, 64), mosaic(400, 100, 64, 64)}) == Cells{16, 16});
  CHECK(cells({mosaic(100, 100, 64, 64), mosaic(164, 100, 64, 64)}) == Cells{32, 32});  // side by side
  CHECK(cells({mosaic(100, 100, 64, 64), mosaic(164, 36, 64, 64)}) == Cells{32, 32});   // by a corner
  CHECK(cells({mosaic(100, 100, 400, 80), mosaic(120, 120, 16, 16)}) == Cells{100, 100});
  CHECK(cells({mosaic(120, 120, 16, 16), mosaic(100, 100, 400, 80)}) == Cells{100, 100});
  CHECK(cells({mosaic(100, 100, 64, 64), {164, 100, 64, 64, RedactMode::kBlur}}) == Cells{32, 32});
  CHECK(cells({mosaic(0, 0, 4000, 4000), mosaic(9, 9, 2, 2)}) == Cells{1000, 1000});
}

TEST_CASE("region: mosaics with less than 16 px between them touch") {
  CHECK(cells({mosaic(100, 100, 64, 64), mosaic(178, 100, 64, 64)}) == Cells{36, 36});
  CHECK(cells({mosaic(100, 100, 64, 64), mosaic(179, 100, 63, 64)}) == Cells{36, 36});  // grown to even coordinates
  CHECK(cells({mosaic(100, 100, 64, 64), mosaic(180, 100, 64, 64)}) == Cells{16, 16});
  CHECK(cells({mosaic(100, 178, 64, 64), mosaic(100, 100, 64, 64)}) == Cells{36, 36});
  CHECK(cells({mosaic(100, 180, 64, 64), mosaic(100, 100, 64, 64)}) == Cells{16, 16});
  CHECK(cells({mosaic(100, 100, 64, 64), mosaic(178, 178, 64, 64)}) == Cells{36, 36});
  CHECK(cells({mosaic(100, 100, 64, 64), mosaic(178, 180, 64, 64)}) == Cells{16, 16});
}

TEST_CASE("region: mosaics that touch in a chain are one, in whatever order they come") {
  std::vector<Region> row;
  for (int i = 0; i < 20; ++i) row.push_back(mosaic(100 + 16 * i, 100, 16, 16));
  row.push_back(mosaic(100, 300, 40, 40));
  for_each_seed(20, [&](Dice& dice) {
    for (std::size_t i = row.size(); i > 1; --i) {
      std::swap(row[i - 1], row[dice.between(0, static_cast<std::uint32_t>(i) - 1)]);
    }
    const Cells shared = cells(row);
    for (std::size_t i = 0; i < row.size(); ++i) CHECK(shared[i] == (row[i].y == 100 ? 80 : 16));
  });
}

TEST_CASE("region: fills neither join mosaics nor are joined") {
  const auto fill = [](double x, double width) { return Region{x, 100, width, 64, RedactMode::kFill}; };
  CHECK(cells({mosaic(100, 100, 64, 64), fill(164, 400)}) == Cells{16, 0});
  CHECK(cells({mosaic(100, 100, 64, 64), fill(164, 64), mosaic(228, 100, 64, 64)}) == Cells{16, 0, 16});
}

TEST_CASE("region: cells are those of the groups, whatever these look like") {
  std::size_t shared = 0;
  for_each_seed(300, [&](Dice& dice) {
    std::vector<Region> regions;
    for (std::uint32_t i = dice.between(1, 30); i > 0; --i) {
      regions.push_back({dice.real(0, 900), dice.real(0, 900), dice.real(1, 150), dice.real(1, 150),
                         static_cast<RedactMode>(dice.between(0, 2))});
    }
    const auto placed = place(regions, {1000, 1000});
    REQUIRE(placed);
    const Cells expected = cells_by_definition({placed->data(), placed->size()});
    CHECK(cells(regions, {1000, 1000}) == expected);
    // More than one of these can have of its own.
    for (const std::uint32_t cell : expected) shared += cell > 38;
  });
  CHECK(shared > 500);  // else nothing was tested
}

TEST_CASE("region: a thousand mosaics, as one, as pairs, and each of its own") {
  const auto grid = [](double pitch) {
    std::vector<Region> regions;
    for (int i = 0; i < 1000; ++i) regions.push_back(mosaic(pitch * (i % 40), pitch * (i / 40), 16, 16));
    return regions;
  };
  CHECK(cells(grid(16)) == Cells(1000, 160));
  CHECK(cells(grid(32)) == Cells(1000, 16));
  std::vector<Region> pairs = grid(100);
  for (std::size_t i = 0; i < 1000; i += 2) pairs[i] = mosaic(pairs[i + 1].x - 16, pairs[i + 1].y, 16, 64);
  CHECK(cells(pairs) == Cells(1000, 16));
  for (std::size_t i = 0; i < 1000; i += 2) pairs[i].height = 72;
  CHECK(cells(pairs) == Cells(1000, 18));
}

}  // namespace caseframe::test
