// The limit: libjpeg-turbo as the system packages it, with what src/jpeg/encoder.cpp asks of ours: 4:2:0, integer DCT,
// standard Huffman tables, one buffer in memory.
#include <memory>

#include "jpeg_modules.hpp"
#include "rounds.hpp"

namespace {

using namespace caseframe;

struct Free {
  void operator()(unsigned char* file) const { std::free(file); }
};

struct File {
  std::unique_ptr<unsigned char, Free> bytes;
  std::size_t size;
};

File encode(bench::Input& input) {
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
  return {std::unique_ptr<unsigned char, Free>(file), size};
}

}  // namespace

int main(int argc, char** argv) {
  bench::Input input = bench::read_input(argc, argv);
  bench::JpegModules modules(input.pixels.data(), input.width, input.height, input.quality);
  const File file = encode(input);
  if (!modules.made({file.bytes.get(), file.size})) bench::fail("the stages make another picture than the encoder");
  std::vector<bench::Task> tasks = modules.tasks();
  tasks.push_back({"encode", [&] { return encode(input).size; }});
  return bench::answer(tasks);
}
