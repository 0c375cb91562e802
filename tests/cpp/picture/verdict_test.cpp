#include "picture/verdict.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "picture/cells.hpp"
#include "scenes.hpp"

using namespace caseframe;
using namespace caseframe::test;

namespace {

constexpr std::uint64_t kSeed = 20261122;
constexpr Light kBlack{0, 0, 0};
constexpr Light kWhite{255, 255, 255};
constexpr std::array<std::pair<int, int>, 2> kSmall = {{{320, 180}, {640, 360}}};
constexpr std::array<std::pair<int, int>, 2> kLarge = {{{1280, 720}, {1919, 1079}}};

std::string name(Verdict verdict) {
  constexpr const char* kNames[] = {"ok", "black", "undecoded", "uniform"};
  return kNames[static_cast<std::size_t>(verdict)];
}

// Expected × got; a failed check names the frame.
class Confusion {
 public:
  explicit Confusion(const char* title) : title_(title) {}
  Confusion(const Confusion&) = delete;
  Confusion& operator=(const Confusion&) = delete;
  ~Confusion() {
    std::printf("%s\n  %-10s", title_, "");
    for (int got = 0; got < 4; ++got) std::printf("%10s", name(static_cast<Verdict>(got)).c_str());
    for (std::size_t expected = 0; expected < 4; ++expected) {
      std::printf("\n  %-10s", name(static_cast<Verdict>(expected)).c_str());
      for (const int count : counts_[expected]) std::printf("%10d", count);
    }
    std::printf("\n");
  }

  void add(Verdict expected, const Scene& scene, const std::string& what) {
    const Verdict got = analyze(scene.render().view()).verdict;
    ++counts_[static_cast<std::size_t>(expected)][static_cast<std::size_t>(got)];
    CHECK_MESSAGE(got == expected, what << " at " << scene.width() << " × " << scene.height() << ": expected "
                                        << name(expected) << ", got " << name(got));
  }

