#include "scenes.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace caseframe::test {
namespace {

// Normal deviates by Box and Muller, drawn once: a table is what makes hundreds of noisy frames affordable.
const std::vector<float>& normal_deviates() {
  static const std::vector<float> table = [] {
    std::vector<float> values;
    Random random(20260101);
    for (int i = 0; i < 1 << 15; ++i) {
      const float radius = std::sqrt(-2 * std::log(random.uniform(1e-7f, 1)));
      const float angle = random.uniform(0, 6.2831853f);
      values.push_back(radius * std::cos(angle));
      values.push_back(radius * std::sin(angle));
    }
    return values;
  }();
  return table;
}

// 0..9, a..f; seven rows of five dots, the leftmost dot in bit 4.
constexpr std::array<std::array<std::uint8_t, 7>, 16> kGlyphs = {{
    {14, 17, 19, 21, 25, 17, 14},
    {4, 12, 4, 4, 4, 4, 14},
    {14, 17, 1, 2, 4, 8, 31},
    {31, 2, 4, 2, 1, 17, 14},
    {2, 6, 10, 18, 31, 2, 2},
    {31, 16, 30, 1, 1, 17, 14},
    {6, 8, 16, 30, 17, 17, 14},
    {31, 1, 2, 4, 8, 8, 8},
    {14, 17, 17, 14, 17, 17, 14},
    {14, 17, 17, 15, 1, 2, 12},
    {0, 0, 14, 1, 15, 17, 15},
    {16, 16, 22, 25, 17, 17, 30},
    {0, 0, 14, 16, 16, 17, 14},
    {1, 1, 13, 19, 17, 17, 15},
    {0, 0, 14, 17, 31, 16, 14},
    {6, 9, 8, 28, 8, 8, 8},
}};

Light operator+(Light a, float b) { return {a.r + b, a.g + b, a.b + b}; }
Light operator+(Light a, Light b) { return {a.r + b.r, a.g + b.g, a.b + b.b}; }
Light operator*(Light a, float b) { return {a.r * b, a.g * b, a.b * b}; }

std::uint8_t to_byte(float value) { return static_cast<std::uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f)); }

}  // namespace

float Random::gaussian() { return normal_deviates()[next() & 0xFFFF]; }

Scene::Scene(int width, int height, Light background)
    : width_(width),
      height_(height),
      pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), background) {}

// Calls paint(pixel, x, y) for what of the rectangle lies in the scene.
template <class Paint>
Scene& Scene::paint(int x0, int y0, int x1, int y1, Paint&& paint) {
  for (int y = std::max(y0, 0); y < std::min(y1, height_); ++y) {
    for (int x = std::max(x0, 0); x < std::min(x1, width_); ++x) paint(at(x, y), x, y);
  }
  return *this;
}

Scene& Scene::rectangle(int x, int y, int width, int height, Light light) {
  return paint(x, y, x + width, y + height, [&](Light& pixel, int, int) { pixel = light; });
}

Scene& Scene::disc(float x, float y, float radius, Light light) {
  const int reach = static_cast<int>(radius) + 1, cx = static_cast<int>(x), cy = static_cast<int>(y);
  return paint(cx - reach, cy - reach, cx + reach + 1, cy + reach + 1, [&](Light& pixel, int px, int py) {
    const float dx = static_cast<float>(px) - x, dy = static_cast<float>(py) - y;
    if (dx * dx + dy * dy <= radius * radius) pixel = light;
  });
}

Scene& Scene::lamp(float x, float y, float radius, Light light) {
  const int reach = static_cast<int>(radius * 4) + 1, cx = static_cast<int>(x), cy = static_cast<int>(y);
  return paint(cx - reach, cy - reach, cx + reach + 1, cy + reach + 1, [&](Light& pixel, int px, int py) {
    const float dx = static_cast<float>(px) - x, dy = static_cast<float>(py) - y;
    pixel = pixel + light * std::exp(-(dx * dx + dy * dy) / (2 * radius * radius));
  });
}

