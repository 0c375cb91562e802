#include "sharpness/sharpness.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

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
//   ├─┼──────┼──────┼────┼─┤  kTileSide rows (fewer of a lower picture), `width` samples. What a whole number of
//   │ │ tile │ tile │rest│ │  tiles leaves over is not measured.
//   ├─┼──────┼──────┼────┼─┤
//   └─┴──────┴──────┴────┴─┘
class Strip {
 public:
  static Result<Strip> create(std::uint32_t width, std::uint32_t rows) {
    auto samples = Buffer<std::uint8_t>::allocate((std::size_t{width} + 2) * (rows + 2));
    if (!samples) return samples.error();
    return Strip(*std::move(samples), width);
  }

  [[nodiscard]] std::size_t stride() const { return std::size_t{width_} + 2; }
  // y from -1 on.
  [[nodiscard]] std::uint8_t* row(std::int64_t y) {
    return samples_.data() + static_cast<std::size_t>(y + 1) * stride() + 1;
  }
  void close(std::uint8_t* row) const {
    row[-1] = row[0];
    row[width_] = row[width_ - 1];
  }

 private:
  Strip(Buffer<std::uint8_t> samples, std::uint32_t width) : samples_(std::move(samples)), width_(width) {}

  Buffer<std::uint8_t> samples_;
  std::uint32_t width_;
};

// `read(y, out)` halves rows 2y and 2y + 1 into `out`.
template <class Read>
Result<Sharpness> measure(Size size, std::uint8_t white, Read&& read) {
  // A side of a single pixel stays one.
  const Size halved{std::max(1u, size.width / 2), std::max(1u, size.height / 2)};
  const std::uint32_t columns = std::min(kTileSide, halved.width), rows = std::min(kTileSide, halved.height);
  Tiles tiles({halved.width / columns, halved.height / rows}, columns * rows,
              white == kLimitedWhite ? kLimitedBlack : 0);
  auto strip = Strip::create(halved.width, rows);
  if (!strip) return strip.error();
  const auto level = static_cast<std::uint8_t>(white - kAroundWhite - 1);
  for (std::uint32_t down = 0; down < tiles.count().height; ++down) {
    const std::int64_t top = std::int64_t{down} * rows;
    for (std::int64_t y = -1; y <= rows; ++y) {
      std::uint8_t* row = strip->row(y);
      read(static_cast<std::uint32_t>(std::clamp<std::int64_t>(top + y, 0, halved.height - 1)), row, halved.width);
      strip->close(row);
    }
    for (std::uint32_t across = 0; across < tiles.count().width; ++across) {
      const std::uint8_t* tile = strip->row(0) + std::size_t{across} * columns;
      tiles.add(across, down, measure_tile(tile, strip->stride(), columns, rows, level));
    }
  }
  Sharpness result = tiles.result();
  result.sharpness *= std::sqrt(static_cast<double>(halved.width) * halved.height);
  return result;
}

// Of a side of one pixel there is no second.
void halve_narrow(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t* out) {
  *out = static_cast<std::uint8_t>((*upper + *lower + 1) / 2);
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
  return measure({luma.width(), luma.height()}, white, [&](std::uint32_t y, std::uint8_t* out, std::uint32_t width) {
    const std::uint8_t* upper = luma.row(2 * y);
    const std::uint8_t* lower = luma.row(std::min(2 * y + 1, luma.height() - 1));
    if (luma.width() == 1)
      halve_narrow(upper, lower, out);
    else
      halve(upper, lower, out, width);
  });
}

Result<Sharpness> measure_sharpness(const FrameView& frame) {
  auto lumas = Buffer<std::uint8_t>::allocate(std::size_t{2} * frame.width());
  if (!lumas) return lumas.error();
  std::uint8_t* const rows[] = {lumas->data(), lumas->data() + frame.width()};
  return measure(frame.size(), kFullWhite, [&](std::uint32_t y, std::uint8_t* out, std::uint32_t width) {
    for (std::uint32_t i = 0; i < 2; ++i) {
      const std::uint8_t* rgba = frame.row(std::min(2 * y + i, frame.height() - 1));
      for (std::uint32_t x = 0; x < frame.width(); ++x, rgba += kBytesPerPixel) {
        rows[i][x] = static_cast<std::uint8_t>(luma(rgba[0], rgba[1], rgba[2]));
      }
    }
    if (frame.width() == 1)
      halve_narrow(rows[0], rows[1], out);
    else
      halve(rows[0], rows[1], out, width);
  });
}

}  // namespace caseframe
