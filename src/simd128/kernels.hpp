// What the encoder does most, for WebAssembly SIMD128. Each kernel gives the very bytes that libjpeg-turbo's C gives
// (tests/cpp/simd128/kernels_test.cpp compares them); src/jpeg/ makes libjpeg's modules of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace caseframe::simd128 {

inline constexpr std::size_t kBlockSize = 64;

// `width` pixels of RGBX to as many samples each. Reads and writes nothing beyond them.
void rgbx_to_ycc(const std::uint8_t* rgbx, std::uint8_t* y, std::uint8_t* cb, std::uint8_t* cr, std::size_t width);
void rgbx_to_gray(const std::uint8_t* rgbx, std::uint8_t* y, std::size_t width);

// `width` samples, a multiple of 8, from twice as many in one row or in each of two; halves are rounded up and down in
// turn, quarters as well.
void downsample_h2v1(const std::uint8_t* samples, std::uint8_t* out, std::size_t width);
void downsample_h2v2(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t* out, std::size_t width);

// Eight samples from `column` on in each of eight rows, less 128, through Loeffler, Ligtenberg and Moschytz's DCT in
// 13-bit fixed point ("islow"), which makes them 8 times as large as the true one, and each over its divisor. For
// `reciprocals` see quantize.hpp.
void fdct_quantize(const std::uint8_t* const* rows, std::size_t column, const float* reciprocals,
                   std::int16_t* coefficients);

// The coefficients in zigzag order, saturated to -128..127, a byte each. Bit k of the answer is set where the k-th is
// not zero.
std::uint64_t zigzag(const std::int16_t* block, std::uint8_t* out);

}  // namespace caseframe::simd128
