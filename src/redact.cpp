#include "redact.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace caseframe {
namespace {

// Cells are tied to the region and not to the frame: at most this many along its longer side…
constexpr std::uint32_t kMaxCells = 6;
// …and never smaller than this, in pixels: Hill et al., "On the (In)effectiveness of Mosaicing and Blurring as Tools
// for Document Redaction" (PoPETs 2016/4) read text through grids of up to 30 px, with many cells and fine colours.
constexpr std::uint32_t kMinCell = 16;

struct Rect {
  std::uint32_t left;
  std::uint32_t top;
  std::uint32_t right;   // first column outside
  std::uint32_t bottom;  // first row outside

  [[nodiscard]] std::uint32_t width() const { return right - left; }
  [[nodiscard]] std::uint32_t height() const { return bottom - top; }
};

struct Rgb {
  std::uint8_t r;
  std::uint8_t g;
  std::uint8_t b;
};

// The frame with the copied rows in place: reads go anywhere, writes only to rows [first, first + copied).
struct Canvas {
  const FrameView& frame;
  std::uint8_t* copy;
  std::uint32_t first;
  std::uint32_t copied;

  [[nodiscard]] bool owns(std::uint32_t y) const { return y >= first && y - first < copied; }
  [[nodiscard]] std::uint8_t* writable(std::uint32_t y) const {
    return copy + std::size_t{y - first} * frame.width() * kBytesPerPixel;
  }
  [[nodiscard]] const std::uint8_t* row(std::uint32_t y) const { return owns(y) ? writable(y) : frame.row(y); }
};

// [begin, end) of a real-valued axis, grown outward to even pixels and clipped to 0..limit. Even, because video of
// 4:2:0 shares one colour sample among 2 × 2 pixels: the neighbour of an odd edge carries colour from inside.
void cover(double begin, double end, std::uint32_t limit, std::uint32_t& low, std::uint32_t& high) {
  const auto size = static_cast<double>(limit);
  low = static_cast<std::uint32_t>(std::floor(std::clamp(begin, 0.0, size))) & ~1U;
  high = static_cast<std::uint32_t>(std::ceil(std::clamp(end, 0.0, size)));
  high = std::min(high + (high & 1U), limit);
}

bool is_valid(const Region& region) {
  return std::isfinite(region.x) && std::isfinite(region.y) && std::isfinite(region.width) &&
         std::isfinite(region.height) && region.width >= 0 && region.height >= 0;
}

// Nothing where a valid region covers no pixel.
std::optional<Rect> covered_by(const Region& region, const FrameView& frame) {
  const bool ratio = region.unit == RegionUnit::kRatio;
  const double scale_x = ratio ? frame.width() : 1.0;
  const double scale_y = ratio ? frame.height() : 1.0;
  const double left = region.x * scale_x;
  const double top = region.y * scale_y;
  const double right = (region.x + region.width) * scale_x;
  const double bottom = (region.y + region.height) * scale_y;
  if (!(left < right && top < bottom)) return std::nullopt;
  if (left >= frame.width() || top >= frame.height() || right <= 0 || bottom <= 0) return std::nullopt;
  Rect rect{};
  cover(left, right, frame.width(), rect.left, rect.right);
  cover(top, bottom, frame.height(), rect.top, rect.bottom);
  return rect;
}

std::uint8_t to_byte(std::int32_t value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

// To the nearest of the few colours a cell may have. Y, Cb, Cr and back after JFIF 1.02, in 16-bit fixed point; black,
// white and neutral chroma are among the levels, so that a grey scene stays grey.
Rgb coarse(std::int32_t r, std::int32_t g, std::int32_t b) {
  constexpr std::int32_t kHalf = 1 << 15;
  const std::int32_t y = (19595 * r + 38470 * g + 7471 * b + kHalf) >> 16;
  const std::int32_t cb = ((-11059 * r - 21709 * g + 32768 * b + kHalf) >> 16) + 128;
  const std::int32_t cr = ((32768 * r - 27439 * g - 5329 * b + kHalf) >> 16) + 128;

  constexpr std::int32_t kLumaSteps = kLumaLevels - 1;
  constexpr std::int32_t kChromaStep = 256 / kChromaLevels;
  const std::int32_t y_level = (y * kLumaSteps + 127) / 255 * (255 / kLumaSteps);
  const auto chroma_level = [](std::int32_t c) {
    const std::int32_t level = (c + kChromaStep / 2) / kChromaStep;
    return std::clamp<std::int32_t>(level, 0, kChromaLevels - 1) * kChromaStep - 128;
  };
  const std::int32_t b_level = chroma_level(cb);
  const std::int32_t r_level = chroma_level(cr);
  return {to_byte(y_level + ((91881 * r_level + kHalf) >> 16)),
          to_byte(y_level - ((22554 * b_level + 46802 * r_level + kHalf) >> 16)),
          to_byte(y_level + ((116130 * b_level + kHalf) >> 16))};
}

void set(std::uint8_t* pixel, Rgb color) {
  pixel[0] = color.r;
  pixel[1] = color.g;
  pixel[2] = color.b;
  pixel[3] = 255;
}

void fill(const Canvas& canvas, const Rect& rect, Rgb color) {
  for (std::uint32_t y = rect.top; y < rect.bottom; ++y) {
    std::uint8_t* pixel = canvas.writable(y) + std::size_t{rect.left} * kBytesPerPixel;
    for (std::uint32_t x = rect.left; x < rect.right; ++x, pixel += kBytesPerPixel) set(pixel, color);
  }
}

// The cells of one region: a grid tied to its top left corner, of square cells but for the last column and row.
class Mosaic {
 public:
  Mosaic(const Canvas& canvas, const Rect& rect)
      : rect_(rect),
        cell_(std::max(kMinCell, divide_up(std::max(rect.width(), rect.height()), kMaxCells))),
        columns_(divide_up(rect.width(), cell_)),
        rows_(divide_up(rect.height(), cell_)) {
    for (std::uint32_t j = 0; j < rows_; ++j) {
      const Span vertical = sampled(rect.top, rect.bottom, j, canvas.frame.height());
      for (std::uint32_t i = 0; i < columns_; ++i) {
        colors_[j * kMaxCells + i] = average(canvas, sampled(rect.left, rect.right, i, canvas.frame.width()), vertical);
      }
    }
  }

  [[nodiscard]] std::uint32_t cell() const { return cell_; }

  void paint(const Canvas& canvas) const {
    for (std::uint32_t j = 0; j < rows_; ++j) {
      for (std::uint32_t i = 0; i < columns_; ++i) {
        const std::uint32_t left = rect_.left + i * cell_;
        const std::uint32_t top = rect_.top + j * cell_;
        fill(canvas, {left, top, std::min(left + cell_, rect_.right), std::min(top + cell_, rect_.bottom)}, at(i, j));
      }
    }
  }

  // The mosaic through a tent kernel that reaches one cell to each side. It is computed from the coarse cells alone,
  // so that it cannot tell more than the mosaic does.
  void paint_smooth(const Canvas& canvas) const {
    for (std::uint32_t y = rect_.top; y < rect_.bottom; ++y) {
      const Weight v = weight(y - rect_.top, rows_);
      std::uint8_t* pixel = canvas.writable(y) + std::size_t{rect_.left} * kBytesPerPixel;
      for (std::uint32_t x = 0; x < rect_.width(); ++x, pixel += kBytesPerPixel) {
        const Weight h = weight(x, columns_);
        const auto mix = [&](std::uint8_t Rgb::*channel) {
          const std::uint32_t upper =
              at(h.low, v.low).*channel * (256 - h.high_share) + at(h.high, v.low).*channel * h.high_share;
          const std::uint32_t lower =
              at(h.low, v.high).*channel * (256 - h.high_share) + at(h.high, v.high).*channel * h.high_share;
          return static_cast<std::uint8_t>((upper * (256 - v.high_share) + lower * v.high_share + 32768) >> 16);
        };
        set(pixel, {mix(&Rgb::r), mix(&Rgb::g), mix(&Rgb::b)});
      }
    }
  }

 private:
  struct Span {
    std::uint32_t begin;
    std::uint32_t end;
  };
  struct Weight {
    std::uint32_t low;
    std::uint32_t high;
    std::uint32_t high_share;  // of 256
  };

  static std::uint32_t divide_up(std::uint32_t a, std::uint32_t b) { return (a + b - 1) / b; }

  [[nodiscard]] Rgb at(std::uint32_t i, std::uint32_t j) const { return colors_[j * kMaxCells + i]; }

  // What cell `index` averages over. A cell that the region's edge cuts short averages over a whole cell's length all
  // the same: back into the region, or, where the region is smaller than a cell, over its surroundings.
  [[nodiscard]] Span sampled(std::uint32_t low, std::uint32_t high, std::uint32_t index, std::uint32_t limit) const {
    const std::uint32_t begin = low + index * cell_;
    if (begin + cell_ <= high) return {begin, begin + cell_};
    if (high - low >= cell_) return {high - cell_, high};
    const std::uint32_t missing = cell_ - (high - low);
    const std::uint32_t end = std::min(high + missing / 2, limit);
    return {end > cell_ ? end - cell_ : 0, std::min(std::max(end, cell_), limit)};
  }

  static Rgb average(const Canvas& canvas, Span horizontal, Span vertical) {
    std::array<std::uint64_t, 3> sum{};
    for (std::uint32_t y = vertical.begin; y < vertical.end; ++y) {
      const std::uint8_t* pixel = canvas.row(y) + std::size_t{horizontal.begin} * kBytesPerPixel;
      std::uint32_t r = 0;
      std::uint32_t g = 0;
      std::uint32_t b = 0;
      for (std::uint32_t x = horizontal.begin; x < horizontal.end; ++x, pixel += kBytesPerPixel) {
        r += pixel[0];
        g += pixel[1];
        b += pixel[2];
      }
      sum[0] += r;
      sum[1] += g;
      sum[2] += b;
    }
    const std::uint64_t count = std::uint64_t{horizontal.end - horizontal.begin} * (vertical.end - vertical.begin);
    // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): sampled() gives no empty span
    const auto mean = [&](std::uint64_t total) { return static_cast<std::int32_t>((total + count / 2) / count); };
    return coarse(mean(sum[0]), mean(sum[1]), mean(sum[2]));
  }

  // The two cells whose centres enclose `offset`, the one cell twice near the region's edges.
  [[nodiscard]] Weight weight(std::uint32_t offset, std::uint32_t count) const {
    const std::uint32_t doubled = 2 * offset + 1;  // twice the pixel's centre
    if (doubled <= cell_) return {0, 0, 0};
    const std::uint32_t past = doubled - cell_;
    const std::uint32_t between = 2 * cell_;  // twice the distance of two centres
    const std::uint32_t low = past / between;
    if (low + 1 >= count) return {count - 1, count - 1, 0};
    return {low, low + 1, past % between * 256 / between};  // 2 × 10917 × 256 at most: 23 bits
  }

  Rect rect_;
  std::uint32_t cell_;
  std::uint32_t columns_;
  std::uint32_t rows_;
  std::array<Rgb, std::size_t{kMaxCells} * kMaxCells> colors_{};
};

Rgb unpack(std::uint32_t color) {
  return {static_cast<std::uint8_t>(color >> 16), static_cast<std::uint8_t>(color >> 8),
          static_cast<std::uint8_t>(color)};
}

Rect rect_of(const Redaction& r) { return {r.x, r.y, r.x + r.width, r.y + r.height}; }

}  // namespace

Result<RedactedFrame> RedactedFrame::create(const FrameView& frame, std::span<const Region> regions) {
  RedactedFrame result;
  result.width_ = frame.width();

  auto record = Buffer<Redaction>::allocate(regions.size());
  if (!record) return record.error();
  std::size_t count = 0;
  std::uint32_t top = frame.height();
  std::uint32_t bottom = 0;
  for (const Region& region : regions) {
    if (!is_valid(region)) return Error{ErrorCode::kInvalidArgument, "Expected finite regions of no negative size"};
    const auto rect = covered_by(region, frame);
    if (!rect) continue;
    (*record)[count++] = {rect->left, rect->top, rect->width(), rect->height(), region.mode, 0, 0, region.color};
    top = std::min(top, rect->top);
    bottom = std::max(bottom, rect->bottom);
  }
  record->shrink(count);

  auto rows = Buffer<const std::uint8_t*>::allocate(frame.height());
  if (!rows) return rows.error();
  const std::size_t row_size = std::size_t{frame.width()} * kBytesPerPixel;
  const std::uint32_t copied = count == 0 ? 0 : bottom - top;
  if (copied > std::numeric_limits<std::size_t>::max() / row_size) {
    return Error{ErrorCode::kOutOfMemory, "Not enough memory for the frame"};
  }
  auto copy = Buffer<std::uint8_t>::allocate(copied * row_size);
  if (!copy) return copy.error();

  const Canvas canvas{frame, copy->data(), top, copied};
  for (std::uint32_t y = top; y < top + copied; ++y) std::memcpy(canvas.writable(y), frame.row(y), row_size);
  for (std::uint32_t y = 0; y < frame.height(); ++y) (*rows)[y] = canvas.row(y);

  const auto fill_all = [&] {
    for (const Redaction& r : *record) {
      if (r.mode == RedactMode::kFill) fill(canvas, rect_of(r), unpack(r.color));
    }
  };
  // Fills come first, so that no mosaic averages over what they hide, and last, so that no mosaic stands over them.
  fill_all();
  for (Redaction& r : *record) {
    if (r.mode == RedactMode::kFill) continue;
    const Mosaic mosaic(canvas, rect_of(r));
    r.cell = mosaic.cell();
    if (r.mode == RedactMode::kBlur) {
      r.radius = mosaic.cell();
      mosaic.paint_smooth(canvas);
    } else {
      mosaic.paint(canvas);
    }
  }
  fill_all();

  result.rows_ = *std::move(rows);
  result.copy_ = *std::move(copy);
  result.record_ = *std::move(record);
  return result;
}

}  // namespace caseframe
