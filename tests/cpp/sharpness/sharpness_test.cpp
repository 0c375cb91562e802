// What a sharpness has to order, and that the vector kernels give the scalar ones' numbers.
#include "sharpness/sharpness.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "drawing.hpp"
#include "picture/luma.hpp"
#include "random.hpp"
#include "scenes.hpp"
#include "sharpness/tile_scalar.hpp"
#ifdef CASEFRAME_HAS_SIMD128
#include "sharpness/tile_simd128.hpp"
#endif

namespace caseframe::test {
namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 360;

// Lumas in floating point, so that blurs of blurs do not gather rounding.
struct Plane {
  int width = 0;
  int height = 0;
  std::vector<float> at;

  float& operator()(int x, int y) { return at[static_cast<std::size_t>(y * width + x)]; }
  [[nodiscard]] float clamped(int x, int y) const {
    return at[static_cast<std::size_t>(std::clamp(y, 0, height - 1) * width + std::clamp(x, 0, width - 1))];
  }
};

Plane plane_of(const Scene& scene) {
  const Frame frame = scene.render();
  Plane plane{static_cast<int>(frame.width), static_cast<int>(frame.height), {}};
  for (std::uint32_t y = 0; y < frame.height; ++y) {
    for (std::uint32_t x = 0; x < frame.width; ++x) {
      const std::uint8_t* rgba = frame.view().row(y) + std::size_t{x} * 4;
      plane.at.push_back(static_cast<float>(luma(rgba[0], rgba[1], rgba[2])));
    }
  }
  return plane;
}

// Along one axis, with `weights` around the middle.
Plane convolve(const Plane& from, const std::vector<float>& weights, bool across) {
  Plane to = from;
  const int reach = static_cast<int>(weights.size()) / 2;
  for (int y = 0; y < from.height; ++y) {
    for (int x = 0; x < from.width; ++x) {
      float sum = 0;
      for (int i = -reach; i <= reach; ++i) {
        sum += weights[static_cast<std::size_t>(i + reach)] * from.clamped(x + (across ? i : 0), y + (across ? 0 : i));
      }
      to(x, y) = sum;
    }
  }
  return to;
}

Plane defocus(const Plane& from, float sigma) {
  const int reach = static_cast<int>(std::ceil(3 * sigma));
  std::vector<float> weights;
  float sum = 0;
  for (int i = -reach; i <= reach; ++i)
    sum += weights.emplace_back(std::exp(-static_cast<float>(i * i) / (2 * sigma * sigma)));
  for (float& weight : weights) weight /= sum;
  return convolve(convolve(from, weights, true), weights, false);
}

// A straight path of an odd number of pixels.
Plane smear(const Plane& from, int length) {
  return convolve(from, std::vector<float>(static_cast<std::size_t>(length), 1.0F / static_cast<float>(length)), true);
}

Plane expose(Plane plane, float gain, float offset = 0) {
  for (float& value : plane.at) value = std::clamp(value * gain + offset, 0.0F, 255.0F);
  return plane;
}

Plane grain(Plane plane, float sd, Random& random) {
  for (float& value : plane.at) value += sd * random.gaussian();
  return plane;
}

// What a codec at its coarsest leaves: an offset for each block of 8 × 8.
Plane blocks(Plane plane, float amplitude, Random& random) {
  for (int y = 0; y < plane.height; y += 8) {
    for (int x = 0; x < plane.width; x += 8) {
      const float offset = random.uniform(-amplitude, amplitude);
      for (int i = 0; i < 64; ++i) {
        if (y + i / 8 < plane.height && x + i % 8 < plane.width) plane(x + i % 8, y + i / 8) += offset;
      }
    }
  }
  return plane;
}

// Inside a rectangle one, outside the other.
Plane inside(const Plane& subject, Plane ground) {
  for (int y = ground.height / 3; y < 2 * ground.height / 3; ++y) {
    for (int x = ground.width / 3; x < 2 * ground.width / 3; ++x) ground(x, y) = subject.clamped(x, y);
  }
  return ground;
}

Sharpness measured(const Plane& plane, std::uint8_t white = kFullWhite) {
  std::vector<std::uint8_t> bytes;
  for (const float value : plane.at)
    bytes.push_back(static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L)));
  const auto view = LumaView::create(bytes, static_cast<std::uint32_t>(plane.width),
                                     static_cast<std::uint32_t>(plane.height), static_cast<std::size_t>(plane.width));
  REQUIRE(view);
  const auto sharpness = measure_sharpness(*view, white);
  REQUIRE(sharpness);
  return *sharpness;
}

