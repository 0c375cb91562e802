#include <cstring>

#include "../buffer.hpp"
#include "kernels.hpp"
#include "vector.hpp"

namespace caseframe::simd128 {
namespace {

constexpr std::size_t kStep = 16;  // pixels a turn: one vector of samples

// Four pixels, in two ways a multiply-add can use: R beside B, and G beside one, which carries a constant along.
struct Pairs {
  v128_t red_blue;
  v128_t green_one;
};

Pairs split(const std::uint8_t* rgbx) {
  const v128_t pixels = wasm_v128_load(rgbx);
  const v128_t low_bytes = wasm_i16x8_splat(0xFF);
  const v128_t green = wasm_v128_and(wasm_u16x8_shr(pixels, 8), wasm_i32x4_splat(0xFFFF));
  return {wasm_v128_and(pixels, low_bytes), wasm_v128_or(green, wasm_i32x4_splat(1 << 16))};
}

v128_t weights(std::int16_t first, std::int16_t second) {
  return wasm_i16x8_make(first, second, first, second, first, second, first, second);
}

// libjpeg's weights, in 1/65536. Those of G for Y, and of B and R for Cb and Cr, are too large for 16 bits with a sign:
// one is halved and taken twice, the others are subtracted.
v128_t y_of(const Pairs& p) {
  const v128_t green = wasm_i32x4_dot_i16x8(p.green_one, weights(38470 / 2, 32768 / 2));
  const v128_t sum =
      wasm_i32x4_add(wasm_i32x4_dot_i16x8(p.red_blue, weights(19595, 7471)), wasm_i32x4_add(green, green));
  return wasm_i32x4_shr(sum, 16);
}

// Less 128, which makes it a signed byte.
v128_t cb_of(const Pairs& p) {
  return wasm_i32x4_shr(wasm_i32x4_sub(wasm_i32x4_dot_i16x8(p.green_one, weights(-21709, 32767)),
                                       wasm_i32x4_dot_i16x8(p.red_blue, weights(11059, -32768))),
                        16);
}
v128_t cr_of(const Pairs& p) {
  return wasm_i32x4_shr(wasm_i32x4_sub(wasm_i32x4_dot_i16x8(p.green_one, weights(-27439, 32767)),
                                       wasm_i32x4_dot_i16x8(p.red_blue, weights(-32768, 5329))),
                        16);
}

void store_unsigned(std::uint8_t* to, const v128_t* sums) {
  wasm_v128_store(to, wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(sums[0], sums[1]),
                                              wasm_i16x8_narrow_i32x4(sums[2], sums[3])));
}

void store_centred(std::uint8_t* to, const v128_t* sums) {
  const v128_t bytes =
      wasm_i8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(sums[0], sums[1]), wasm_i16x8_narrow_i32x4(sums[2], sums[3]));
  wasm_v128_store(to, wasm_v128_xor(bytes, wasm_i8x16_splat(-128)));
}

void convert(const std::uint8_t* rgbx, std::uint8_t* y, std::uint8_t* cb, std::uint8_t* cr) {
  v128_t luma[4], blue[4], red[4];
  for (std::size_t i = 0; i < 4; ++i) {
    const Pairs pairs = split(rgbx + 16 * i);
    luma[i] = y_of(pairs);
    blue[i] = cb_of(pairs);
    red[i] = cr_of(pairs);
  }
  store_unsigned(y, luma);
  store_centred(cb, blue);
  store_centred(cr, red);
}

void convert_gray(const std::uint8_t* rgbx, std::uint8_t* y) {
  v128_t luma[4];
  for (std::size_t i = 0; i < 4; ++i) luma[i] = y_of(split(rgbx + 16 * i));
  store_unsigned(y, luma);
}

}  // namespace

void rgbx_to_ycc(const std::uint8_t* rgbx, std::uint8_t* y, std::uint8_t* cb, std::uint8_t* cr, std::size_t width) {
  std::size_t x = 0;
  for (; x + kStep <= width; x += kStep) convert(rgbx + 4 * x, y + x, cb + x, cr + x);
  if (x == width) return;
  Scratch<4 * kStep> in;
  Scratch<kStep> out[3];
  std::memcpy(in.bytes, rgbx + 4 * x, 4 * (width - x));
  convert(in.bytes, out[0].bytes, out[1].bytes, out[2].bytes);
  std::memcpy(y + x, out[0].bytes, width - x);
  std::memcpy(cb + x, out[1].bytes, width - x);
  std::memcpy(cr + x, out[2].bytes, width - x);
}

void rgbx_to_gray(const std::uint8_t* rgbx, std::uint8_t* y, std::size_t width) {
  std::size_t x = 0;
  for (; x + kStep <= width; x += kStep) convert_gray(rgbx + 4 * x, y + x);
  if (x == width) return;
  Scratch<4 * kStep> in;
  Scratch<kStep> out;
  std::memcpy(in.bytes, rgbx + 4 * x, 4 * (width - x));
  convert_gray(in.bytes, out.bytes);
  std::memcpy(y + x, out.bytes, width - x);
}

}  // namespace caseframe::simd128