Scene& Scene::text(int x, int y, int scale, std::string_view digits, Light light) {
  for (const char digit : digits) {
    if (digit != ' ') {
      const auto& glyph = kGlyphs[static_cast<std::size_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10)];
      for (int row = 0; row < 7; ++row) {
        for (int column = 0; column < 5; ++column) {
          if (glyph[static_cast<std::size_t>(row)] >> (4 - column) & 1) {
            rectangle(x + column * scale, y + row * scale, scale, scale, light);
          }
        }
      }
    }
    x += 6 * scale;
  }
  return *this;
}

Scene& Scene::photograph(Random& random) {
  const float w = static_cast<float>(width_), h = static_cast<float>(height_);
  const auto colour = [&] { return Light{random.uniform(0, 255), random.uniform(0, 255), random.uniform(0, 255)}; };
  const Light sky = colour(), ground = colour();
  const float horizon = random.uniform(0.3f, 0.7f) * h, slope = random.uniform(-0.2f, 0.2f);
  paint(0, 0, width_, height_, [&](Light& pixel, int x, int y) {
    const float fx = static_cast<float>(x), fy = static_cast<float>(y);
    pixel = fy < horizon + slope * (fx - w / 2) ? sky * (0.6f + 0.4f * fy / h) : ground * (0.5f + 0.5f * fy / h);
  });
  for (int i = 8 + random.below(12); i > 0; --i) {
    const float x = random.uniform(0, w), y = random.uniform(0, h), size = random.uniform(0.02f, 0.25f) * h;
    if (random.below(2) == 0) {
      disc(x, y, size, colour());
    } else {
      rectangle(static_cast<int>(x), static_cast<int>(y), static_cast<int>(size), static_cast<int>(size * 1.5f),
                colour());
    }
  }
  // Texture: noise on a lattice, interpolated, of half the amplitude at each half of the scale.
  constexpr int kLattice = 64;
  std::vector<float> lattice(kLattice * kLattice);
  for (float& value : lattice) value = random.uniform(-1, 1);
  const auto corner = [&](int x, int y) {
    return lattice[static_cast<std::size_t>((y & (kLattice - 1)) * kLattice + (x & (kLattice - 1)))];
  };
  return paint(0, 0, width_, height_, [&](Light& pixel, int x, int y) {
    float sum = 0, amplitude = 24;
    for (float cell = h / 4; cell > h / 40; cell /= 2, amplitude /= 1.6f) {
      const float fx = static_cast<float>(x) / cell, fy = static_cast<float>(y) / cell;
      const int ix = static_cast<int>(fx), iy = static_cast<int>(fy);
      const float tx = fx - static_cast<float>(ix), ty = fy - static_cast<float>(iy);
      sum += amplitude * ((corner(ix, iy) * (1 - tx) + corner(ix + 1, iy) * tx) * (1 - ty) +
                          (corner(ix, iy + 1) * (1 - tx) + corner(ix + 1, iy + 1) * tx) * ty);
    }
    pixel = pixel + sum;
    pixel = {std::clamp(pixel.r, 0.0f, 255.0f), std::clamp(pixel.g, 0.0f, 255.0f), std::clamp(pixel.b, 0.0f, 255.0f)};
  });
}

Scene& Scene::dim(float factor) {
  for (Light& pixel : pixels_) pixel = pixel * factor;
  return *this;
}

Scene& Scene::dim_light(float factor) { return dim(std::pow(factor, 1 / 2.2f)); }

Scene& Scene::paste(const Scene& picture, int x, int y) {
  return paint(x, y, x + picture.width_, y + picture.height_,
               [&](Light& pixel, int px, int py) { pixel = const_cast<Scene&>(picture).at(px - x, py - y); });
}

Scene& Scene::sensor_noise(float sd, Random& random, bool chroma) {
  for (Light& pixel : pixels_) {
    if (chroma) {
      pixel = pixel + Light{sd * random.gaussian(), sd * random.gaussian(), sd * random.gaussian()};
    } else {
      pixel = pixel + sd * random.gaussian();
    }
  }
  return *this;
}