 private:
  const char* title_;
  std::array<std::array<int, 4>, 4> counts_{};
};

std::string say(const std::string& what, double a, double b = 0) {
  return what + " " + std::to_string(a) + " " + std::to_string(b);
}

Scene grey(int width, int height, float level) { return {width, height, {level, level, level}}; }

// What a lens cap leaves, in every mixture of a sensor's and a codec's doings.
void add_lens_caps(Confusion& confusion, int width, int height, Random& random) {
  for (const float level : {0.0f, 1.0f, 3.0f, 6.0f, 10.0f, 14.0f}) {
    for (const float sd : {0.0f, 1.0f, 3.0f, 6.0f}) {
      const auto cap = [&] { return grey(width, height, level); };
      const auto add = [&](const Scene& scene, const char* what) {
        confusion.add(Verdict::kBlack, scene, say(what, static_cast<double>(level), static_cast<double>(sd)));
      };
      const bool chroma = random.below(2) == 0;
      add(cap().sensor_noise(sd, random, chroma), "noise");
      add(cap().sensor_noise(sd, random, chroma).hot_pixels(50, random, chroma), "hot pixels");
      add(cap().fixed_pattern(3, random, chroma).sensor_noise(sd, random), "fixed pattern");
      add(cap().sensor_noise(sd, random).codec_noise(2 + random.below(2), 8, random), "codec noise");
      const auto shape = static_cast<Falloff>(random.below(4));
      add(cap().falloff(shape, 14).sensor_noise(sd, random, chroma), "falloff");
    }
  }
}

std::string line_of_digits(int count, Random& random) {
  std::string line;
  for (int i = 0; i < count; ++i) line += random.below(6) == 0 ? ' ' : "0123456789abcdef"[random.below(16)];
  return line;
}

Scene terminal(int width, int height, int lines, float background, float contrast, Random& random) {
  Scene scene(width, height, {background, background, background * 1.1f});
  const int scale = std::max(1, height / 400);
  const float light = background + contrast;
  for (int line = 0; line < lines; ++line) {
    scene.text(8, height / 4 + 10 * scale * line, scale, line_of_digits(12 + random.below(12), random),
               {light, light, light});
  }
  return scene;
}

Scene small_picture(int width, int height, Random& random) {
  return Scene(width / 4, height / 4, kBlack).photograph(random);
}

void add_pictures(Confusion& confusion, int width, int height, Random& random) {
  const auto add = [&](const Scene& scene, const std::string& what) { confusion.add(Verdict::kOk, scene, what); };
  const auto w = static_cast<float>(width), h = static_cast<float>(height);
  for (const float sd : {0.0f, 2.0f, 5.0f}) {
    add(Scene(width, height, kBlack).photograph(random).dim_light(0.05f).sensor_noise(sd, random, true), "5 % light");
    Scene night = grey(width, height, random.uniform(0, 6));
    for (int lamp = 0; lamp < 3; ++lamp) {
      night.lamp(random.uniform(0.1f, 0.9f) * w, random.uniform(0.1f, 0.9f) * h, std::max(2.0f, h / 240),
                 {255, 200, 120});
    }
    add(night.sensor_noise(sd, random), "street lamps");
  }
  for (int lines = 1; lines <= 3; ++lines) {
    const float background = random.uniform(0, 30);
    add(terminal(width, height, lines, background, 50, random).codec_noise(2, 8, random), "terminal, dim");
    add(terminal(width, height, lines, background, 180, random).sensor_noise(1, random), "terminal, bright");
  }
  const int side = std::max(8, height / 20);
  add(Scene(width, height, kBlack).rectangle(width - 2 * side, height - 2 * side, side, side, {30, 90, 200}), "logo");
  Scene picture = small_picture(width, height, random);
  add(Scene(width, height, kBlack).paste(picture, width / 8, height / 2), "picture in picture");
  add(Scene(width, height, kBlack).paste(picture.dim_light(0.05f), width / 8, height / 2), "dark picture in picture");
  add(Scene(width, height, kBlack).paste(Scene(width, height / 2, kBlack).photograph(random), 0, height / 4),
      "letterbox");
  add(Scene(width, height, kBlack).paste(Scene(width / 2, height, kBlack).photograph(random), width / 4, 0),
      "pillarbox");
  add(Scene(width, height, kWhite).text(8, 20, std::max(1, height / 400), line_of_digits(16, random), {90, 90, 90}),
      "slide");
  add(Scene(width, height, {0, 135, 0}).text(8, 20, std::max(1, height / 400), "c0ffee", kWhite), "green slide");
  add(grey(width, height, 150).sensor_noise(3.5f, random), "wall with texture");
  add(grey(width, height, 190).falloff(Falloff::kBrightMiddle, 14).sensor_noise(1, random), "fog");
}

constexpr Light kUndecodedColours[] = {{0, 135, 0}, {0, 77, 0},      {0, 84, 0},      {0, 154, 0},
                                       {0, 96, 0},  {128, 128, 128}, {129, 129, 129}, {130, 130, 130}};
constexpr Light kUniformColours[] = {{255, 255, 255}, {235, 235, 235}, {0, 0, 255}, {40, 40, 40}, {120, 120, 120},
                                     {140, 140, 140}, {200, 30, 20},   {0, 100, 0}, {0, 0, 128},  {0, 255, 0}};

template <std::size_t kCount>
void add_flat(Confusion& confusion, Verdict expected, const Light (&colours)[kCount], int width, int height,
              Random& random) {
  for (const Light colour : colours) {
    const std::string what = say(name(expected), static_cast<double>(colour.r), static_cast<double>(colour.g));
    confusion.add(expected, Scene(width, height, colour), what);
    for (const int amplitude : {2, 3}) {
      confusion.add(expected, Scene(width, height, colour).codec_noise(amplitude, 4 << random.below(3), random), what);
    }
    confusion.add(expected, Scene(width, height, colour).sensor_noise(1.5f, random, true), what);
  }
}

void add_all(Confusion& confusion, int width, int height, Random& random) {
  add_lens_caps(confusion, width, height, random);
  for (int round = 0; round < 4; ++round) add_pictures(confusion, width, height, random);
  add_flat(confusion, Verdict::kUndecoded, kUndecodedColours, width, height, random);
  add_flat(confusion, Verdict::kUniform, kUniformColours, width, height, random);
}

Verdict verdict_of(const Scene& scene) { return analyze(scene.render().view()).verdict; }

// To the bit.
bool same(const FrameReport& a, const FrameReport& b) {
  const auto numbers = [](const FrameReport& r) {
    return std::array{r.mean_luma, r.luma_std_dev, r.peak_luma, r.dark_ratio};
  };
  return a.verdict == b.verdict && numbers(a) == numbers(b);
}

}  // namespace

TEST_CASE("validity: small frames of every kind get the verdict expected") {
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  Random random(kSeed);
  Confusion confusion("320 × 180 and 640 × 360");
  for (const auto& [width, height] : kSmall) add_all(confusion, width, height, random);
}

