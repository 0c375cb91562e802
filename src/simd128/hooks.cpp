// libjpeg-turbo's hooks: the names by which its encoder asks for faster kernels, as its own jsimd_*.c files answer.
// Those that are not here are answered by its jsimd_none.c (toolchain/LibjpegTurbo.cmake has the list).
#include <cstddef>
#include <cstdio>  // jpeglib.h names FILE
#include <cstring>

#include "simd128/kernels.hpp"

extern "C" {
#define JPEG_INTERNALS
#include <jinclude.h>
#include <jpeglib.h>
// Builds on the others, and says nothing of that.
#include <jsimd.h>
}

namespace simd128 = caseframe::simd128;

namespace {

// Fills up to `width` by repeating the last sample of the picture; libjpeg leaves room for it.
void expand(JSAMPARRAY rows, int count, JDIMENSION from, JDIMENSION width) {
  for (int i = 0; i < count && width > from; ++i) std::memset(rows[i] + from, rows[i][from - 1], width - from);
}

}  // namespace

extern "C" {

// RGBX is the only kind of picture that src/jpeg/encoder.cpp gives.
int jsimd_can_rgb_ycc(void) { return 1; }
int jsimd_can_rgb_gray(void) { return 1; }

void jsimd_rgb_ycc_convert(j_compress_ptr info, JSAMPARRAY in, JSAMPIMAGE out, JDIMENSION row, int rows) {
  for (int i = 0; i < rows; ++i, ++row) {
    simd128::rgbx_to_ycc(in[i], out[0][row], out[1][row], out[2][row], info->image_width);
  }
}

void jsimd_rgb_gray_convert(j_compress_ptr info, JSAMPARRAY in, JSAMPIMAGE out, JDIMENSION row, int rows) {
  for (int i = 0; i < rows; ++i, ++row) simd128::rgbx_to_gray(in[i], out[0][row], info->image_width);
}

int jsimd_can_h2v1_downsample(void) { return 1; }
int jsimd_can_h2v2_downsample(void) { return 1; }

void jsimd_h2v1_downsample(j_compress_ptr info, jpeg_component_info* component, JSAMPARRAY in, JSAMPARRAY out) {
  const JDIMENSION width = component->width_in_blocks * DCTSIZE;
  expand(in, info->max_v_samp_factor, info->image_width, 2 * width);
  for (int i = 0; i < component->v_samp_factor; ++i) simd128::downsample_h2v1(in[i], out[i], width);
}

void jsimd_h2v2_downsample(j_compress_ptr info, jpeg_component_info* component, JSAMPARRAY in, JSAMPARRAY out) {
  const JDIMENSION width = component->width_in_blocks * DCTSIZE;
  expand(in, info->max_v_samp_factor, info->image_width, 2 * width);
  for (int i = 0; i < component->v_samp_factor; ++i) {
    simd128::downsample_h2v2(in[2 * i], in[2 * i + 1], out[i], width);
  }
}

}  // extern "C"
