// Sequential and progressive JPEG by libjpeg-turbo, which only this folder knows.
#pragma once

#include <cstdint>
#include <span>

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

// A whole JFIF file; or, where there are `segments`, those in JFIF's place, byte by byte: Exif wants to be what follows
// SOI (Exif 2.32, 4.5.4), and so does JFIF. kOutOfMemory; kInvalidArgument for a quality outside 0..1.
[[nodiscard]] Result<Buffer<std::uint8_t>> encode_jpeg(const Picture& picture, const JpegOptions& options,
                                                       std::span<const std::uint8_t> segments = {});

}  // namespace caseframe