double sharpness(const Plane& plane) { return measured(plane).sharpness; }

Plane photograph(Random& random) { return plane_of(Scene(kWidth, kHeight, {0, 0, 0}).photograph(random)); }

Plane document(Random& random) {
  Scene scene(kWidth, kHeight, {200, 200, 190});
  scene.rectangle(40, 20, kWidth - 80, kHeight - 40, {235, 235, 230});
  for (int y = 40; y < kHeight - 60; y += 24) {
    std::string line;
    for (int i = 0; i < 38; ++i) line += random.below(6) == 0 ? ' ' : "0123456789abcdef"[random.below(16)];
    scene.text(60, y, 2, line, {30, 30, 40});
  }
  return plane_of(scene);
}

template <class Check>
void for_each_picture(Check&& check) {
  for_each_seed(3, [&](Dice& dice) {
    Random random(dice.next());
    check(photograph(random), random);
    check(document(random), random);
  });
}

TEST_CASE("more defocus is less sharp, more motion as well") {
  for_each_picture([](const Plane& picture, Random& /*random*/) {
    double before = sharpness(picture);
    CHECK(before > 0);
    for (const float sigma : {0.7F, 1.0F, 1.5F, 2.0F, 3.0F, 4.5F}) {
      const double now = sharpness(defocus(picture, sigma));
      CHECK_MESSAGE(now < before, "defocus of " << sigma);
      before = now;
    }
    before = sharpness(picture);
    for (const int length : {3, 5, 9, 17}) {
      const double now = sharpness(smear(picture, length));
      CHECK_MESSAGE(now < before, "motion over " << length);
      before = now;
    }
  });
}

TEST_CASE("noise and a codec's blocks are no detail") {
  for_each_picture([](const Plane& picture, Random& random) {
    const Plane soft = defocus(picture, 3);
    const double sharper = sharpness(defocus(picture, 1));
    for (const float sd : {2.0F, 4.0F, 8.0F}) {
      CHECK_MESSAGE(sharpness(grain(picture, sd, random)) < 1.05 * sharpness(picture), "noise of " << sd);
      CHECK_MESSAGE(sharpness(grain(soft, sd, random)) < sharper, "noise of " << sd << " in a soft picture");
    }
    for (const float amplitude : {3.0F, 6.0F}) {
      CHECK_MESSAGE(sharpness(blocks(soft, amplitude, random)) < sharper, "blocks of " << amplitude);
    }
  });
}

TEST_CASE("exposure is no detail, nor is the resolution it was sent in") {
  for_each_picture([](const Plane& picture, Random& /*random*/) {
    const double whole = sharpness(picture);
    // Of 450 pictures: 0.78 to 1.08 of what it was, where a defocus of 3 leaves 0.65 at most.
    CHECK(sharpness(defocus(picture, 3)) < 0.72 * whole);
    struct Exposures {
      float before;
      float after;
    };
    // None is above the picture's own: what clips loses detail.
    for (const auto [before, after] : {Exposures{1, 0.5F}, Exposures{1, 0.7F}, Exposures{1 / 1.3F, 1}}) {
      const double normal = sharpness(expose(picture, before)), exposed = sharpness(expose(picture, after));
      CHECK_MESSAGE(exposed > 0.75 * normal, "gain of " << after / before);
      CHECK_MESSAGE(exposed < 1.12 * normal, "gain of " << after / before);
    }
    // Sent at half of its size: enlarged again it would be as soft as it is.
    Plane small{picture.width / 2, picture.height / 2, {}};
    for (int y = 0; y < small.height; ++y) {
      for (int x = 0; x < small.width; ++x) {
        small.at.push_back((picture.clamped(2 * x, 2 * y) + picture.clamped(2 * x + 1, 2 * y) +
                            picture.clamped(2 * x, 2 * y + 1) + picture.clamped(2 * x + 1, 2 * y + 1)) /
                           4);
      }
    }
    CHECK(sharpness(small) < whole);
  });
}

TEST_CASE("a sharp subject before a soft ground is sharp") {
  for_each_seed(4, [](Dice& dice) {
    Random random(dice.next());
    const Plane subject = document(random), ground = defocus(photograph(random), 4);
    const double focused = sharpness(inside(subject, ground));
    CHECK(focused > sharpness(inside(defocus(subject, 2), ground)));
    CHECK(focused > sharpness(defocus(subject, 4)));
  });
}

