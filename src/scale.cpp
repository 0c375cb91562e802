#include "scale.hpp"

#include <algorithm>

namespace caseframe {
namespace {

constexpr std::uint32_t kChannels = 3;

// Adds one source row, squeezed to `width` pixels, to `sums` with a weight. Positions are counted in units of
// 1 / (source width × target width), in which both pixel grids fall on whole numbers: a source pixel is `width` long,
// a target pixel `picture.width`.
void add_row(const std::uint8_t* row, std::uint32_t source_width, std::uint32_t width, std::uint64_t weight,
             std::uint64_t* sums) {
  std::uint32_t x = 0;
  std::uint32_t left_of_pixel = width;  // of source pixel x, what no target pixel has taken yet
  for (std::uint32_t i = 0; i < width; ++i, sums += kChannels) {
    std::uint32_t wanted = source_width;
    std::uint32_t r = 0;  // at most 255 × source_width: 24 bits
    std::uint32_t g = 0;
    std::uint32_t b = 0;
    while (wanted > 0) {
      const std::uint8_t* pixel = row + std::size_t{x} * kBytesPerPixel;
      const std::uint32_t share = std::min(wanted, left_of_pixel);
      r += share * pixel[0];
      g += share * pixel[1];
      b += share * pixel[2];
      wanted -= share;
      left_of_pixel -= share;
      if (left_of_pixel == 0) {
        left_of_pixel = width;
        ++x;
      }
    }
    sums[0] += weight * r;
    sums[1] += weight * g;
    sums[2] += weight * b;
  }
}

}  // namespace

Size fit(Size size, std::uint32_t max_width, std::uint32_t max_height) {
  const std::uint64_t limit_x = max_width == 0 ? size.width : std::min(max_width, size.width);
  const std::uint64_t limit_y = max_height == 0 ? size.height : std::min(max_height, size.height);
  const auto scaled = [](std::uint64_t side, std::uint64_t by, std::uint64_t of) {
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, (side * by + of / 2) / of));
  };
  if (limit_x * size.height <= limit_y * size.width) {
    return {static_cast<std::uint32_t>(limit_x), scaled(size.height, limit_x, size.width)};
  }
  return {scaled(size.width, limit_y, size.height), static_cast<std::uint32_t>(limit_y)};
}

Result<Buffer<std::uint8_t>> downscale(const Picture& picture, Size target) {
  const std::size_t samples = std::size_t{target.width} * kChannels;
  auto sums = Buffer<std::uint64_t>::allocate(samples);
  if (!sums) return sums.error();
  auto pixels = Buffer<std::uint8_t>::allocate(std::size_t{target.width} * target.height * kBytesPerPixel);
  if (!pixels) return pixels.error();

  // Sums stay below 255 × 65500², well inside the 53 bits of a double, and a quotient that is no whole number is
  // further from one than a double's precision: dividing and cutting rounds half up, as exact arithmetic would.
  // (Multiplying by the reciprocal does not.)
  const double area = static_cast<double>(picture.width) * picture.height();
  const double half = area / 2;
  std::uint32_t y = 0;
  std::uint32_t left_of_row = target.height;
  std::uint8_t* out = pixels->data();
  for (std::uint32_t j = 0; j < target.height; ++j) {
    std::fill(sums->begin(), sums->end(), 0);
    std::uint32_t wanted = picture.height();
    while (wanted > 0) {
      const std::uint32_t share = std::min(wanted, left_of_row);
      add_row(picture.rows[y], picture.width, target.width, share, sums->data());
      wanted -= share;
      left_of_row -= share;
      if (left_of_row == 0) {
        left_of_row = target.height;
        ++y;
      }
    }
    for (const std::uint64_t* sum = sums->begin(); sum != sums->end(); sum += kChannels, out += kBytesPerPixel) {
      for (std::uint32_t c = 0; c < kChannels; ++c) {
        out[c] = static_cast<std::uint8_t>((static_cast<double>(sum[c]) + half) / area);
      }
      out[3] = 255;
    }
  }
  return pixels;
}

}  // namespace caseframe
