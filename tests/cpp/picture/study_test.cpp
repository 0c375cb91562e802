// The study behind the black detector's thresholds (featureless.cpp): how many black frames it takes for pictures, and
// how many pictures for black. New frames in every run; CASEFRAME_STUDY=<count> makes more of them than the suite's
// few, and prints the rates that verdict.hpp states.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "picture/verdict.hpp"
#include "random.hpp"
#include "scenes.hpp"

namespace caseframe::test {
namespace {

constexpr Light kBlack{0, 0, 0};

std::uint32_t frames() {
#ifndef __EMSCRIPTEN__
  if (const char* count = std::getenv("CASEFRAME_STUDY")) return static_cast<std::uint32_t>(std::atoi(count));
#endif
  return 60;
}

// A covered lens: levels 0..14, noise of 0..6, patterns of 0..3, up to 80 hot pixels a megapixel, falloff of up to 20
// levels, codec noise of ±3 in blocks of 4 to 16 pixels, in any mixture.
Scene covered_lens(int width, int height, Random& random) {
  const float level = random.uniform(0, 14);
  Scene scene(width, height, {level, level, level});
  if (random.below(2) == 0) scene.falloff(static_cast<Falloff>(random.below(4)), random.uniform(0, 20));
  if (random.below(2) == 0) scene.fixed_pattern(random.uniform(0, 3), random, random.below(2) == 0);
  if (random.below(2) == 0) scene.hot_pixels(random.uniform(0, 80), random, random.below(2) == 0);
  scene.sensor_noise(random.uniform(0, 6), random, random.below(2) == 0);
  if (random.below(2) == 0) scene.codec_noise(1 + random.below(3), 4 << random.below(3), random);
  return scene;
}

// A photograph at 5 % light, with a sensor's noise; a line of text on a dark ground; lines of one channel; a lamp.
Scene dark_picture(int width, int height, Random& random) {
  switch (random.below(4)) {
    case 0:
      return Scene(width, height, kBlack)
          .photograph(random)
          .dim_light(0.05F)
          .sensor_noise(random.uniform(0, 5), random);
    case 1: {
      const float ground = random.uniform(0, 20), light = ground + random.uniform(50, 180);
      Scene scene(width, height, {ground, ground, ground});
      scene.text(8, height / 3, std::max(1, height / 400), "4c0ffee 1234567 89ab", {light, light, light});
      return scene.codec_noise(2, 8, random);
    }
    case 2: {
      const float light = random.uniform(128, 255);
      constexpr Light kChannels[] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
      const Light channel = kChannels[random.below(3)];
      Scene scene(width, height, kBlack);
      for (int line = 0; line < 4; ++line) {
        scene.text(8, height / 3 + 14 * line, 1, "4c0ffee 1234567 89ab c0de",
                   {light * channel.r, light * channel.g, light * channel.b});
      }
      return scene.codec_noise(1, 8, random);
    }
    default: {
      const float level = random.uniform(0, 6);
      Scene scene(width, height, {level, level, level});
      scene.lamp(random.uniform(0.2F, 0.8F) * static_cast<float>(width),
                 random.uniform(0.2F, 0.8F) * static_cast<float>(height),
                 std::max(2.0F, static_cast<float>(height) / 240), {255, 200, 120});
      return scene.sensor_noise(random.uniform(0, 4), random);
    }
  }
}

// How many of `count` frames get another verdict than `expected`.
template <class Make>
int wrong(std::uint32_t count, std::uint64_t seed, Verdict expected, Make&& make) {
  int wrong = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    Random random(seed + i);
    // Most are small, for many frames in little time; the largest have cells of 16 pixels.
    const int scale = i % 16 == 15 ? 4 : i % 8 == 7 ? 2 : 1;
    const Scene scene = make(320 * scale, 180 * scale, random);
    if (analyze(scene.render().view()).verdict != expected) ++wrong;
  }
  return wrong;
}

// The most that chance would give in ten thousand runs, where the rate is `rate`: mean, five standard deviations and
// one. Seen of 6,000 frames each: 0.27 % of black frames taken for pictures, no picture for black.
double most(std::uint32_t count, double rate) { return count * rate + 5 * std::sqrt(count * rate) + 1; }

}  // namespace

TEST_CASE("study: black frames taken for pictures, pictures taken for black") {
  const std::uint64_t seed = std::uint64_t{first_seed()} << 20;
  const std::uint32_t count = frames();
  INFO("CASEFRAME_SEED=" << (seed >> 20));
  const int false_pictures = wrong(count, seed, Verdict::kBlack, covered_lens);
  const int missed_pictures = wrong(count, seed + (1U << 19), Verdict::kOk, dark_picture);
  std::printf("study: %d of %u black frames taken for pictures, %d of %u pictures for black\n", false_pictures, count,
              missed_pictures, count);
  CHECK(false_pictures <= most(count, 0.004));
  CHECK(missed_pictures <= most(count, 0.002));
}

}  // namespace caseframe::test