TEST_CASE("nothing to see is not sharp at all") {
  for_each_seed(8, [](Dice& dice) {
    Random random(dice.next());
    for (const float level : {0.0F, 6.0F, 128.0F, 255.0F}) {
      Plane flat{kWidth, kHeight, std::vector<float>(static_cast<std::size_t>(kWidth) * kHeight, level)};
      CHECK(sharpness(flat) == 0);
      CHECK(sharpness(grain(flat, 6, random)) == 0);
      CHECK(sharpness(blocks(flat, 3, random)) == 0);
    }
    CHECK(sharpness(expose(document(random), 0.3F)) > 0);
  });
}

TEST_CASE("clipped highlights are counted against the range's own white") {
  Plane picture{64, 64, std::vector<float>(std::size_t{64} * 64, 100)};
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) picture(x, y) = 233;
  }
  CHECK(measured(picture, kLimitedWhite).clipped == doctest::Approx(0.25));
  CHECK(measured(picture, kFullWhite).clipped == 0);
}

TEST_CASE("noise is that of the quietest tiles, and brightness the mean above the range's own black") {
  Plane flat{320, 320, std::vector<float>(std::size_t{320} * 320, 100)};
  CHECK(measured(flat, kLimitedWhite).noise == 0);
  CHECK(measured(flat, kLimitedWhite).brightness == 100 - kLimitedBlack + 16);
  CHECK(measured(flat, kFullWhite).brightness == 100 + 16);
  // White noise of variance 4 in the halved picture; of the tiles the quietest are a little quieter.
  Plane rough = flat;
  Dice dice(7);
  for (int y = 0; y < 320; y += 2) {
    for (int x = 0; x < 320; x += 2) {
      const float level = dice.one_in(2) ? 98.0F : 102.0F;
      rough(x, y) = rough(x + 1, y) = rough(x, y + 1) = rough(x + 1, y + 1) = level;
    }
  }
  CHECK(measured(rough).noise == doctest::Approx(2).epsilon(0.15));
  // Half of the picture quiet: the quietest tenth is.
  for (int y = 0; y < 160; ++y) {
    for (int x = 0; x < 320; ++x) rough(x, y) = 100;
  }
  CHECK(measured(rough).noise == 0);
  CHECK(measured(Plane{64, 64, std::vector<float>(std::size_t{64} * 64, 100)}).noise == 0);
}

TEST_CASE("a thumbnail has the picture's cells, and none where there is no tile") {
  Plane picture{1024, 512, std::vector<float>(std::size_t{1024} * 512, 50)};
  for (int y = 0; y < 512; ++y) {
    for (int x = 512; x < 1024; ++x) picture(x, y) = 150;
  }
  const Thumbnail wide = measured(picture).thumbnail;
  for (std::size_t i = 0; i < wide.size(); ++i) CHECK(wide[i] == (i % 16 < 8 ? 50 : 150));
  const Thumbnail small = measured(Plane{64, 64, std::vector<float>(std::size_t{64} * 64, 0)}).thumbnail;
  CHECK(std::count(small.begin(), small.end(), 1) == 4);  // 2 × 2 tiles; black is 1
  CHECK(std::count(small.begin(), small.end(), 0) == 252);
}

TEST_CASE("a frame's luma ranks as a plane of it, whatever the strides, down to a single pixel") {
  for_each_seed(120, [](Dice& dice) {
    const std::uint32_t most = dice.one_in(3) ? 5 : 200;
    const Image image = dice.one_in(2)
                            ? noise(dice, dice.between(1, most), dice.between(1, most), dice.between(0, 9))
                            : scenery(dice, dice.between(1, most), dice.between(1, most), dice.between(0, 9));
    const std::size_t stride = image.width + dice.between(0, 40);
    std::vector<std::uint8_t> plane(stride * (image.height - 1) + image.width);
    for (std::uint8_t& byte : plane) byte = dice.byte();
    for (std::uint32_t y = 0; y < image.height; ++y) {
      for (std::uint32_t x = 0; x < image.width; ++x) {
        const std::uint8_t* rgba = image.at(x, y);
        plane[y * stride + x] = static_cast<std::uint8_t>(luma(rgba[0], rgba[1], rgba[2]));
      }
    }
    const auto view = LumaView::create(plane, image.width, image.height, stride);
    REQUIRE(view);
    const auto one = measure_sharpness(*view, kFullWhite), other = measure_sharpness(image.view());
    REQUIRE(one);
    REQUIRE(other);
    CHECK(one->sharpness == other->sharpness);
    CHECK(one->clipped == other->clipped);
    CHECK(one->thumbnail == other->thumbnail);
    CHECK(one->sharpness >= 0);
    CHECK(std::isfinite(one->sharpness));
    CHECK(one->clipped <= 1);
  });
}

