#include "redaction/redact.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace caseframe {
namespace {

// A cell shows the median colour, not the mean, of a square this many cells wide around it. Ink covers less than half
// of such a square, so that the median is the ground the text stands on, whatever it says; a mean moves with each
// stroke, and there is always a text that carries it over the border between two levels.
constexpr std::uint32_t kReach = 2;
// A region half as long again as it is wide is taken for a line of text. The ink of bold digits covers half of a tight
// line: the square must reach beyond it.
constexpr std::uint32_t kReachOfLine = 3;

// A square is looked at on a lattice of at most this many points a side: what one region costs has a bound.
constexpr std::uint32_t kMaxLattice = 64;

struct Rect {
  std::uint32_t left;
  std::uint32_t top;
  std::uint32_t right;   // first column outside
  std::uint32_t bottom;  // first row outside

  [[nodiscard]] std::uint32_t width() const { return right - left; }
  [[nodiscard]] std::uint32_t height() const { return bottom - top; }
};

Rect rect_of(const Redaction& r) { return {r.x, r.y, r.x + r.width, r.y + r.height}; }

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

std::uint8_t to_byte(std::int32_t value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

// One of the few colours a cell may have.
struct Levels {
  std::uint32_t y;
  std::uint32_t cb;
  std::uint32_t cr;
};

// The nearest levels. Y, Cb, Cr and back after JFIF 1.02, in 16-bit fixed point; black, white and neutral chroma are
// among the levels, so that a grey scene stays grey.
Levels levels_of(const std::uint8_t* pixel) {
  constexpr std::int32_t kHalf = 1 << 15;
  const std::int32_t r = pixel[0];
  const std::int32_t g = pixel[1];
  const std::int32_t b = pixel[2];
  const std::int32_t y = (19595 * r + 38470 * g + 7471 * b + kHalf) >> 16;
  const std::int32_t cb = ((-11059 * r - 21709 * g + 32768 * b + kHalf) >> 16) + 128;
  const std::int32_t cr = ((32768 * r - 27439 * g - 5329 * b + kHalf) >> 16) + 128;

  constexpr std::int32_t kLumaSteps = kLumaLevels - 1;
  constexpr std::int32_t kChromaStep = 256 / kChromaLevels;
  const auto chroma_level = [](std::int32_t c) {
    return std::min(static_cast<std::uint32_t>((c + kChromaStep / 2) / kChromaStep), kChromaLevels - 1);
  };
  return {static_cast<std::uint32_t>((y * kLumaSteps + 127) / 255), chroma_level(cb), chroma_level(cr)};
}

Rgb color_of(const Levels& levels) {
  constexpr std::int32_t kHalf = 1 << 15;
  const auto y = static_cast<std::int32_t>(levels.y * (255 / (kLumaLevels - 1)));
  const std::int32_t b = static_cast<std::int32_t>(levels.cb * (256 / kChromaLevels)) - 128;
  const std::int32_t r = static_cast<std::int32_t>(levels.cr * (256 / kChromaLevels)) - 128;
  return {to_byte(y + ((91881 * r + kHalf) >> 16)), to_byte(y - ((22554 * b + 46802 * r + kHalf) >> 16)),
          to_byte(y + ((116130 * b + kHalf) >> 16))};
}

void fill(const Canvas& canvas, const Rect& rect, Rgb color) {
  const std::array<std::uint8_t, kBytesPerPixel> pixel = {color.r, color.g, color.b, 255};
  for (std::uint32_t y = rect.top; y < rect.bottom; ++y) {
    std::uint8_t* row = canvas.writable(y) + std::size_t{rect.left} * kBytesPerPixel;
    for (std::uint32_t x = 0; x < rect.width(); ++x) {
      std::memcpy(row + std::size_t{x} * kBytesPerPixel, pixel.data(), kBytesPerPixel);
    }
  }
}

// The cells of one region: a grid tied to its top left corner, of square cells but for the last column and row.
class Mosaic {
 public:
  Mosaic(const Canvas& canvas, const Redaction& redaction)
      : rect_(rect_of(redaction)),
        cell_(redaction.cell),
        columns_(divide_up(rect_.width(), cell_)),
        rows_(divide_up(rect_.height(), cell_)),
        colors_(look(canvas)) {}

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
    std::array<Weight, kStripe> weights{};
    for (std::uint32_t left = 0; left < rect_.width(); left += kStripe) {
      const std::uint32_t width = std::min(kStripe, rect_.width() - left);
      for (std::uint32_t x = 0; x < width; ++x) weights[x] = weight(left + x, columns_);
      for (std::uint32_t y = rect_.top; y < rect_.bottom; ++y) {
        const std::array<Mix, kMaxCells> mixed = mix_rows(weight(y - rect_.top, rows_));
        std::uint8_t* pixel = canvas.writable(y) + std::size_t{rect_.left + left} * kBytesPerPixel;
        for (std::uint32_t x = 0; x < width; ++x, pixel += kBytesPerPixel) {
          const Weight& h = weights[x];
          const Mix sum = mixed[h.low] * (256 - h.high_share) + mixed[h.high] * h.high_share + 32768U;
          const auto bytes = __builtin_convertvector(sum >> 16, Bytes);
          std::memcpy(pixel, &bytes, sizeof bytes);
        }
      }
    }
  }

 private:
  struct Span {
    std::uint32_t begin;
    std::uint32_t end;
  };
  using Colors = std::array<Rgb, std::size_t{kMaxCells} * kMaxCells>;
  struct Weight {
    std::uint32_t low;
    std::uint32_t high;
    std::uint32_t high_share;  // of 256
  };
  // A pixel's four samples side by side, in whatever vectors the machine has; times 256 in a Mix.
  using Mix = std::uint32_t __attribute__((vector_size(16)));
  using Bytes = std::uint8_t __attribute__((vector_size(4)));
  // How many columns' weights are kept at a time.
  static constexpr std::uint32_t kStripe = 64;

  static std::uint32_t divide_up(std::uint32_t a, std::uint32_t b) { return (a + b - 1) / b; }

  [[nodiscard]] Rgb at(std::uint32_t i, std::uint32_t j) const { return colors_[j * kMaxCells + i]; }

  // What one row of pixels is made of: each column of cells between the two rows of them that the pixels lie between.
  [[nodiscard]] std::array<Mix, kMaxCells> mix_rows(const Weight& v) const {
    std::array<Mix, kMaxCells> mixed{};
    for (std::uint32_t i = 0; i < columns_; ++i) {
      const auto vector = [](Rgb color) { return Mix{color.r, color.g, color.b, 255}; };
      mixed[i] = vector(at(i, v.low)) * (256 - v.high_share) + vector(at(i, v.high)) * v.high_share;
    }
    return mixed;
  }

  [[nodiscard]] Colors look(const Canvas& canvas) const {
    const std::uint64_t longer = std::max(rect_.width(), rect_.height());
    const std::uint64_t shorter = std::min(rect_.width(), rect_.height());
    const std::uint32_t side = cell_ * (2 * longer >= 3 * shorter ? kReachOfLine : kReach);
    Colors colors{};
    for (std::uint32_t j = 0; j < rows_; ++j) {
      const Span vertical = sampled(rect_.top, rect_.bottom, j, side, canvas.frame.height());
      for (std::uint32_t i = 0; i < columns_; ++i) {
        const Span horizontal = sampled(rect_.left, rect_.right, i, side, canvas.frame.width());
        colors[j * kMaxCells + i] = color_of(median(canvas, horizontal, vertical));
      }
    }
    return colors;
  }

  // What cell `index` looks at: `side` pixels around its middle, moved into the region; where the region has fewer,
  // that many around the region's middle, moved into the frame; all of the frame where even that has fewer.
  [[nodiscard]] Span sampled(std::uint32_t low, std::uint32_t high, std::uint32_t index, std::uint32_t side,
                             std::uint32_t limit) const {
    if (limit <= side) return {0, limit};
    const bool fits = high - low >= side;
    const std::uint32_t first = fits ? low + index * cell_ : low;
    const std::uint32_t last = fits ? std::min(first + cell_, high) : high;
    const std::int64_t begin = (std::int64_t{first} + last - side) / 2;
    const auto moved =
        fits ? std::clamp<std::int64_t>(begin, low, high - side) : std::clamp<std::int64_t>(begin, 0, limit - side);
    return {static_cast<std::uint32_t>(moved), static_cast<std::uint32_t>(moved) + side};
  }

  static Levels median(const Canvas& canvas, Span horizontal, Span vertical) {
    const std::uint32_t step_x = divide_up(horizontal.end - horizontal.begin, kMaxLattice);
    const std::uint32_t step_y = divide_up(vertical.end - vertical.begin, kMaxLattice);
    std::array<std::uint32_t, kLumaLevels> y_counts{};
    std::array<std::uint32_t, kChromaLevels> cb_counts{};
    std::array<std::uint32_t, kChromaLevels> cr_counts{};
    std::uint32_t total = 0;
    for (std::uint32_t y = vertical.begin; y < vertical.end; y += step_y) {
      const std::uint8_t* row = canvas.row(y);
      for (std::uint32_t x = horizontal.begin; x < horizontal.end; x += step_x, ++total) {
        const Levels levels = levels_of(row + std::size_t{x} * kBytesPerPixel);
        ++y_counts[levels.y];
        ++cb_counts[levels.cb];
        ++cr_counts[levels.cr];
      }
    }
    // Of an even number of samples the lower one of the middle two.
    const auto middle = [total](const auto& counts) {
      std::uint32_t level = 0;
      for (std::uint32_t seen = counts[0]; 2 * seen < total; seen += counts[level]) ++level;
      return level;
    };
    return {middle(y_counts), middle(cb_counts), middle(cr_counts)};
  }

  // The two cells whose centres enclose `offset`, the one cell twice near the region's edges.
  [[nodiscard]] Weight weight(std::uint32_t offset, std::uint32_t count) const {
    const std::uint32_t doubled = 2 * offset + 1;  // twice the pixel's centre
    if (doubled <= cell_) return {0, 0, 0};
    const std::uint32_t past = doubled - cell_;
    const std::uint32_t between = 2 * cell_;  // twice the distance of two centres
    const std::uint32_t low = past / between;
    if (low + 1 >= count) return {count - 1, count - 1, 0};
    return {low, low + 1, past % between * 256 / between};  // 2 × 16375 × 256 at most: 23 bits
  }

  Rect rect_;
  std::uint32_t cell_;
  std::uint32_t columns_;
  std::uint32_t rows_;
  Colors colors_;
};

Rgb unpack(std::uint32_t color) {
  return {static_cast<std::uint8_t>(color >> 16), static_cast<std::uint8_t>(color >> 8),
          static_cast<std::uint8_t>(color)};
}

void paint(const Canvas& canvas, const Redaction& r) {
  if (r.mode == RedactMode::kFill) return fill(canvas, rect_of(r), unpack(r.color));
  const Mosaic mosaic(canvas, r);
  if (r.mode == RedactMode::kBlur) return mosaic.paint_smooth(canvas);
  mosaic.paint(canvas);
}

// Whether the same rectangle is painted in the same mode once more further on: this time is left out, so that a region
// given a thousand times costs no more than one. The last fill would hide the earlier one anyway, and a mosaic of a
// mosaic hides no more than a mosaic.
bool is_repeated(std::span<const Redaction> placed, std::size_t index) {
  const Redaction& r = placed[index];
  return std::any_of(placed.begin() + static_cast<std::ptrdiff_t>(index) + 1, placed.end(),
                     [&](const Redaction& other) {
                       return other.mode == r.mode && other.x == r.x && other.y == r.y && other.width == r.width &&
                              other.height == r.height;
                     });
}

}  // namespace

