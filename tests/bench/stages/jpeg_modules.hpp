// The stages of a JPEG encoding by themselves, each over a whole picture. They are the modules that libjpeg sets up for
// a compression (jpegint.h), called as its controllers jcprepct.c and jccoefct.c call them and into buffers as small as
// theirs: so each goes to the SIMD kernels exactly as the encoder does, whatever libjpeg is linked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>  // jpeglib.h names FILE
#include <span>
#include <vector>

#include "buffer.hpp"
#include "task.hpp"

extern "C" {
#define JPEG_INTERNALS
#include <jpeglib.h>
}

namespace caseframe::bench {

// RGBA, rows tight, 4:2:0. Whole MCUs only, except at the bottom: the width is a multiple of 16, the height even.
class JpegModules {
 public:
  JpegModules(const std::uint8_t* pixels, std::uint32_t width, std::uint32_t height, int quality);
  ~JpegModules() { jpeg_destroy_compress(&info_); }
  JpegModules(const JpegModules&) = delete;
  JpegModules& operator=(const JpegModules&) = delete;

  void convert_colors();
  void downsample();
  // Sample conversion, forward DCT, quantisation.
  void transform();
  // Huffman coding; the bytes of the scan.
  std::size_t code();

  // Whether `file` is the picture that these stages made, bit for bit.
  [[nodiscard]] bool made(std::span<const std::uint8_t> file);

  // In the encoder's order.
  [[nodiscard]] std::vector<Task> tasks();

 private:
  static constexpr std::size_t kBlocksPerMcu = 6;
  static constexpr JDIMENSION kRowsPerGroup = 2;
  static constexpr int kComponents = 3;

  void set_up(std::uint32_t width, std::uint32_t height, int quality);
  void allocate();
  void fill_planes();
  void fill_coefficients();
  void transform_mcu(JDIMENSION row, JDIMENSION column, JBLOCKROW blocks);

  jpeg_compress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_destination_mgr destination_{};
  std::vector<JSAMPROW> rows_;
  // What one call converts, and what one row of MCUs downsamples to.
  JSAMPARRAY group_[kComponents]{};
  JSAMPARRAY strip_[kComponents]{};
  // The whole picture: downsampled, and as coefficients in the order of the scan.
  JSAMPARRAY planes_[kComponents]{};
  Buffer<JBLOCK> coefficients_;
  alignas(32) JBLOCK mcu_[kBlocksPerMcu]{};
  Buffer<std::uint8_t> scan_;
};

}  // namespace caseframe::bench
