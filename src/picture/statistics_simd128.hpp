// The statistics of a frame, eight pixels at a time: sums instead of a histogram, which vectors cannot make.
//
// Sums of 16 bits (Batch) go up to what they hold and are then flushed into wider ones. The 99.9th percentile needs a
// histogram of the brightest pixels only: `least_peak_` is what it is at least, pixels above are counted one by one,
// and once they are too many it rises. After some rows hardly any pixel is above it.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "buffer.hpp"
#include "picture/statistics.hpp"
#include "simd128/vector.hpp"

namespace caseframe::simd128 {

class Statistics {
 public:
  explicit Statistics(std::uint64_t pixels) : most_above_(most_above_peak(pixels)) {}

  // Adds columns [x0, x1) of rows [y0, y1): each pixel once in all.
  CellSums add_cell(const FrameView& frame, std::uint32_t x0, std::uint32_t x1, std::uint32_t y0, std::uint32_t y1) {
    const Weights weights;
    const std::uint32_t whole = x1 - (x1 - x0) % kStep;
    CellSums sums;
    Batch batch;
    for (std::uint32_t y = y0; y < y1; ++y) {
      const std::uint8_t* row = frame.row(y);
      std::uint32_t x = x0;
      while (x < whole) {
        const std::uint32_t start = x, end = std::min(whole, x + (kMostSteps - batch.steps) * kStep);
        v128_t highest = wasm_i32x4_splat(0);
        for (; x < end; x += kStep) {
          const v128_t lumas = add_eight(row + std::size_t{x} * kBytesPerPixel, weights, batch);
          highest = wasm_i16x8_max(highest, lumas);
        }
        if (wasm_v128_any_true(above_peak(highest))) count_bright(row, start, end, weights);
        batch.steps += (end - start) / kStep;
        if (batch.steps == kMostSteps) flush(batch, sums);
      }
      for (; x < x1; ++x) add_one(row + std::size_t{x} * kBytesPerPixel, sums);
    }
    flush(batch, sums);
    return sums;
  }

  [[nodiscard]] LumaStatistics lumas() const {
    LumaStatistics lumas = lumas_;
    lumas.sum += total(sums_);
    lumas.squares += total(squares_);
    lumas.dark -= total(light_);
    lumas.peak = least_peak_;
    return lumas;
  }

  // How many pixels have a channel below `low`'s or above `high`'s: another pass, for a frame that is about to be
  // rejected.
  [[nodiscard]] static std::uint64_t outside(const FrameView& frame, const Colour& low, const Colour& high) {
    const v128_t lowest = rgba(low, 0), highest = rgba(high, 255);
    const std::uint32_t whole = frame.width() - frame.width() % 4;
    std::uint64_t count = 0;
    for (std::uint32_t y = 0; y < frame.height(); ++y) {
      const std::uint8_t* pixel = frame.row(y);
      v128_t counts = wasm_i32x4_splat(0);
      std::uint32_t x = 0;
      for (; x < whole; x += 4, pixel += std::size_t{4} * kBytesPerPixel) {
        const v128_t pixels = wasm_v128_load(pixel);
        const v128_t clamped = wasm_u8x16_min(wasm_u8x16_max(pixels, lowest), highest);
        counts = wasm_i32x4_sub(counts, wasm_i32x4_eq(pixels, clamped));
      }
      v128_t totals = wasm_i32x4_splat(0);
      add(totals, counts);
      count += whole - total(totals);
      for (; x < frame.width(); ++x, pixel += kBytesPerPixel) count += is_outside(pixel, low, high);
    }
    return count;
  }

 private:
  static constexpr std::uint32_t kStep = 8;
  // As many as sums of 16 bits can take: two bytes a lane and step.
  static constexpr std::uint32_t kMostSteps = 128;

  struct Weights {
    v128_t low_bytes = constant<0x00FF00FF>();
    v128_t red_blue = pairs<kLumaRed, kLumaBlue>();
    v128_t green = pairs<kLumaGreen, 0>();
    v128_t dark = pairs<kDarkLuma, kDarkLuma>();
  };

  struct Batch {
    v128_t red_blue = wasm_i32x4_splat(0);     // 16-bit sums
    v128_t green_alpha = wasm_i32x4_splat(0);  // likewise
    v128_t luma = wasm_i32x4_splat(0);         // likewise
    v128_t squares = wasm_i32x4_splat(0);      // 32-bit sums
    v128_t light = wasm_i32x4_splat(0);        // 16-bit counts of those that are not dark
    std::uint32_t steps = 0;
  };

  static v128_t rgba(const Colour& colour, std::uint32_t alpha) {
    const std::uint32_t red = colour[0], green = colour[1], blue = colour[2];
    return wasm_i32x4_splat(static_cast<std::int32_t>(red | green << 8U | blue << 16U | alpha << 24U));
  }

  struct Pixels {  // four
    v128_t red_blue;
    v128_t green_alpha;
  };
  static Pixels load(const std::uint8_t* rgba, const Weights& weights) {
    const v128_t pixels = wasm_v128_load(rgba);
    return {wasm_v128_and(pixels, weights.low_bytes), wasm_u16x8_shr(pixels, 8)};
  }

  // In 16 bits each.
  static v128_t lumas_of(const Pixels& first, const Pixels& second, const Weights& weights) {
    const auto twice = [&](const Pixels& pixels) {
      const v128_t sum = wasm_i32x4_add(wasm_i32x4_dot_i16x8(pixels.red_blue, weights.red_blue),
                                        wasm_i32x4_dot_i16x8(pixels.green_alpha, weights.green));
      return wasm_u32x4_shr(sum, kLumaBits - 1);
    };
    // Halved by an average with nothing, which rounds up.
    return wasm_u16x8_avgr(wasm_i16x8_narrow_i32x4(twice(first), twice(second)), wasm_i32x4_splat(0));
  }

