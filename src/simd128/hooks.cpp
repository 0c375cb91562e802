// libjpeg-turbo's hooks: the names by which its encoder asks for faster kernels, as its own jsimd_*.c files answer.
// Those that are not here are answered by its jsimd_none.c (toolchain/LibjpegTurbo.cmake has the list).
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>  // jpeglib.h names FILE
#include <cstring>

#include "huffman.hpp"
#include "kernels.hpp"
#include "quantize.hpp"

extern "C" {
#define JPEG_INTERNALS
#include <jinclude.h>
#include <jpeglib.h>
// These build on the others, and say nothing of that.
#include <jdct.h>
#include <jsimd.h>
#include <jsimddct.h>
}

namespace simd128 = caseframe::simd128;

namespace {

// Fills up to `width` by repeating the last sample of the picture; libjpeg leaves room for it.
void expand(JSAMPARRAY rows, int count, JDIMENSION from, JDIMENSION width) {
  for (int i = 0; i < count && width > from; ++i) std::memset(rows[i] + from, rows[i][from - 1], width - from);
}

// The head of jchuff.c's working_state.
struct WorkingState {
  JOCTET* next_output_byte;
  std::size_t free_in_buffer;
  std::uint64_t bits;
  int free_bits;
};

// Of luma and of chroma, made when first met in a pass.
struct NamedCodes {
  const c_derived_tbl* dc;
  const c_derived_tbl* ac;
  simd128::BlockCodes codes;
};
std::array<NamedCodes, 2> all_codes;

const simd128::BlockCodes& codes_of(const c_derived_tbl* dc, const c_derived_tbl* ac) {
  const auto is_it = [&](const NamedCodes& it) { return it.dc == dc && it.ac == ac; };
  NamedCodes& it = is_it(all_codes[0]) || all_codes[0].ac == nullptr ? all_codes[0] : all_codes[1];
  if (!is_it(it)) {
    it.dc = dc;
    it.ac = ac;
    it.codes.build({dc->ehufco, dc->ehufsi}, {ac->ehufco, ac->ehufsi});
  }
  return it.codes;
}

}  // namespace

extern "C" {

// RGBX is the only kind of picture that src/jpeg.cpp gives.
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

int jsimd_can_convsamp(void) { return 1; }
int jsimd_can_fdct_islow(void) { return 1; }
int jsimd_can_quantize(void) { return 1; }

// All three at once, in the last of them: neither samples nor sums need lie in memory in between. The block that they
// would have passed on says where the samples are.
struct Place {
  JSAMPARRAY rows;
  JDIMENSION column;
};
void jsimd_convsamp(JSAMPARRAY rows, JDIMENSION column, DCTELEM* block) {
  const Place place{rows, column};
  std::memcpy(block, &place, sizeof place);
}
void jsimd_fdct_islow(DCTELEM* /*block*/) {}

// `divisors` are four tables of 64, of which corrections are the second. The last two are what reciprocals of 32 bits
// take; the first correction, never zero before, says whether they are there.
void jsimd_quantize(JCOEFPTR coefficients, DCTELEM* divisors, DCTELEM* block) {
  DCTELEM* corrections = divisors + DCTSIZE2;
  auto* reciprocals = reinterpret_cast<float*>(divisors + 2 * DCTSIZE2);
  if (corrections[0] != 0) {
    simd128::prepare_quantization(corrections, reciprocals);
    corrections[0] = 0;
  }
  Place place;
  std::memcpy(&place, block, sizeof place);
  simd128::transform(place.rows, place.column, reciprocals, coefficients);
}

// Asked at the start of each pass, when tables may be new.
int jsimd_can_huff_encode_one_block(void) {
  for (NamedCodes& it : all_codes) it.dc = it.ac = nullptr;
  return 1;
}

// `out` has room for the longest block (jchuff.c's BUFSIZE).
JOCTET* jsimd_huff_encode_one_block(void* state, JOCTET* out, JCOEFPTR block, int last_dc, c_derived_tbl* dc,
                                    c_derived_tbl* ac) {
  auto* working = static_cast<WorkingState*>(state);
  return simd128::encode_block(working->bits, working->free_bits, out, block, last_dc, codes_of(dc, ac));
}

}  // extern "C"
