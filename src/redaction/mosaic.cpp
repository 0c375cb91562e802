#include "redaction/mosaic.hpp"

#include <algorithm>

namespace caseframe {
namespace {

// A cell shows the median colour, not the mean, of a square this many cells wide around it, of which the region and all
// that touch it have at most 4 × 4. That is less than half: where what surrounds them is of one colour, the median is
// that colour, whatever they cover. Over other grounds it moves with the share of ink, and the less, the wider the
// square is; a mean moves with each stroke, and there is always a text that carries it over the border between two
// levels.
constexpr std::uint32_t kReach = 6;
static_assert(2 * kMaxCells * kMaxCells < kReach * kReach);
// Where the frame is narrower, all of it but a cell, and at least this: a region over the whole frame is a mosaic
// still.
constexpr std::uint32_t kReachInFrame = 3;

// A square is looked at on a lattice of at most this many points a side: what one region costs has a bound.
constexpr std::uint32_t kMaxLattice = 64;

std::uint32_t divide_up(std::uint32_t a, std::uint32_t b) { return (a + b - 1) / b; }

}  // namespace

Mosaic::Mosaic(const Canvas& canvas, const Redaction& redaction)
    : rect_(rect_of(redaction)),
      cell_(redaction.cell),
      columns_(divide_up(rect_.width(), cell_)),
      rows_(divide_up(rect_.height(), cell_)),
      colors_(look(canvas)) {}

Mosaic::Colors Mosaic::look(const Canvas& canvas) const {
  Colors colors{};
  for (std::uint32_t j = 0; j < rows_; ++j) {
    const Span vertical = sampled(rect_.top, rect_.bottom, j, canvas.height());
    for (std::uint32_t i = 0; i < columns_; ++i) {
      const Span horizontal = sampled(rect_.left, rect_.right, i, canvas.width());
      colors[j * kMaxCells + i] = color_of(median(canvas, horizontal, vertical));
    }
  }
  return colors;
}

Mosaic::Span Mosaic::sampled(std::uint32_t low, std::uint32_t high, std::uint32_t index, std::uint32_t limit) const {
  const std::uint32_t room = std::max(limit, cell_) - cell_;
  const std::uint32_t side = std::clamp(room, kReachInFrame * cell_, kReach * cell_);
  if (limit <= side) return {0, limit};
  const std::uint32_t first = low + index * cell_, last = std::min(first + cell_, high);
  const std::int64_t begin = (std::int64_t{first} + last - side) / 2;
  const auto moved = static_cast<std::uint32_t>(std::clamp<std::int64_t>(begin, 0, limit - side));
  return {moved, moved + side};
}

Levels Mosaic::median(const Canvas& canvas, Span horizontal, Span vertical) {
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

void Mosaic::paint(const Canvas& canvas) const {
  for (std::uint32_t j = 0; j < rows_; ++j) {
    for (std::uint32_t i = 0; i < columns_; ++i) {
      const std::uint32_t left = rect_.left + i * cell_;
      const std::uint32_t top = rect_.top + j * cell_;
      canvas.fill({left, top, std::min(left + cell_, rect_.right), std::min(top + cell_, rect_.bottom)}, at(i, j));
    }
  }
}

void Mosaic::paint_smooth(const Canvas& canvas) const {
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

std::array<Mosaic::Mix, kMaxCells> Mosaic::mix_rows(const Weight& v) const {
  std::array<Mix, kMaxCells> mixed{};
  for (std::uint32_t i = 0; i < columns_; ++i) {
    const auto vector = [](Rgb color) { return Mix{color.r, color.g, color.b, 255}; };
    mixed[i] = vector(at(i, v.low)) * (256 - v.high_share) + vector(at(i, v.high)) * v.high_share;
  }
  return mixed;
}

Mosaic::Weight Mosaic::weight(std::uint32_t offset, std::uint32_t count) const {
  const std::uint32_t doubled = 2 * offset + 1;  // twice the pixel's centre
  if (doubled <= cell_) return {0, 0, 0};
  const std::uint32_t past = doubled - cell_;
  const std::uint32_t between = 2 * cell_;  // twice the distance of two centres
  // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a mosaic has cells of kMinCell at least.
  const std::uint32_t low = past / between;
  if (low + 1 >= count) return {count - 1, count - 1, 0};
  return {low, low + 1, past % between * 256 / between};  // 2 × 16375 × 256 at most: 23 bits
}

}  // namespace caseframe
