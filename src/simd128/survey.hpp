// The one look that is taken at every pixel, sixteen at a time and without a histogram of them all.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "../buffer.hpp"
#include "../survey.hpp"
#include "vector.hpp"

namespace caseframe::simd128 {

class Survey {
 public:
  explicit Survey(std::uint64_t pixels) : most_above_(most_above_peak(pixels)) {}

  // Columns [x0, x1) of rows [y0, y1), each pixel once in all.
  CellSums cell(const FrameView& frame, std::uint32_t x0, std::uint32_t x1, std::uint32_t y0, std::uint32_t y1) {
    CellSums sums;
    Batch batch;
    for (std::uint32_t y = y0; y < y1; ++y) {
      const std::uint8_t* row = frame.row(y);
      std::uint32_t x = x0;
      for (; x + kStep <= x1; x += kStep) {
        look(row + std::size_t{x} * kBytesPerPixel, batch);
        if (++batch.steps == kMostSteps) settle(batch, sums);
      }
      for (; x < x1; ++x) look_at_one(row + std::size_t{x} * kBytesPerPixel, sums);
    }
    settle(batch, sums);
    return sums;
  }

  [[nodiscard]] Lumas lumas() const {
    Lumas lumas = lumas_;
    lumas.peak = least_peak_;
    return lumas;
  }

 private:
  static constexpr std::uint32_t kStep = 16;
  // As many as sums of 16 bits can take: four bytes a lane and step.
  static constexpr std::uint32_t kMostSteps = 64;

  struct Batch {
    v128_t red_blue = wasm_i32x4_splat(0);     // 16-bit sums
    v128_t green_alpha = wasm_i32x4_splat(0);  // likewise
    v128_t luma = wasm_i32x4_splat(0);         // likewise
    v128_t squares = wasm_i32x4_splat(0);      // 32-bit sums
    v128_t dark = wasm_i32x4_splat(0);         // 8-bit counts
    std::uint32_t steps = 0;
  };

  void look(const std::uint8_t* rgba, Batch& batch) {
    const v128_t red_blue_weights = wasm_i32x4_splat(kLumaRed | kLumaBlue << 16);
    const v128_t green_weights = wasm_i32x4_splat(kLumaGreen);
    const v128_t half = wasm_i32x4_splat(1 << (kLumaBits - 1));
    const auto luma_of_four = [&](std::size_t i) {
      const v128_t pixels = wasm_v128_load(rgba + 16 * i);
      const v128_t red_blue = wasm_v128_and(pixels, wasm_i16x8_splat(0xFF));
      const v128_t green_alpha = wasm_u16x8_shr(pixels, 8);
      batch.red_blue = wasm_i16x8_add(batch.red_blue, red_blue);
      batch.green_alpha = wasm_i16x8_add(batch.green_alpha, green_alpha);
      const v128_t sum = wasm_i32x4_add(wasm_i32x4_dot_i16x8(red_blue, red_blue_weights),
                                        wasm_i32x4_dot_i16x8(green_alpha, green_weights));
      return wasm_u32x4_shr(wasm_i32x4_add(sum, half), kLumaBits);
    };
    const v128_t low = wasm_i16x8_narrow_i32x4(luma_of_four(0), luma_of_four(1));
    const v128_t high = wasm_i16x8_narrow_i32x4(luma_of_four(2), luma_of_four(3));
    const v128_t lumas = wasm_u8x16_narrow_i16x8(low, high);
    batch.luma = wasm_i16x8_add(batch.luma, wasm_i16x8_add(low, high));
    batch.squares =
        wasm_i32x4_add(batch.squares, wasm_i32x4_add(wasm_i32x4_dot_i16x8(low, low), wasm_i32x4_dot_i16x8(high, high)));
    batch.dark = wasm_i8x16_sub(batch.dark, wasm_u8x16_le(lumas, wasm_i8x16_splat(kDarkLuma)));
    const v128_t bright = wasm_u8x16_gt(lumas, wasm_i8x16_splat(static_cast<std::int8_t>(least_peak_)));
    if (wasm_v128_any_true(bright)) count_bright(lumas, wasm_i8x16_bitmask(bright));
  }

  void look_at_one(const std::uint8_t* rgba, CellSums& sums) {
    for (std::size_t channel = 0; channel < 3; ++channel) sums.channels[channel] += rgba[channel];
    sums.opaque = sums.opaque || rgba[3] != 0;
    const std::uint32_t value = luma(rgba[0], rgba[1], rgba[2]);
    lumas_.sum += value;
    lumas_.squares += value * value;
    if (value <= kDarkLuma) ++lumas_.dark;
    if (value > least_peak_) count(value);
  }

  // Only pixels above what the peak is at least can still raise it: soon there are few.
  void count_bright(v128_t lumas, std::uint32_t which) {
    Scratch<kStep> values;
    wasm_v128_store(values.bytes, lumas);
    for (; which != 0; which &= which - 1) {
      const std::uint8_t value = values.bytes[std::countr_zero(which)];
      if (value > least_peak_) count(value);
    }
  }

  void count(std::uint32_t value) {
    ++bright_[value];
    if (++above_ <= most_above_) return;
    // Too many: the peak is where they stop being too many, or higher.
    std::uint64_t above = 0;
    std::uint32_t peak = 255;
    while (above + bright_[peak] <= most_above_) above += bright_[peak--];
    least_peak_ = static_cast<std::uint8_t>(peak);
    above_ = above;
  }

  void settle(Batch& batch, CellSums& sums) {
    alignas(16) std::array<std::uint16_t, 8> lanes;
    const auto all = [&](v128_t vector) -> const auto& {
      wasm_v128_store(lanes.data(), vector);
      return lanes;
    };
    all(batch.red_blue);
    for (std::size_t i = 0; i < 8; i += 2) sums.channels[0] += lanes[i], sums.channels[2] += lanes[i + 1];
    all(batch.green_alpha);
    for (std::size_t i = 0; i < 8; i += 2) sums.channels[1] += lanes[i], sums.opaque = sums.opaque || lanes[i + 1] != 0;
    for (const std::uint16_t lane : all(batch.luma)) lumas_.sum += lane;
    alignas(16) std::array<std::uint32_t, 4> squares;
    wasm_v128_store(squares.data(), batch.squares);
    for (const std::uint32_t lane : squares) lumas_.squares += lane;
    for (const std::uint16_t lane : all(wasm_u16x8_extadd_pairwise_u8x16(batch.dark))) lumas_.dark += lane;
    batch = {};
  }

  std::uint64_t most_above_;
  std::uint64_t above_ = 0;                  // pixels above least_peak_
  std::uint8_t least_peak_ = 0;              // what the peak is at least
  std::array<std::uint32_t, 256> bright_{};  // exact above least_peak_
  Lumas lumas_;
};

}  // namespace caseframe::simd128