// The ranking's constants in js/worker/ranking.js belong to these numbers: others mean another study (npm run
// bench:bursts).
TEST_CASE("the numbers are those that the ranking was measured with") {
  struct Numbers {
    double sharpness, noise, brightness;
    std::size_t thumbnail;  // the sum of its cells
  };
  constexpr Numbers kExpected[] = {{100.679644369, 0.946642726945, 92.9370870536, 17333},
                                   {31.893639798, 4.57032372801, 124.837408685, 8379},
                                   {96.4264784501, 0, 90.6849869792, 14487},
                                   {33.7049209154, 0, 83.293264678, 12893},
                                   {18.026380772, 0, 158.786079545, 7854},
                                   {33.0226367008, 3.70986780408, 148.303132347, 23365},
                                   {40.5601180264, 0, 87.081497062, 8321},
                                   {59.4235697114, 1.47654511571, 52.1413194444, 9106},
                                   {79.1877954785, 0, 100.372135417, 9345},
                                   {24.4942656888, 4.57346890097, 188.99609375, 44341}};
  std::uint64_t seed = 0;
  for (const Numbers& expected : kExpected) {
    CAPTURE(seed);
    Dice dice(seed++);
    const auto sharpness = measure_sharpness(sheet(dice).view());
    REQUIRE(sharpness);
    CHECK(sharpness->sharpness == doctest::Approx(expected.sharpness).epsilon(1e-9));
    CHECK(sharpness->noise == doctest::Approx(expected.noise).epsilon(1e-9));
    CHECK(sharpness->brightness == doctest::Approx(expected.brightness).epsilon(1e-9));
    const Thumbnail& cells = sharpness->thumbnail;
    CHECK(std::accumulate(cells.begin(), cells.end(), std::size_t{0}) == expected.thumbnail);
  }
}

TEST_CASE("a plane that is not all there is refused") {
  std::vector<std::uint8_t> bytes(99);
  CHECK(LumaView::create(bytes, 9, 11, 9));
  CHECK_FALSE(LumaView::create(bytes, 10, 10, 10));
  CHECK_FALSE(LumaView::create(bytes, 10, 2, 9));
  CHECK_FALSE(LumaView::create(bytes, 0, 2, 9));
  CHECK_FALSE(LumaView::create(bytes, 1, 65501, 1));
  CHECK_FALSE(LumaView::create(bytes, 1, 3, SIZE_MAX));
}

#ifdef CASEFRAME_HAS_SIMD128
TEST_CASE("tiles and halves of vectors are the scalar ones") {
  for_each_seed(300, [](Dice& dice) {
    const std::size_t stride = kTileSide + 2 + dice.between(0, 5);
    std::vector<std::uint8_t> samples(stride * (kTileSide + 1) + kTileSide + 2);
    const bool extreme = dice.one_in(2);
    for (std::uint8_t& sample : samples) sample = extreme ? (dice.one_in(2) ? 0 : 255) : dice.byte();
    const std::uint8_t* tile = samples.data() + stride + 1;
    const std::uint8_t white = dice.byte();
    const TileSums one = scalar::measure_tile(tile, stride, white);
    const TileSums other = simd128::measure_tile(tile, stride, white);
    CHECK(one.energy == other.energy);
    CHECK(one.sum == other.sum);
    CHECK(one.squares == other.squares);
    CHECK(one.clipped == other.clipped);

    const std::uint32_t width = dice.between(1, 70);
    std::vector<std::uint8_t> upper(std::size_t{2} * width), lower(std::size_t{2} * width), a(width), b(width);
    for (std::uint8_t& sample : upper) sample = dice.byte();
    for (std::uint8_t& sample : lower) sample = dice.byte();
    scalar::halve(upper.data(), lower.data(), a.data(), width);
    simd128::halve(upper.data(), lower.data(), b.data(), width);
    CHECK(a == b);
  });
}
#endif

}  // namespace
}  // namespace caseframe::test