TEST_CASE("validity: so do large and odd ones") {
  Random random(kSeed + 1);
  Confusion confusion("1280 × 720 and 1919 × 1079");
  for (const auto& [width, height] : kLarge) {
    for (const float level : {0.0f, 14.0f}) {
      confusion.add(Verdict::kBlack, grey(width, height, level).sensor_noise(6, random, true), "noise");
    }
    confusion.add(Verdict::kBlack, grey(width, height, 4).hot_pixels(60, random).sensor_noise(2, random), "hot pixels");
    confusion.add(Verdict::kBlack, grey(width, height, 3).falloff(Falloff::kBrightCorners, 20), "falloff");
    Scene photograph = Scene(width, height, kBlack).photograph(random);
    confusion.add(Verdict::kOk, photograph.dim(0.05f).sensor_noise(1, random), "5 % in code values");
    confusion.add(Verdict::kOk, terminal(width, height, 1, 12, 60, random), "terminal");
    confusion.add(Verdict::kOk, terminal(width, height, 1, 30, 60, random), "terminal");
    confusion.add(Verdict::kOk, Scene(width, height, kWhite).text(40, 40, 2, "c0ffee babe", {120, 120, 120}), "slide");
    confusion.add(Verdict::kUndecoded, Scene(width, height, {0, 135, 0}).codec_noise(2, 16, random), "green");
    confusion.add(Verdict::kUniform, Scene(width, height, {0, 0, 255}).codec_noise(2, 16, random), "blue");
  }
}

TEST_CASE("validity: limited-range black that nobody expanded is black") {
  Random random(kSeed + 2);
  CHECK(verdict_of(grey(640, 360, 16)) == Verdict::kBlack);
  CHECK(verdict_of(grey(640, 360, 16).codec_noise(3, 16, random)) == Verdict::kBlack);
  CHECK(verdict_of(grey(640, 360, 16).sensor_noise(4, random)) == Verdict::kBlack);
}

TEST_CASE("validity: a frame that is transparent throughout is undecoded, whatever its colours") {
  Random random(kSeed + 3);
  CHECK(analyze(Scene(64, 48, kBlack).render(0, 0).view()).verdict == Verdict::kUndecoded);
  CHECK(analyze(Scene(64, 48, kWhite).render(0, 0).view()).verdict == Verdict::kUndecoded);
  Frame photograph = Scene(64, 48, kBlack).photograph(random).render(0, 0);
  CHECK(analyze(photograph.view()).verdict == Verdict::kUndecoded);
  photograph.bytes[4 * 1000 + 3] = 1;
  CHECK(analyze(photograph.view()).verdict == Verdict::kOk);
}

TEST_CASE("validity: half a picture over undecoded green is a picture") {
  Random random(kSeed + 4);
  const Scene top = Scene(320, 90, kBlack).photograph(random);
  CHECK(verdict_of(Scene(320, 180, {0, 135, 0}).paste(top, 0, 0)) == Verdict::kOk);
  CHECK(verdict_of(Scene(320, 180, {128, 128, 128}).paste(top, 0, 0)) == Verdict::kOk);
}

TEST_CASE("validity: what is left of a picture after its camera went off is black, a blue light in the dark is not") {
  Random random(kSeed + 8);
  for (const auto& [width, height] : {std::pair{320, 180}, {640, 360}, {1280, 720}}) {
    Scene ghost = Scene(width, height, kBlack).photograph(random).dim(0.03f);
    CHECK(verdict_of(ghost) == Verdict::kBlack);
    CHECK(verdict_of(ghost.codec_noise(1, 16, random)) == Verdict::kBlack);
    CHECK(verdict_of(ghost.rectangle(width / 3, height / 3, 1, 3, {34, 34, 34})) == Verdict::kBlack);
    // Neither lifts the 99.9th percentile; the second is blue, which has little luma.
    const int side = height / 30;
    CHECK(verdict_of(ghost.rectangle(width / 2, height / 2, side, side, {60, 60, 60})) == Verdict::kOk);
    CHECK(verdict_of(grey(width, height, 0).rectangle(width / 2, height / 2, side, side, {0, 0, 255})) == Verdict::kOk);
  }
}

