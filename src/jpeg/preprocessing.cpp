// Colour conversion and downsampling as libjpeg's modules, in place of its jccolor.c and jcsample.c: most of what those
// two hold is for pictures that encoder.cpp never gives, a sixth of the whole module.
#include "jpeg/module.hpp"

#ifdef CASEFRAME_SIMD128
#include "simd128/kernels.hpp"
namespace kernels = caseframe::simd128;
#else
#include "jpeg/kernels.hpp"
namespace kernels = caseframe::scalar;
#endif

namespace {

using caseframe::create_module;

void start(j_compress_ptr /*info*/) {}

void rgbx_to_ycc(j_compress_ptr info, JSAMPARRAY in, JSAMPIMAGE out, JDIMENSION row, int rows) {
  for (int i = 0; i < rows; ++i, ++row) {
    kernels::rgbx_to_ycc(in[i], out[0][row], out[1][row], out[2][row], info->image_width);
  }
}

void rgbx_to_gray(j_compress_ptr info, JSAMPARRAY in, JSAMPIMAGE out, JDIMENSION row, int rows) {
  for (int i = 0; i < rows; ++i, ++row) kernels::rgbx_to_gray(in[i], out[0][row], info->image_width);
}

// Repeats each row's last sample of the picture up to `width`; libjpeg leaves room for it.
void expand(JSAMPARRAY rows, int count, JDIMENSION from, JDIMENSION width) {
  for (int i = 0; i < count && width > from; ++i) std::memset(rows[i] + from, rows[i][from - 1], width - from);
}

// One row group of one component: as many of its rows as fall to max_v_samp_factor rows of the picture.
void downsample_component(j_compress_ptr info, const jpeg_component_info& component, JSAMPARRAY in, JSAMPARRAY out) {
  const JDIMENSION width = component.width_in_blocks * DCTSIZE;
  if (component.h_samp_factor == info->max_h_samp_factor) {
    for (int i = 0; i < component.v_samp_factor; ++i) std::memcpy(out[i], in[i], info->image_width);
    expand(out, component.v_samp_factor, info->image_width, width);
    return;
  }
  expand(in, info->max_v_samp_factor, info->image_width, 2 * width);
  for (int i = 0; i < component.v_samp_factor; ++i) {
    if (component.v_samp_factor == info->max_v_samp_factor) {
      kernels::downsample_h2v1(in[i], out[i], width);
    } else {
      kernels::downsample_h2v2(in[std::ptrdiff_t{2} * i], in[std::ptrdiff_t{2} * i + 1], out[i], width);
    }
  }
}

void downsample(j_compress_ptr info, JSAMPIMAGE in, JDIMENSION row, JSAMPIMAGE out, JDIMENSION group) {
  for (int i = 0; i < info->num_components; ++i) {
    const jpeg_component_info& component = info->comp_info[i];
    downsample_component(info, component, in[i] + row,
                         out[i] + std::size_t{group} * static_cast<std::size_t>(component.v_samp_factor));
  }
}

// Whether a component has all samples, half of them across, or half across and down.
bool is_known(j_compress_ptr info, const jpeg_component_info& component) {
  const bool full = component.h_samp_factor == info->max_h_samp_factor;
  const bool all_rows = component.v_samp_factor == info->max_v_samp_factor;
  return full ? all_rows
              : 2 * component.h_samp_factor == info->max_h_samp_factor &&
                    (all_rows || 2 * component.v_samp_factor == info->max_v_samp_factor);
}

}  // namespace

extern "C" {

void jinit_color_converter(j_compress_ptr info) {
  if (info->in_color_space != JCS_EXT_RGBX) ERREXIT(info, JERR_BAD_IN_COLORSPACE);
  auto* converter = create_module<jpeg_color_converter>(info);
  converter->start_pass = start;
  converter->color_convert = info->jpeg_color_space == JCS_GRAYSCALE ? rgbx_to_gray : rgbx_to_ycc;
  info->cconvert = converter;
}

void jinit_downsampler(j_compress_ptr info) {
  for (int i = 0; i < info->num_components; ++i) {
    if (!is_known(info, info->comp_info[i])) ERREXIT(info, JERR_FRACT_SAMPLE_NOTIMPL);
  }
  auto* downsampler = create_module<jpeg_downsampler>(info);
  downsampler->start_pass = start;
  downsampler->downsample = downsample;
  downsampler->need_context_rows = FALSE;
  info->downsample = downsampler;
}

}  // extern "C"
