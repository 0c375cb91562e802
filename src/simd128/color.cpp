#include <cstring>

#include "buffer.hpp"
#include "simd128/kernels.hpp"
#include "simd128/vector.hpp"

namespace caseframe::simd128 {
namespace {

constexpr std::size_t kStep = 16;  // pixels a turn: one vector of samples

// Four pixels, in two ways a multiply-add can use: R beside B, and G beside minus one, which carries a constant along.
struct Pairs {
  v128_t red_blue;
  v128_t green_minus_one;
};

// libjpeg's weights, in 1/65536. Those of G for Y, and of B and R for Cb and Cr, are too large for 16 bits with a sign:
// one is halved and taken twice, the others are subtracted.
class Converter {
 public:
  [[nodiscard]] Pairs split(const std::uint8_t* rgbx) const {
    const v128_t pixels = wasm_v128_load(rgbx);
    return {wasm_v128_and(pixels, low_bytes_), wasm_v128_or(wasm_u16x8_shr(pixels, 8), minus_one_)};
  }

  [[nodiscard]] v128_t y(const Pairs& p) const {
    const v128_t green = wasm_i32x4_dot_i16x8(p.green_minus_one, y_green_);
    return wasm_i32x4_shr(wasm_i32x4_add(wasm_i32x4_dot_i16x8(p.red_blue, y_red_blue_), wasm_i32x4_add(green, green)),
                          16);
  }
  // Less 128, which makes them signed bytes.
  [[nodiscard]] v128_t cb(const Pairs& p) const { return centred(p, cb_green_, cb_red_blue_); }
  [[nodiscard]] v128_t cr(const Pairs& p) const { return centred(p, cr_green_, cr_red_blue_); }

  void store_centred(std::uint8_t* to, const v128_t* sums) const {
    const v128_t bytes =
        wasm_i8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(sums[0], sums[1]), wasm_i16x8_narrow_i32x4(sums[2], sums[3]));
    wasm_v128_store(to, wasm_v128_xor(bytes, middle_));
  }

 private:
  static v128_t centred(const Pairs& p, v128_t green_weights, v128_t red_blue_weights) {
    return wasm_i32x4_shr(wasm_i32x4_sub(wasm_i32x4_dot_i16x8(p.green_minus_one, green_weights),
                                         wasm_i32x4_dot_i16x8(p.red_blue, red_blue_weights)),
                          16);
  }

  v128_t low_bytes_ = constant<0x00FF00FF>();
  v128_t minus_one_ = pairs<0, -1>();
  v128_t middle_ = constant<0x80808080>();
  v128_t y_green_ = pairs<38470 / 2, -32768 / 2>();
  v128_t y_red_blue_ = pairs<19595, 7471>();
  v128_t cb_green_ = pairs<-21709, -32767>();
  v128_t cb_red_blue_ = pairs<11059, -32768>();
  v128_t cr_green_ = pairs<-27439, -32767>();
  v128_t cr_red_blue_ = pairs<-32768, 5329>();
};

void store_unsigned(std::uint8_t* to, const v128_t* sums) {
  wasm_v128_store(to, wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(sums[0], sums[1]),
                                              wasm_i16x8_narrow_i32x4(sums[2], sums[3])));
}

void convert(const Converter& to, const std::uint8_t* rgbx, std::uint8_t* y, std::uint8_t* cb, std::uint8_t* cr) {
  v128_t luma[4], blue[4], red[4];
  for (std::size_t i = 0; i < 4; ++i) {
    const Pairs pairs = to.split(rgbx + 16 * i);
    luma[i] = to.y(pairs);
    blue[i] = to.cb(pairs);
    red[i] = to.cr(pairs);
  }
  store_unsigned(y, luma);
  to.store_centred(cb, blue);
  to.store_centred(cr, red);
}

void convert_gray(const Converter& to, const std::uint8_t* rgbx, std::uint8_t* y) {
  v128_t luma[4];
  for (std::size_t i = 0; i < 4; ++i) luma[i] = to.y(to.split(rgbx + 16 * i));
  store_unsigned(y, luma);
}

}  // namespace

void rgbx_to_ycc(const std::uint8_t* rgbx, std::uint8_t* y, std::uint8_t* cb, std::uint8_t* cr, std::size_t width) {
  const Converter to;
  std::size_t x = 0;
  for (; x + kStep <= width; x += kStep) convert(to, rgbx + 4 * x, y + x, cb + x, cr + x);
  if (x == width) return;
  Scratch<4 * kStep> in;
  Scratch<kStep> out[3];
  std::memcpy(in.bytes, rgbx + 4 * x, 4 * (width - x));
  convert(to, in.bytes, out[0].bytes, out[1].bytes, out[2].bytes);
  std::memcpy(y + x, out[0].bytes, width - x);
  std::memcpy(cb + x, out[1].bytes, width - x);
  std::memcpy(cr + x, out[2].bytes, width - x);
}

void rgbx_to_gray(const std::uint8_t* rgbx, std::uint8_t* y, std::size_t width) {
  const Converter to;
  std::size_t x = 0;
  for (; x + kStep <= width; x += kStep) convert_gray(to, rgbx + 4 * x, y + x);
  if (x == width) return;
  Scratch<4 * kStep> in;
  Scratch<kStep> out;
  std::memcpy(in.bytes, rgbx + 4 * x, 4 * (width - x));
  convert_gray(to, in.bytes, out.bytes);
  std::memcpy(y + x, out.bytes, width - x);
}

}  // namespace caseframe::simd128
