// Frames made to measure: what cameras, screens and decoders show, built up in layers of light.
//
//   Scene scene(640, 360, {0, 0, 0});      // floating point, unclipped: noise may be added before black clips it
//   scene.text(40, 40, 2, "c0ffee", {90, 90, 90}).sensor_noise(3, random);
//   Frame frame = scene.render();          // rounded, clipped, RGBA
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "dice.hpp"
#include "frame.hpp"

namespace caseframe::test {

// Dice in single precision, quick enough for a noise of every pixel.
class Random {
 public:
  explicit Random(std::uint64_t seed) : dice_(seed) {}
  std::uint32_t next() { return static_cast<std::uint32_t>(dice_.next() >> 32); }
  int below(int count) { return static_cast<int>(next() % static_cast<std::uint32_t>(count)); }
  float uniform(float low, float high) { return low + (high - low) * static_cast<float>(next() >> 8) * 0x1p-24f; }
  float gaussian();  // mean 0, standard deviation 1

 private:
  Dice dice_;
};

// RGB, 0..255.
struct Light {
  float r = 0;
  float g = 0;
  float b = 0;
};

// Owns its pixels; rows end in `padding` bytes of garbage.
struct Frame {
  std::uint32_t width;
  std::uint32_t height;
  std::size_t stride;
  std::vector<std::uint8_t> bytes;

  [[nodiscard]] FrameView view() const { return *FrameView::create(bytes, width, height, stride); }
};

enum class Falloff { kBrightMiddle, kBrightCorners, kDiagonal, kGlowInCorner };

class Scene {
 public:
  Scene(int width, int height, Light background);

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }

  Scene& rectangle(int x, int y, int width, int height, Light light);
  Scene& disc(float x, float y, float radius, Light light);
  // A light with a soft halo: Gaussian, `radius` is its standard deviation.
  Scene& lamp(float x, float y, float radius, Light light);
  // Hexadecimal digits and spaces in a font of 5 × 7 dots, `scale` pixels a dot; an advance of 6 dots.
  Scene& text(int x, int y, int scale, std::string_view digits, Light light);
  // Something like a photograph: ground and sky, objects with edges, texture at every scale; full contrast.
  Scene& photograph(Random& random);
  // Every pixel times `factor`, as a display would in code values, or as a shutter would in linear light (gamma 2.2).
  Scene& dim(float factor);
  Scene& dim_light(float factor);
  // `picture` with its top left corner at x, y.
  Scene& paste(const Scene& picture, int x, int y);

  // Gaussian; alike in all channels, or independent in each.
  Scene& sensor_noise(float sd, Random& random, bool chroma = false);
  // One offset for each row (or column): what a row amplifier leaves.
  Scene& fixed_pattern(float sd, Random& random, bool columns = false);
  // Single white pixels of 100..255; `smeared`: of one colour, over 3 × 3, as bilinear demosaicing leaves a red or blue
  // one (a green one spreads less).
  Scene& hot_pixels(float per_megapixel, Random& random, bool smeared = false);
  // Adds 0..amplitude, smoothly.
  Scene& falloff(Falloff shape, float amplitude);
  // One offset of -amplitude..amplitude for each block, and half of that for each pixel.
  Scene& codec_noise(int amplitude, int block, Random& random);

  [[nodiscard]] Frame render(std::size_t padding = 0, std::uint8_t alpha = 255) const;

 private:
  Light& at(int x, int y) {
    return pixels_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)];
  }
  template <class Paint>
  Scene& paint(int x0, int y0, int x1, int y1, Paint&& paint);

  int width_;
  int height_;
  std::vector<Light> pixels_;
};

}  // namespace caseframe::test