TEST_CASE("validity: dark terminals with a few lines of saturated text are pictures") {
  Random random(kSeed + 9);
  const auto check = [&](int width, int height, Light light, int lines, float noise) {
    Scene scene(width, height, kBlack);
    for (int line = 0; line < lines; ++line) scene.text(10, 9 + 14 * line, 1, line_of_digits(29, random), light);
    if (noise > 0) scene.sensor_noise(noise, random);
    const std::string what = say("colour", static_cast<double>(light.r), static_cast<double>(light.b));
    CHECK_MESSAGE(verdict_of(scene) == Verdict::kOk, what << ", " << lines << " lines at " << height);
  };
  constexpr Light kRed{128, 0, 0}, kGreen{0, 128, 0}, kBlue{0, 0, 128};
  for (const Light light : {kRed, kGreen, kBlue, Light{0, 0, 238}, Light{128, 0, 128}}) {
    for (const int lines : {2, 3, 8, 12}) {
      check(640, 360, light, lines, 0);
      check(1280, 720, light, lines, 0);
    }
    check(1280, 720, light, 3, 1);
    check(1919, 1079, light, 3, 0);
  }
  for (const Light light : {kRed, kBlue}) check(3840, 2160, light, 3, 0);
}

TEST_CASE("validity: noise of every colour in large frames is black") {
  Random random(kSeed + 10);
  for (int round = 0; round < 3; ++round) {
    Scene cap = grey(1280, 720, random.uniform(0, 14));
    cap.hot_pixels(80, random, true).sensor_noise(6, random, true).codec_noise(3, 16, random);
    CHECK(verdict_of(cap) == Verdict::kBlack);
  }
}

TEST_CASE("validity: a slide of a decoder's colours with text of little contrast is no undecoded frame") {
  Random random(kSeed + 11);
  struct Slide {
    Light ground;
    Light text;
  };
  for (const auto& [width, height] : {std::pair{320, 180}, {640, 360}, {1280, 720}, {1919, 1079}}) {
    for (const auto& [ground, text] :
         {Slide{{128, 128, 128}, {138, 138, 138}},  // less luma than a codec's noise has
          Slide{{128, 128, 128}, {118, 118, 118}}, Slide{{128, 128, 128}, {160, 120, 120}},  // chroma alone
          Slide{{130, 130, 130}, {112, 132, 150}}, Slide{{96, 96, 96}, {128, 88, 88}},
          Slide{{0, 135, 0}, {0, 145, 0}}}) {
      Scene scene(width, height, ground);
      for (int line = 0; line < 2; ++line) scene.text(10, 9 + 14 * line, 1, line_of_digits(26, random), text);
      CAPTURE(width);
      CAPTURE(ground.r);
      CAPTURE(text.r);
      CHECK(verdict_of(scene) == Verdict::kOk);
    }
  }
}

TEST_CASE("validity: bars that only a row or a column sees are seen") {
  CHECK(verdict_of(grey(640, 360, 6).rectangle(0, 100, 640, 40, {60, 60, 60})) == Verdict::kOk);
  CHECK(verdict_of(grey(640, 360, 6).rectangle(200, 0, 40, 360, {60, 60, 60})) == Verdict::kOk);
}

TEST_CASE("validity: single pixels and thin strips") {
  const auto pixel = [](Light light) { return verdict_of(Scene(1, 1, light)); };
  CHECK(pixel(kBlack) == Verdict::kBlack);
  CHECK(pixel({25, 25, 25}) == Verdict::kBlack);
  CHECK(pixel(kWhite) == Verdict::kUniform);
  CHECK(pixel({200, 30, 20}) == Verdict::kUniform);
  CHECK(pixel({0, 135, 0}) == Verdict::kUndecoded);
  CHECK(pixel({128, 128, 128}) == Verdict::kUndecoded);
  CHECK(verdict_of(Scene(1, 700, kBlack)) == Verdict::kBlack);
  CHECK(verdict_of(Scene(65500, 1, {130, 130, 130})) == Verdict::kUndecoded);
  CHECK(verdict_of(Scene(65500, 1, kWhite).rectangle(30000, 0, 9000, 1, kBlack)) == Verdict::kOk);
  Random random(kSeed + 5);
  CHECK(verdict_of(grey(16, 16, 8).sensor_noise(4, random)) == Verdict::kBlack);
  CHECK(verdict_of(Scene(16, 16, kBlack).photograph(random)) == Verdict::kOk);
}

