// Random inputs that can be had again: each case has a seed of its own, and a failure prints it.
//
//   for_each_seed(200, [](Dice& dice) { CHECK(f(dice.between(1, 9)) > 0); });
//
// CASEFRAME_SEED=<the number printed> makes that case the first one.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

#ifdef __EMSCRIPTEN__
#include <emscripten.h>
#endif

#include "dice.hpp"
#include "frame.hpp"

namespace caseframe::test {

inline std::uint32_t first_seed() {
#ifdef __EMSCRIPTEN__
  const char* chosen = emscripten_run_script_string("process.env.CASEFRAME_SEED || ''");
#else
  const char* chosen = std::getenv("CASEFRAME_SEED");
#endif
  if (chosen != nullptr && *chosen != '\0') return static_cast<std::uint32_t>(std::strtoul(chosen, nullptr, 10));
  return std::random_device{}();
}

// Calls test(dice) `count` times, with new numbers in every run of the suite.
template <class Test>
void for_each_seed(std::uint32_t count, Test&& test) {
  static const std::uint32_t kFirst = first_seed();
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t seed = kFirst + i;
    INFO("CASEFRAME_SEED=" << seed);
    Dice dice(seed);
    test(dice);
  }
}

// Owns its pixels. The last row has no padding behind it, so that a read beyond the frame is a read beyond the memory.
struct Image {
  std::uint32_t width;
  std::uint32_t height;
  std::size_t stride;
  std::vector<std::uint8_t> bytes;

  Image(std::uint32_t w, std::uint32_t h, std::size_t padding = 0)
      : width(w), height(h), stride(std::size_t{w} * 4 + padding), bytes(stride * (h - 1) + std::size_t{w} * 4) {}

  [[nodiscard]] FrameView view() const { return *FrameView::create(bytes, width, height, stride); }
  [[nodiscard]] std::uint8_t* at(std::uint32_t x, std::uint32_t y) { return &bytes[y * stride + std::size_t{x} * 4]; }
  [[nodiscard]] const std::uint8_t* at(std::uint32_t x, std::uint32_t y) const {
    return &bytes[y * stride + std::size_t{x} * 4];
  }
  [[nodiscard]] std::vector<const std::uint8_t*> rows() const {
    std::vector<const std::uint8_t*> rows;
    for (std::uint32_t y = 0; y < height; ++y) rows.push_back(at(0, y));
    return rows;
  }
};

// Every byte at random, padding too.
inline Image noise(Dice& dice, std::uint32_t width, std::uint32_t height, std::size_t padding = 0) {
  Image image(width, height, padding);
  for (std::uint8_t& byte : image.bytes) byte = dice.byte();
  return image;
}

// Smooth shades with a few flat boxes in them: what a JPEG encoder is made for. Opaque.
inline Image scenery(Dice& dice, std::uint32_t width, std::uint32_t height, std::size_t padding = 0) {
  Image image(width, height, padding);
  std::uint32_t base[3];
  std::uint32_t span[3];
  for (int c = 0; c < 3; ++c) {
    base[c] = dice.between(0, 128);
    span[c] = dice.between(0, 127);
  }
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      std::uint8_t* pixel = image.at(x, y);
      for (std::uint32_t c = 0; c < 3; ++c) {
        const std::uint32_t along = c == 0   ? x * span[c] / width
                                    : c == 1 ? y * span[c] / height
                                             : (x + y) * span[c] / (width + height);
        pixel[c] = static_cast<std::uint8_t>(base[c] + along);
      }
      pixel[3] = 255;
    }
  }
  for (std::uint32_t i = dice.between(1, 4); i > 0; --i) {
    const std::uint32_t left = dice.between(0, width - 1);
    const std::uint32_t top = dice.between(0, height - 1);
    const std::uint32_t right = dice.between(left + 1, width);
    const std::uint32_t bottom = dice.between(top + 1, height);
    const std::uint8_t gray = dice.byte();
    for (std::uint32_t y = top; y < bottom; ++y) {
      for (std::uint32_t x = left; x < right; ++x) {
        for (int c = 0; c < 3; ++c) image.at(x, y)[c] = gray;
      }
    }
  }
  return image;
}

}  // namespace caseframe::test
