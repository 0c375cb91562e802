// Colour conversion and downsampling in plain C++: the bytes are those of libjpeg's jccolor.c and jcsample.c. With
// SIMD128 the functions of the same names in simd128/kernels.hpp take their place.
#pragma once

#include <cstddef>
#include <cstdint>

namespace caseframe::scalar {

// `width` pixels of RGBX to as many samples each, after JFIF 1.02 in 16-bit fixed point; halves of chroma go down.
void rgbx_to_ycc(const std::uint8_t* rgbx, std::uint8_t* y, std::uint8_t* cb, std::uint8_t* cr, std::size_t width);
void rgbx_to_gray(const std::uint8_t* rgbx, std::uint8_t* y, std::size_t width);

// `width` samples from twice as many in one row or in each of two; halves are rounded down and up in turn, quarters as
// well.
void downsample_h2v1(const std::uint8_t* samples, std::uint8_t* out, std::size_t width);
void downsample_h2v2(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t* out, std::size_t width);

}  // namespace caseframe::scalar