TEST_CASE("validity: where flat, dark and far begin") {
  const auto flat = [](float r, float g, float b) { return verdict_of(Scene(64, 48, {r, g, b})); };
  // kDarkLuma and kDarkChannel.
  CHECK(flat(25, 25, 25) == Verdict::kBlack);
  CHECK(flat(26, 26, 26) == Verdict::kUniform);
  CHECK(flat(0, 0, 48) == Verdict::kBlack);
  CHECK(flat(0, 0, 49) == Verdict::kUniform);
  // A mean on the very border between 25 and 26 is still dark, one beyond it no more.
  Scene border(64, 64, {25, 25, 25});
  CHECK(verdict_of(border.rectangle(0, 0, 64, 32, {26, 26, 26})) == Verdict::kBlack);
  CHECK(verdict_of(border.rectangle(0, 32, 1, 1, {26, 26, 26})) == Verdict::kUniform);
  // kUndecodedGreen and kUndecodedRedBlue, around (0, 154, 0) and (128, 128, 128).
  CHECK(flat(5, 157, 5) == Verdict::kUndecoded);
  CHECK(flat(0, 158, 0) == Verdict::kUniform);
  CHECK(flat(6, 154, 0) == Verdict::kUniform);
  CHECK(flat(0, 154, 6) == Verdict::kUniform);
  CHECK(flat(123, 125, 123) == Verdict::kUndecoded);
  CHECK(flat(122, 128, 128) == Verdict::kUniform);
  CHECK(flat(128, 124, 128) == Verdict::kUniform);

  // kFarPixels + kFarPixelsPerMegapixel, each more than kFarLuma from the mean.
  const auto with_far = [](int count, float light) {
    Scene scene(1000, 1000, {100, 100, 100});
    for (int i = 0; i < count; ++i) scene.rectangle(13 + 31 * i, 17 + 29 * i, 1, 1, {light, light, light});
    return verdict_of(scene);
  };
  CHECK(with_far(28, 200) == Verdict::kUniform);
  CHECK(with_far(29, 200) == Verdict::kOk);
  CHECK(with_far(29, 10) == Verdict::kOk);
  CHECK(with_far(29, 112) == Verdict::kUniform);
  CHECK(with_far(29, 113) == Verdict::kOk);
  CHECK(with_far(29, 88) == Verdict::kUniform);
  CHECK(with_far(29, 87) == Verdict::kOk);

  // kFar in each channel, and kUndecodedFar, which is less for green.
  const auto with_colour = [](Light ground, Light light) {
    Scene scene(1000, 1000, ground);
    for (int i = 0; i < 29; ++i) scene.rectangle(13 + 31 * i, 17 + 29 * i, 1, 1, light);
    return verdict_of(scene);
  };
  constexpr Light kGround{100, 100, 100}, kGrey{128, 128, 128};
  CHECK(with_colour(kGround, {112, 100, 100}) == Verdict::kUniform);
  CHECK(with_colour(kGround, {113, 100, 100}) == Verdict::kOk);
  CHECK(with_colour(kGround, {100, 88, 100}) == Verdict::kUniform);
  CHECK(with_colour(kGround, {100, 87, 100}) == Verdict::kOk);
  CHECK(with_colour(kGround, {100, 100, 112}) == Verdict::kUniform);
  CHECK(with_colour(kGround, {100, 100, 113}) == Verdict::kOk);
  CHECK(with_colour(kGrey, {140, 135, 116}) == Verdict::kUndecoded);
  CHECK(with_colour(kGrey, {141, 128, 128}) == Verdict::kOk);
  CHECK(with_colour(kGrey, {128, 136, 128}) == Verdict::kOk);
  CHECK(with_colour(kGrey, {128, 120, 128}) == Verdict::kOk);
  CHECK(with_colour(kGrey, {128, 128, 115}) == Verdict::kOk);

  // kFlatStdDev: halves at ±2 and at ±3; kFlatCell: a cell of another colour.
  const auto halves = [](float by) {
    Scene scene(64, 64, {100, 100, 100});
    for (int y = 0; y < 64; y += 2) scene.rectangle(0, y, 64, 1, {100 + 2 * by, 100 + 2 * by, 100 + 2 * by});
    return verdict_of(scene);
  };
  CHECK(halves(2) == Verdict::kUniform);
  CHECK(halves(3) == Verdict::kOk);
  const auto with_cell = [](float light) {
    return verdict_of(Scene(640, 640, {100, 100, 100}).rectangle(320, 320, 16, 16, {100, light, 100}));
  };
  CHECK(with_cell(104) == Verdict::kUniform);
  CHECK(with_cell(105) == Verdict::kOk);
  CHECK(with_cell(96) == Verdict::kUniform);
  CHECK(with_cell(95) == Verdict::kOk);

  // kUnseenLuma: a picture of as many levels is nothing to see.
  const auto ghost = [](float light) {
    return verdict_of(Scene(640, 360, kBlack).rectangle(100, 100, 200, 100, {light, light, light}));
  };
  CHECK(ghost(8) == Verdict::kBlack);
  CHECK(ghost(9) == Verdict::kOk);

  // kUnseenColour, in as many pixels as may be far: a ghost that is seen as soon as it is not unseen.
  const auto blue = [](int count, float light) {
    Scene scene(1000, 1000, kBlack);
    scene.rectangle(100, 100, 200, 100, {8, 8, 8});
    for (int i = 0; i < count; ++i) scene.rectangle(13 + 31 * i, 17 + 29 * i, 1, 1, {0, 0, light});
    return verdict_of(scene);
  };
  CHECK(blue(29, 48) == Verdict::kBlack);
  CHECK(blue(28, 49) == Verdict::kBlack);
  CHECK(blue(29, 49) == Verdict::kOk);
}

