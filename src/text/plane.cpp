#include "text/plane.hpp"

#include <algorithm>
#include <cstring>

#ifdef CASEFRAME_SIMD128
#include "simd128/vector.hpp"
#endif

namespace caseframe {
namespace {

std::uint32_t load(const std::uint8_t* rgba) {
  std::uint32_t pixel = 0;
  std::memcpy(&pixel, rgba, sizeof pixel);
  return pixel;
}
std::uint32_t red(std::uint32_t pixel) { return pixel & 255; }
std::uint32_t green(std::uint32_t pixel) { return pixel >> 8 & 255; }
std::uint32_t blue(std::uint32_t pixel) { return pixel >> 16 & 255; }

// A quarter of red, half of green and a quarter of blue, of 7 bits.
std::uint8_t brightness(std::uint32_t pixel) {
  return static_cast<std::uint8_t>((red(pixel) + 2 * green(pixel) + blue(pixel)) >> 3);
}

#ifdef CASEFRAME_SIMD128
// Of sixteen pixels.
v128_t brightnesses(const std::uint8_t* rgba) {
  const v128_t low_bytes = wasm_i32x4_splat(0x00FF00FF), red_blue = wasm_i16x8_splat(1), green = wasm_i32x4_splat(2);
  const auto four = [&](std::size_t i) {
    const v128_t pixels = wasm_v128_load(rgba + i * sizeof(v128_t));
    return wasm_i32x4_add(wasm_i32x4_dot_i16x8(wasm_v128_and(pixels, low_bytes), red_blue),
                          wasm_i32x4_dot_i16x8(wasm_u16x8_shr(pixels, 8), green));
  };
  const v128_t low = wasm_u16x8_shr(wasm_i16x8_narrow_i32x4(four(0), four(1)), 3);
  const v128_t high = wasm_u16x8_shr(wasm_i16x8_narrow_i32x4(four(2), four(3)), 3);
  return wasm_u8x16_narrow_i16x8(low, high);
}

// Of sixteen times 2 × 2 pixels, by the upper left and the lower right one.
v128_t colourfulnesses(const std::uint8_t* upper, const std::uint8_t* lower) {
  const auto four = [&](std::size_t i) {
    const auto at = [&](const std::uint8_t* row, std::size_t k) { return wasm_v128_load(row + k * sizeof(v128_t)); };
    const v128_t lefts = wasm_i32x4_shuffle(at(upper, 2 * i), at(upper, 2 * i + 1), 0, 2, 4, 6);
    const v128_t rights = wasm_i32x4_shuffle(at(lower, 2 * i), at(lower, 2 * i + 1), 1, 3, 5, 7);
    const v128_t red = wasm_u8x16_avgr(lefts, rights), green = wasm_u32x4_shr(red, 8), blue = wasm_u32x4_shr(red, 16);
    const v128_t high = wasm_u8x16_max(wasm_u8x16_max(red, green), blue);
    const v128_t low = wasm_u8x16_min(wasm_u8x16_min(red, green), blue);
    // Above the lowest byte of each pixel is what became of other channels.
    return wasm_v128_and(wasm_i8x16_sub(high, low), wasm_i32x4_splat(255));
  };
  const v128_t left = wasm_i16x8_narrow_i32x4(four(0), four(1)), right = wasm_i16x8_narrow_i32x4(four(2), four(3));
  return wasm_u8x16_shr(wasm_u8x16_narrow_i16x8(left, right), 1);
}

// Of sixteen times 2 × 2 samples.
v128_t means(const std::uint8_t* upper, const std::uint8_t* lower) {
  const auto eight = [&](std::size_t i) {
    const v128_t sums = wasm_i16x8_add(wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(upper + i)),
                                       wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(lower + i)));
    return wasm_u16x8_shr(wasm_i16x8_add(sums, wasm_i16x8_splat(2)), 2);
  };
  return wasm_u8x16_narrow_i16x8(eight(0), eight(16));
}
#endif

// Of each channel, rounded up: a + b = 2 (a | b) - (a ^ b).
std::uint32_t mean(std::uint32_t a, std::uint32_t b) { return (a | b) - ((a ^ b) >> 1 & 0x7F7F7F7F); }

}  // namespace

