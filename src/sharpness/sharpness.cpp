#include "sharpness/sharpness.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "buffer.hpp"
#include "picture/luma.hpp"
#include "sharpness/tiles.hpp"
#ifdef CASEFRAME_SIMD128
#include "sharpness/tile_simd128.hpp"
#else
#include "sharpness/tile_scalar.hpp"
#endif

namespace caseframe {
namespace {

#ifdef CASEFRAME_SIMD128
using simd128::halve;
using simd128::measure_tile;
#else
using scalar::halve;
using scalar::measure_tile;
#endif

// A codec's noise around white: ±3, and what rounding adds.
constexpr std::uint8_t kAroundWhite = 5;

// One row of tiles of the halved picture, and a sample more on each side, where the picture's edge is repeated:
//
//   ┌─┬──────┬──────┬────┬─┐
//   ├─┼──────┼──────┼────┼─┤  kTileSide rows. What a whole number of tiles leaves over is not measured; what a smaller
//   │ │ tile │ tile │rest│ │  picture lacks of a single tile is its edge repeated.
//   ├─┼──────┼──────┼────┼─┤
//   └─┴──────┴──────┴────┴─┘
class Strip {
 public:
  static Result<Strip> create(std::uint32_t width) {
    auto samples = Buffer<std::uint8_t>::allocate((std::size_t{std::max(width, kTileSide)} + 2) * (kTileSide + 2));
    if (!samples) return samples.error();
    return Strip(*std::move(samples), width);
  }

  [[nodiscard]] std::size_t stride() const { return std::size_t{std::max(width_, kTileSide)} + 2; }
  // y from -1 on.
  [[nodiscard]] std::uint8_t* row(std::int32_t y) {
    return samples_.data() + static_cast<std::size_t>(y + 1) * stride() + 1;
  }
  void close(std::uint8_t* row) const {
    row[-1] = row[0];
    std::memset(row + width_, row[width_ - 1], stride() - 1 - width_);
  }

 private:
  Strip(Buffer<std::uint8_t> samples, std::uint32_t width) : samples_(std::move(samples)), width_(width) {}

  Buffer<std::uint8_t> samples_;
  std::uint32_t width_;
};

// What is measured: samples of luma, or RGBA pixels.
struct Source {
  const std::uint8_t* data;
  std::size_t stride;
  Size size;
  bool is_rgba;
};

// A luma of each pixel.
void to_luma(const std::uint8_t* rgba, std::uint8_t* out, std::uint32_t width) {
  for (std::uint32_t x = 0; x < width; ++x, rgba += kBytesPerPixel) {
    out[x] = static_cast<std::uint8_t>(luma(rgba[0], rgba[1], rgba[2]));
  }
}

// Made once, not once a kind of source: the core's size counts.
Result<Sharpness> measure(const Source& source, std::uint8_t white) {
  const auto [width, height] = source.size;
  // A side of a single pixel stays one.
  const Size halved{std::max(1u, width / 2), std::max(1u, height / 2)};
  Tiles tiles({std::max(1u, halved.width / kTileSide), std::max(1u, halved.height / kTileSide)},
              white == kLimitedWhite ? kLimitedBlack : 0);
  auto strip = Strip::create(halved.width);
  if (!strip) return strip.error();
  auto lumas = Buffer<std::uint8_t>::allocate(source.is_rgba ? std::size_t{2} * width : 0);
  if (!lumas) return lumas.error();

  const auto level = static_cast<std::uint8_t>(white - kAroundWhite - 1);
  for (std::uint32_t down = 0; down < tiles.count().height; ++down) {
    const auto top = static_cast<std::int32_t>(down * kTileSide);
    for (std::int32_t y = -1; y <= static_cast<std::int32_t>(kTileSide); ++y) {
      const auto at = static_cast<std::uint32_t>(std::clamp(top + y, 0, static_cast<std::int32_t>(halved.height) - 1));
      const std::uint8_t* pair[2];
      for (std::uint32_t i = 0; i < 2; ++i) {
        pair[i] = source.data + std::size_t{std::min(2 * at + i, height - 1)} * source.stride;
        if (!source.is_rgba) continue;
        std::uint8_t* converted = lumas->data() + std::size_t{i} * width;
        to_luma(pair[i], converted, width);
        pair[i] = converted;
      }
      std::uint8_t* row = strip->row(y);
      if (width == 1) {
        *row = static_cast<std::uint8_t>((*pair[0] + *pair[1] + 1) / 2);
      } else {
        halve(pair[0], pair[1], row, halved.width);
      }
      strip->close(row);
    }
    for (std::uint32_t across = 0; across < tiles.count().width; ++across) {
      const std::uint8_t* tile = strip->row(0) + std::size_t{across} * kTileSide;
      tiles.add(across, down, measure_tile(tile, strip->stride(), level));
    }
  }
  Sharpness result = tiles.result();
  result.sharpness *= std::sqrt(static_cast<double>(halved.width) * halved.height);
  return result;
}

}  // namespace

Result<LumaView> LumaView::create(std::span<const std::uint8_t> bytes, std::uint32_t width, std::uint32_t height,
                                  std::size_t stride) {
  const auto invalid = [](const char* message) { return Error{ErrorCode::kInvalidArgument, message}; };
  if (width == 0 || width > kMaxSide || height == 0 || height > kMaxSide)
    return invalid("Expected sides from 1 to 65500");
  if (stride < width || bytes.size() < width || (height > 1 && stride > (bytes.size() - width) / (height - 1))) {
    return invalid("Expected data to hold every sample");
  }
  return LumaView(bytes.data(), width, height, stride);
}

Result<Sharpness> measure_sharpness(const LumaView& luma, std::uint8_t white) {
  return measure({luma.row(0), luma.stride(), {luma.width(), luma.height()}, false}, white);
}

Result<Sharpness> measure_sharpness(const FrameView& frame) {
  return measure({frame.row(0), frame.stride(), frame.size(), true}, kFullWhite);
}

}  // namespace caseframe
