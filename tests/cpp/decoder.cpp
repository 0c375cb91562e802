#include "decoder.hpp"

#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h names FILE

extern "C" {
#include <jpeglib.h>
}

namespace caseframe::test {
namespace {

struct ErrorManager : jpeg_error_mgr {
  std::jmp_buf back;
};

void leave(j_common_ptr info) { std::longjmp(static_cast<ErrorManager*>(info->err)->back, 1); }
void count(j_common_ptr info, int level) {
  if (level < 0) ++info->err->num_warnings;
}
void ignore(j_common_ptr /*info*/) {}

// The source is the whole file: whoever asks for more has run beyond its end.
void ignore_source(j_decompress_ptr /*info*/) {}
boolean end_of_source(j_decompress_ptr info) {
  leave(reinterpret_cast<j_common_ptr>(info));
  return FALSE;
}
void skip(j_decompress_ptr info, long count) {
  if (static_cast<std::size_t>(count) > info->src->bytes_in_buffer) end_of_source(info);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= static_cast<std::size_t>(count);
}

// No object with a destructor may live here: longjmp would pass it by.
bool decode_into(Decoded& image, std::span<const std::uint8_t> jpeg) {
  jpeg_decompress_struct info{};
  ErrorManager errors{};
  errors.error_exit = leave;
  errors.emit_message = count;
  errors.output_message = ignore;
  errors.reset_error_mgr = ignore;
  info.err = &errors;
  if (setjmp(errors.back) != 0) {
    jpeg_destroy_decompress(&info);
    return false;
  }
  jpeg_source_mgr source{jpeg.data(),  jpeg.size(), ignore_source, end_of_source, skip, jpeg_resync_to_restart,
                         ignore_source};
  jpeg_create_decompress(&info);
  info.src = &source;
  jpeg_read_header(&info, TRUE);
  info.dct_method = JDCT_ISLOW;
  info.do_fancy_upsampling = TRUE;
  jpeg_start_decompress(&info);
  image.width = info.output_width;
  image.height = info.output_height;
  image.components = info.num_components;
  image.luma_across = info.comp_info[0].h_samp_factor;
  image.luma_down = info.comp_info[0].v_samp_factor;
  image.progressive = info.progressive_mode != 0;
  const std::size_t row = std::size_t{info.output_width} * static_cast<std::size_t>(info.output_components);
  image.rgb.resize(row * info.output_height);
  while (info.output_scanline < info.output_height) {
    JSAMPROW out = image.rgb.data() + row * info.output_scanline;
    jpeg_read_scanlines(&info, &out, 1);
  }
  jpeg_finish_decompress(&info);
  const bool clean = errors.num_warnings == 0 && source.bytes_in_buffer == 0;
  jpeg_destroy_decompress(&info);
  return clean;
}

}  // namespace

std::optional<Decoded> decode(std::span<const std::uint8_t> jpeg) {
  Decoded image;
  if (!decode_into(image, jpeg)) return std::nullopt;
  return image;
}

}  // namespace caseframe::test