Result<Plane> Plane::allocate(Size size) {
  Plane plane;
  plane.size_ = size;
  plane.stride_ = std::size_t{plane.columns()} * kTextCell + 2 * std::size_t{kMargin};
  plane.stride_ = (plane.stride_ + kMargin - 1) / kMargin * kMargin;
  auto bytes = Buffer<std::uint8_t>::allocate(plane.stride_ *
                                              (std::size_t{plane.rows()} * kTextCell + 2 * std::size_t{kMargin}));
  if (!bytes) return bytes.error();
  plane.bytes_ = *std::move(bytes);
  return plane;
}

Result<Plane> Plane::brightness_of(const FrameView& frame) {
  auto plane = allocate(frame.size());
  if (!plane) return plane;
  for (std::uint32_t y = 0; y < frame.height(); ++y) {
    const std::uint8_t* rgba = frame.row(y);
    std::uint8_t* out = plane->row(y);
    std::size_t x = 0;
#ifdef CASEFRAME_SIMD128
    for (; x + 16 <= frame.width(); x += 16) wasm_v128_store(out + x, brightnesses(rgba + x * kBytesPerPixel));
#endif
    for (; x < frame.width(); ++x) out[x] = brightness(load(rgba + x * kBytesPerPixel));
  }
  plane->repeat_borders();
  return plane;
}

Result<Plane> Plane::colourfulness_of(const FrameView& frame) {
  auto plane = allocate({(frame.width() + 1) / 2, (frame.height() + 1) / 2});
  if (!plane) return plane;
  for (std::uint32_t y = 0; y < plane->size_.height; ++y) {
    // Of each 2 × 2 pixels the two of one diagonal: video has one colour for the four.
    const std::uint8_t *upper = frame.row(2 * y), *lower = frame.row(std::min(2 * y + 1, frame.height() - 1));
    std::uint8_t* out = plane->row(y);
    const auto write = [&](std::size_t x, std::size_t left, std::size_t right) {
      const std::uint32_t pixel = mean(load(upper + left * kBytesPerPixel), load(lower + right * kBytesPerPixel));
      const std::uint32_t high = std::max(std::max(red(pixel), green(pixel)), blue(pixel));
      const std::uint32_t low = std::min(std::min(red(pixel), green(pixel)), blue(pixel));
      out[x] = static_cast<std::uint8_t>((high - low) >> 1);
    };
    const std::size_t whole = frame.width() / 2;
    std::size_t x = 0;
#ifdef CASEFRAME_SIMD128
    constexpr std::size_t kStep = 2 * kBytesPerPixel;
    for (; x + 16 <= whole; x += 16) wasm_v128_store(out + x, colourfulnesses(upper + x * kStep, lower + x * kStep));
#endif
    for (; x < whole; ++x) write(x, 2 * x, 2 * x + 1);
    if (whole < plane->size_.width) write(whole, 2 * whole, 2 * whole);
  }
  plane->repeat_borders();
  return plane;
}

Result<Plane> Plane::halved() const {
  auto plane = allocate({(size_.width + 1) / 2, (size_.height + 1) / 2});
  if (!plane) return plane;
  for (std::uint32_t y = 0; y < plane->size_.height; ++y) {
    const std::uint8_t *upper = row(std::int64_t{y} * 2), *lower = upper + stride_;
    std::uint8_t* out = plane->row(y);
#ifdef CASEFRAME_SIMD128
    // Up to the margins and into them, which are written last.
    for (std::size_t x = 0; x < plane->size_.width; x += 16) {
      wasm_v128_store(out + x, means(upper + 2 * x, lower + 2 * x));
    }
#else
    for (std::size_t x = 0; x < plane->size_.width; ++x) {
      const int sum = upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1];
      out[x] = static_cast<std::uint8_t>((sum + 2) >> 2);
    }
#endif
  }
  plane->repeat_borders();
  return plane;
}

void Plane::repeat_borders() {
  const std::size_t after = stride_ - kMargin - size_.width;
  for (std::uint32_t y = 0; y < size_.height; ++y) {
    std::uint8_t* first = row(y);
    std::memset(first - kMargin, first[0], kMargin);
    std::memset(first + size_.width, first[size_.width - 1], after);
  }
  const std::int64_t last = std::int64_t{size_.height} - 1, end = std::int64_t{rows()} * kTextCell + kMargin;
  for (std::int64_t y = -std::int64_t{kMargin}; y < 0; ++y) std::memcpy(row(y) - kMargin, row(0) - kMargin, stride_);
  for (std::int64_t y = last + 1; y < end; ++y) std::memcpy(row(y) - kMargin, row(last) - kMargin, stride_);
}

}  // namespace caseframe