TEST_CASE("validity: luma is BT.709's to the nearest level") {
  double worst = 0;
  for (std::uint32_t r = 0; r < 256; r += 5) {
    for (std::uint32_t g = 0; g < 256; g += 3) {
      for (std::uint32_t b = 0; b < 256; b += 5) {
        worst = std::max(worst, std::abs(luma(r, g, b) - (0.2126 * r + 0.7152 * g + 0.0722 * b)));
      }
    }
  }
  CHECK(worst < 0.51);  // half a level, and the weights' 1/65536 of 255
  CHECK(luma(255, 255, 255) == 255);
}

TEST_CASE("validity: the statistics are those of the definition, for every size and stride") {
  Random random(kSeed + 6);
  for (int round = 0; round < 60; ++round) {
    const int width = 1 + random.below(90), height = 1 + random.below(90);
    Scene scene(width, height, {random.uniform(0, 90), random.uniform(0, 90), random.uniform(0, 90)});
    scene.sensor_noise(random.uniform(0, 60), random, true);
    if (round % 3 == 0) scene.photograph(random);
    const Frame frame = scene.render(static_cast<std::size_t>(random.below(70)));
    std::vector<double> lumas;
    for (std::uint32_t y = 0; y < frame.height; ++y) {
      for (std::uint32_t x = 0; x < frame.width; ++x) {
        const std::uint8_t* pixel = &frame.bytes[y * frame.stride + std::size_t{x} * 4];
        lumas.push_back(luma(pixel[0], pixel[1], pixel[2]));
      }
    }
    std::sort(lumas.begin(), lumas.end());
    const auto count = static_cast<double>(lumas.size());
    double mean = 0, variance = 0, dark = 0;
    for (const double value : lumas) mean += value / count;
    for (const double value : lumas) variance += (value - mean) * (value - mean) / count;
    for (const double value : lumas) dark += value <= 25 ? 1 / count : 0;
    const auto rank = static_cast<std::size_t>(std::ceil(0.999 * count));

    const FrameReport report = analyze(frame.view());
    CAPTURE(round);
    CHECK(report.mean_luma == doctest::Approx(mean).epsilon(1e-12));
    CHECK(report.luma_std_dev == doctest::Approx(std::sqrt(variance)).epsilon(1e-9));
    CHECK(report.dark_ratio == doctest::Approx(dark).epsilon(1e-9));
    CHECK(report.peak_luma == doctest::Approx(lumas[rank - 1]).epsilon(1e-12));
  }
}

TEST_CASE("validity: padding never counts, and the same frame gets the same report") {
  Random random(kSeed + 7);
  for (int round = 0; round < 8; ++round) {
    Scene scene = Scene(33 + 40 * round, 97, kBlack).photograph(random);
    if (round % 2 == 0) scene.dim_light(0.05f);
    if (round % 4 == 3) scene = Scene(65, 97, {0, 135, 0});
    const FrameReport report = analyze(scene.render().view());
    for (const std::size_t padding : {0u, 1u, 4u, 13u, 256u}) {
      Frame frame = scene.render(padding);
      CHECK(same(analyze(frame.view()), report));
      frame.bytes.erase(frame.bytes.end() - static_cast<std::ptrdiff_t>(padding),
                        frame.bytes.end());  // the last row's padding need not exist
      CHECK(same(analyze(frame.view()), report));
    }
  }
}