  static v128_t add_eight(const std::uint8_t* rgba, const Weights& weights, Batch& batch) {
    const Pixels first = load(rgba, weights), second = load(rgba + 16, weights);
    const v128_t lumas = lumas_of(first, second, weights);
    batch.red_blue = wasm_i16x8_add(batch.red_blue, wasm_i16x8_add(first.red_blue, second.red_blue));
    batch.green_alpha = wasm_i16x8_add(batch.green_alpha, wasm_i16x8_add(first.green_alpha, second.green_alpha));
    batch.luma = wasm_i16x8_add(batch.luma, lumas);
    batch.squares = wasm_i32x4_add(batch.squares, wasm_i32x4_dot_i16x8(lumas, lumas));
    batch.light = wasm_i16x8_sub(batch.light, wasm_i16x8_gt(lumas, weights.dark));
    return lumas;
  }

  void add_one(const std::uint8_t* rgba, CellSums& sums) {
    for (std::size_t channel = 0; channel < 3; ++channel) sums.channels[channel] += rgba[channel];
    sums.opaque = sums.opaque || rgba[3] != 0;
    const std::uint32_t value = luma(rgba[0], rgba[1], rgba[2]);
    lumas_.sum += value;
    lumas_.squares += std::uint64_t{value} * value;
    if (value <= kDarkLuma) ++lumas_.dark;
    if (value > least_peak_) count(value);
  }

  [[nodiscard]] v128_t above_peak(v128_t lumas) const {
    return wasm_i16x8_gt(lumas, wasm_i16x8_splat(static_cast<std::int16_t>(least_peak_)));
  }

  // A second pass over a row: only pixels above what the peak is at least can still raise it, and soon there are few.
  void count_bright(const std::uint8_t* row, std::uint32_t x, std::uint32_t end, const Weights& weights) {
    Scratch<16> values;
    for (; x < end; x += kStep) {
      const std::uint8_t* rgba = row + std::size_t{x} * kBytesPerPixel;
      const v128_t lumas = lumas_of(load(rgba, weights), load(rgba + 16, weights), weights);
      std::uint32_t which = wasm_i16x8_bitmask(above_peak(lumas));
      if (which == 0) continue;
      wasm_v128_store(values.bytes, lumas);
      for (; which != 0; which &= which - 1) {
        const std::uint8_t value = values.bytes[std::size_t{2} * static_cast<std::size_t>(std::countr_zero(which))];
        if (value > least_peak_) count(value);
      }
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

  void flush(Batch& batch, CellSums& sums) {
    // Four lanes of each channel, then each channel in a lane.
    const v128_t low_half = constant<0x0000FFFF>();
    const v128_t red = wasm_v128_and(batch.red_blue, low_half), blue = wasm_u32x4_shr(batch.red_blue, 16);
    const v128_t green = wasm_v128_and(batch.green_alpha, low_half), alpha = wasm_u32x4_shr(batch.green_alpha, 16);
    const v128_t red_green = sum_of_pairs(red, green), blue_alpha = sum_of_pairs(blue, alpha);
    const v128_t all = wasm_i32x4_add(wasm_i64x2_shuffle(red_green, blue_alpha, 0, 2),
                                      wasm_i64x2_shuffle(red_green, blue_alpha, 1, 3));
    sums.channels[0] += static_cast<std::uint32_t>(wasm_i32x4_extract_lane(all, 0));
    sums.channels[1] += static_cast<std::uint32_t>(wasm_i32x4_extract_lane(all, 1));
    sums.channels[2] += static_cast<std::uint32_t>(wasm_i32x4_extract_lane(all, 2));
    sums.opaque = sums.opaque || wasm_i32x4_extract_lane(all, 3) != 0;

    add(sums_, wasm_u32x4_extadd_pairwise_u16x8(batch.luma));
    add(squares_, batch.squares);
    add(light_, wasm_u32x4_extadd_pairwise_u16x8(batch.light));
    lumas_.dark += std::uint64_t{batch.steps} * kStep;
    batch = {};
  }

  // a0 + a2, b0 + b2, a1 + a3, b1 + b3, of 32-bit lanes.
  static v128_t sum_of_pairs(v128_t a, v128_t b) {
    return wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), wasm_i32x4_shuffle(a, b, 2, 6, 3, 7));
  }
  static void add(v128_t& totals, v128_t counts) {
    totals = wasm_i64x2_add(totals,
                            wasm_i64x2_add(wasm_u64x2_extend_low_u32x4(counts), wasm_u64x2_extend_high_u32x4(counts)));
  }
  static std::uint64_t total(v128_t totals) {
    return static_cast<std::uint64_t>(wasm_i64x2_extract_lane(totals, 0) + wasm_i64x2_extract_lane(totals, 1));
  }

  std::uint64_t most_above_;
  std::uint64_t above_ = 0;                  // pixels above least_peak_
  std::uint8_t least_peak_ = 0;              // what the peak is at least
  std::array<std::uint32_t, 256> bright_{};  // exact above least_peak_
  v128_t sums_ = wasm_i32x4_splat(0);        // 64-bit sums
  v128_t squares_ = wasm_i32x4_splat(0);     // likewise
  v128_t light_ = wasm_i32x4_splat(0);       // likewise
  LumaStatistics lumas_;                     // beside those sums; all that was added by eight is dark here
};

}  // namespace caseframe::simd128
