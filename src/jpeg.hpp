// Baseline and progressive JPEG by libjpeg-turbo. The only file pair that knows the library.
#pragma once

#include <cstdint>

#include "buffer.hpp"
#include "frame.hpp"
#include "result.hpp"

namespace caseframe {

// Chroma subsampling, named as usual: luma samples to chroma samples over a 4 × 2 block.
enum class Subsampling : std::uint8_t { k420, k422, k444, kGray };

struct JpegOptions {
  // 0..1 as canvas.toBlob takes it; 1..100 in libjpeg's terms, rounded as Chromium does.
  double quality = 0.9;
  Subsampling subsampling = Subsampling::k420;
  bool progressive = false;
};

// A whole JFIF file. kOutOfMemory; kInvalidArgument for a quality outside 0..1.
[[nodiscard]] Result<Buffer<std::uint8_t>> encode_jpeg(const Picture& picture, const JpegOptions& options);

}  // namespace caseframe
