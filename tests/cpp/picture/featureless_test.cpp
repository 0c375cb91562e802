// Where the black detector's thresholds stand. Each pattern grows until it is seen; the amplitude at which that happens
// pins the constants of featureless.cpp that decide over it. Whether they are good ones, study_test.cpp asks.
#include "picture/featureless.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "scenes.hpp"

namespace caseframe::test {
namespace {

// Adds its pattern, `amplitude` levels high, to a frame's cells.
using Pattern = std::function<void(Cells& cells, double amplitude)>;

float& at(Cells& cells, std::uint32_t row, std::uint32_t column) { return cells.grey[row * cells.columns + column]; }

struct Ground {
  std::uint32_t columns = 40;
  std::uint32_t rows = 24;
  std::uint32_t side = 8;
  float noise = 0;    // standard deviation between cells
  float texture = 0;  // a chequerboard of ± this: every window differs from its surroundings alike, nothing persists
};

bool is_seen(const Ground& ground, const Pattern& pattern, double amplitude) {
  static Cells cells;
  cells.columns = ground.columns;
  cells.rows = ground.rows;
  cells.side = ground.side;
  Random random(7);
  for (std::uint32_t y = 0; y < ground.rows; ++y) {
    for (std::uint32_t x = 0; x < ground.columns; ++x) {
      const float texture = (x + y) % 2 == 0 ? ground.texture : -ground.texture;
      at(cells, y, x) = 10 + texture + ground.noise * random.gaussian();
    }
  }
  pattern(cells, amplitude);
  return !is_featureless(cells);
}

// The amplitude from which on it is seen, to 1/1000 of a level.
double threshold(const Ground& ground, const Pattern& pattern) {
  REQUIRE_FALSE(is_seen(ground, pattern, 0));
  double low = 0, high = 200;
  REQUIRE(is_seen(ground, pattern, high));
  while (high - low > 0.001) {
    const double middle = (low + high) / 2;
    (is_seen(ground, pattern, middle) ? high : low) = middle;
  }
  return high;
}

void row(Cells& cells, double amplitude) {
  for (std::uint32_t i = 0; i < cells.columns; ++i) at(cells, 12, i) += static_cast<float>(amplitude);
}

void column(Cells& cells, double amplitude) {
  for (std::uint32_t i = 0; i < cells.rows; ++i) at(cells, i, 20) += static_cast<float>(amplitude);
}

Pattern spot(std::uint32_t width, std::uint32_t height) {
  return [=](Cells& cells, double amplitude) {
    for (std::uint32_t y = 0; y < height; ++y) {
      for (std::uint32_t x = 0; x < width; ++x) at(cells, 11 + y, 19 + x) += static_cast<float>(amplitude);
    }
  };
}

// Patches of 5 × 5 cells, lighter and darker in turn: edges that go on, in rows and columns of equal means.
void patches(Cells& cells, double amplitude) {
  for (std::uint32_t y = 0; y < cells.rows; ++y) {
    for (std::uint32_t x = 0; x < cells.columns; ++x) {
      at(cells, y, x) += static_cast<float>((x / 5 + y / 5) % 2 == 0 ? amplitude : -amplitude);
    }
  }
}

void check(double got, double expected) { CHECK(got == doctest::Approx(expected).epsilon(0.004)); }

}  // namespace

TEST_CASE("featureless: bands") {
  check(threshold({}, row), 7.0);  // kBand
  check(threshold({}, column), 7.0);
  check(threshold({.side = 32}, row), 3.5);  // averages out over larger cells
  check(threshold({.side = 2}, row), 7.0);
}

TEST_CASE("featureless: spots") {
  // Nothing else there: Window::weak of each window.
  check(threshold({}, spot(1, 1)), 7.759);
  check(threshold({}, spot(3, 1)), 4.885);
  check(threshold({}, spot(3, 3)), 3.556);
  // A hot pixel weighs more in small cells, a coded block less in large ones.
  check(threshold({.side = 32}, spot(1, 1)), 3.880);
  check(threshold({.columns = 30, .rows = 20, .side = 4}, spot(1, 1)), 31.305);
  // Texture all over the frame: weak still decides, then sigmas, then strong.
  check(threshold({.texture = 0.45F}, spot(1, 1)), 6.828);
  check(threshold({.texture = 0.53F}, spot(1, 1)), 6.812);
  check(threshold({.texture = 0.8F}, spot(1, 1)), 7.138);
  check(threshold({.side = 32, .texture = 0.5F}, spot(1, 1)), 3.362);
  check(threshold({.texture = 0.9F}, spot(3, 1)), 4.248);
  check(threshold({.texture = 1.08F}, spot(3, 1)), 4.328);
  check(threshold({.texture = 1.4F}, spot(3, 1)), 4.956);
  check(threshold({.texture = 1.6F}, spot(3, 3)), 3.161);
  check(threshold({.texture = 2.0F}, spot(3, 3)), 3.471);
}

TEST_CASE("featureless: differences that persist") {
  check(threshold({}, patches), 0.4547);                           // kPersistentPower
  check(threshold({.columns = 14, .rows = 10}, patches), 3.5255);  // kFalloffPower
  check(threshold({.noise = 0.5F}, patches), 0.9354);              // kPersistentSigmas
  check(threshold({.noise = 1.5F}, patches), 1.3931);
  check(threshold({.side = 16}, patches), 0.3586);  // kCodecBlock
  check(threshold({.side = 32, .noise = 0.3F}, patches), 0.3723);
}

TEST_CASE("featureless: a colour is seen as grey is, in cells of 16 pixels and more") {
  // `side` 8: grey alone. The pattern is added to the one or the other.
  const auto seen = [](std::uint32_t side, float grey, float chroma) {
    static Cells cells;
    cells.columns = 40;
    cells.rows = 24;
    cells.side = side;
    cells.grey.fill(10);
    cells.chroma.fill(3);
    cells.grey[12 * 40 + 20] += grey;
    cells.chroma[12 * 40 + 20] += chroma;
    return !is_featureless(cells);
  };
  CHECK(seen(16, 5.6F, 0));
  CHECK(seen(16, 0, 5.6F));
  CHECK_FALSE(seen(16, 5.4F, 5.4F));
  CHECK_FALSE(seen(8, 0, 100));
  CHECK_FALSE(seen(8, 7.6F, 100));
  CHECK(seen(8, 7.8F, 0));
}

}  // namespace caseframe::test
