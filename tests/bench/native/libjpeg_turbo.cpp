// The limit: libjpeg-turbo as the system packages it, with what src/jpeg.cpp asks of ours: 4:2:0, integer DCT, standard
// Huffman tables, one buffer in memory.
#include <array>

#include "rounds.hpp"

extern "C" {
#include <jpeglib.h>
}

namespace {

using caseframe::bench::Input;

std::size_t encode(Input& input) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* file = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &file, &size);
  info.image_width = input.width;
  info.image_height = input.height;
  info.input_components = 4;
  info.in_color_space = JCS_EXT_RGBX;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, input.quality, TRUE);
  info.dct_method = JDCT_ISLOW;
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = input.pixels.data() + std::size_t{info.next_scanline} * info.image_width * 4;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::free(file);
  return size;
}

}  // namespace

int main(int argc, char** argv) {
  Input input = caseframe::bench::read_input(argc, argv);
  const std::array<caseframe::bench::Task, 1> tasks{{{"encode", [&] { return encode(input); }}}};
  return caseframe::bench::run_rounds(tasks);
}