Result<RedactedFrame> RedactedFrame::create(const FrameView& frame, Buffer<Redaction> placed) {
  std::uint32_t top = frame.height();
  std::uint32_t bottom = 0;
  for (const Redaction& r : placed) {
    top = std::min(top, r.y);
    bottom = std::max(bottom, r.y + r.height);
  }

  auto rows = Buffer<const std::uint8_t*>::allocate(frame.height());
  if (!rows) return rows.error();
  const std::size_t row_size = std::size_t{frame.width()} * kBytesPerPixel;
  const std::uint32_t copied = placed.size() == 0 ? 0 : bottom - top;
  if (copied > std::numeric_limits<std::size_t>::max() / row_size) {
    return Error{ErrorCode::kOutOfMemory, "Not enough memory for the frame"};
  }
  auto copy = Buffer<std::uint8_t>::allocate(copied * row_size);
  if (!copy) return copy.error();

  const Canvas canvas{frame, copy->data(), top, copied};
  for (std::uint32_t y = top; y < top + copied; ++y) std::memcpy(canvas.writable(y), frame.row(y), row_size);
  for (std::uint32_t y = 0; y < frame.height(); ++y) (*rows)[y] = canvas.row(y);

  const std::span<const Redaction> record{placed.data(), placed.size()};
  const auto is_fill = [](const Redaction& r) { return r.mode == RedactMode::kFill; };
  // Fills come first, so that no mosaic averages over what they hide, and last, so that no mosaic stands over them.
  const int passes = std::all_of(record.begin(), record.end(), is_fill) ? 1 : 3;
  for (int pass = 0; pass < passes; ++pass) {
    for (std::size_t i = 0; i < record.size(); ++i) {
      const bool in_turn = is_fill(record[i]) == (pass != 1);
      if (in_turn && !is_repeated(record, i)) paint(canvas, record[i]);
    }
  }

  RedactedFrame result;
  result.width_ = frame.width();
  result.rows_ = *std::move(rows);
  result.copy_ = *std::move(copy);
  result.record_ = std::move(placed);
  return result;
}

}  // namespace caseframe