Scene& Scene::fixed_pattern(float sd, Random& random, bool columns) {
  std::vector<float> offsets(static_cast<std::size_t>(columns ? width_ : height_));
  for (float& offset : offsets) offset = sd * random.gaussian();
  return paint(0, 0, width_, height_,
               [&](Light& pixel, int x, int y) { pixel = pixel + offsets[static_cast<std::size_t>(columns ? x : y)]; });
}

Scene& Scene::hot_pixels(float per_megapixel, Random& random, bool smeared) {
  const float expected = per_megapixel * static_cast<float>(pixels_.size()) * 1e-6f;
  for (int i = static_cast<int>(expected + random.uniform(0, 1)); i > 0; --i) {
    const int x = random.below(width_), y = random.below(height_);
    const float light = random.uniform(100, 255);
    if (!smeared) {
      at(x, y) = {light, light, light};
      continue;
    }
    float Light::*const channel =
        std::array{&Light::r, &Light::g, &Light::b}[static_cast<std::size_t>(random.below(3))];
    paint(x - 1, y - 1, x + 2, y + 2, [&](Light& pixel, int px, int py) {
      pixel.*channel += std::ldexp(light, -std::abs(px - x) - std::abs(py - y));
    });
  }
  return *this;
}

Scene& Scene::falloff(Falloff shape, float amplitude) {
  const float cx = static_cast<float>(width_) / 2, cy = static_cast<float>(height_) / 2;
  return paint(0, 0, width_, height_, [&](Light& pixel, int x, int y) {
    const float dx = (static_cast<float>(x) - cx) / cx, dy = (static_cast<float>(y) - cy) / cy;
    const float square = (dx * dx + dy * dy) / 2;
    float share = 0;
    switch (shape) {
      case Falloff::kBrightMiddle:
        share = 1 / ((1 + square) * (1 + square)) * 4 / 3 - 1.0f / 3;  // cos⁴ of the angle to the axis, 1 to 0
        break;
      case Falloff::kBrightCorners:
        share = square * square;
        break;
      case Falloff::kDiagonal:
        share = (dx + dy + 2) / 4;
        break;
      case Falloff::kGlowInCorner:
        share = std::exp(-((dx - 1) * (dx - 1) + (dy - 1) * (dy - 1)) / 0.8f);
        break;
    }
    pixel = pixel + amplitude * share;
  });
}

Scene& Scene::codec_noise(int amplitude, int block, Random& random) {
  const int columns = (width_ + block - 1) / block, rows = (height_ + block - 1) / block;
  std::vector<float> offsets(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
  for (float& offset : offsets) offset = static_cast<float>(random.below(2 * amplitude + 1) - amplitude);
  return paint(0, 0, width_, height_, [&](Light& pixel, int x, int y) {
    const float fine = static_cast<float>(random.below(amplitude + 1)) - static_cast<float>(amplitude) / 2;
    const float offset = offsets[static_cast<std::size_t>(y / block * columns + x / block)] + fine;
    const float limit = static_cast<float>(amplitude);
    pixel = pixel + std::clamp(offset, -limit, limit);
  });
}

Frame Scene::render(std::size_t padding, std::uint8_t alpha) const {
  Frame frame{static_cast<std::uint32_t>(width_), static_cast<std::uint32_t>(height_), 0, {}};
  const std::size_t row = static_cast<std::size_t>(width_) * kBytesPerPixel;
  frame.stride = row + padding;
  frame.bytes.resize(frame.stride * frame.height);
  std::uint8_t* byte = frame.bytes.data();
  std::uint32_t garbage = 0x12345678;
  for (std::size_t i = 0; i < pixels_.size(); ++i) {
    *byte++ = to_byte(pixels_[i].r);
    *byte++ = to_byte(pixels_[i].g);
    *byte++ = to_byte(pixels_[i].b);
    *byte++ = alpha;
    if ((i + 1) % frame.width == 0) {
      for (std::size_t p = 0; p < padding; ++p)
        *byte++ = static_cast<std::uint8_t>((garbage = garbage * 1664525 + 1013904223) >> 24);
    }
  }
  return frame;
}

}  // namespace caseframe::test
