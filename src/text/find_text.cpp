#include "text/find_text.hpp"

#include <algorithm>
#include <array>

#include "text/mask.hpp"
#include "text/plane.hpp"
#include "text/strokes.hpp"

namespace caseframe {
namespace {

constexpr std::uint32_t kScales = 3;

struct Rule {
  std::uint8_t contrast;  // of a stroke
  std::uint8_t strokes;   // pixels a cell, both ways together
};

constexpr Rule rule_of(TextKind kind) { return kind == TextKind::kScreen ? Rule{18, 4} : Rule{40, 14}; }

Status mark(const Plane& plane, std::uint32_t scale, const Rule& rule, TextMask& mask) {
  const auto cells = find_strokes(plane, rule.contrast);
  if (!cells) return cells.error();
  const std::uint32_t columns = plane.columns(), rows = plane.rows(), side = 1U << scale;
  for (std::uint32_t y = 0; y < rows; ++y) {
    for (std::uint32_t x = 0; x < columns; ++x) {
      const StrokeCell& cell = (*cells)[std::size_t{y} * columns + x];
      if (cell.across + cell.down < rule.strokes || cell.across == 0 || cell.down == 0) continue;
      for (std::uint32_t j = y * side; j < std::min(mask.rows, (y + 1) * side); ++j) {
        for (std::uint32_t i = x * side; i < std::min(mask.columns, (x + 1) * side); ++i) mask.row(j)[i] = 1;
      }
    }
  }
  return {};
}

}  // namespace

Result<Buffer<TextRegion>> find_text(const FrameView& frame, TextKind kind) {
  auto plane = Plane::of(frame);
  if (!plane) return plane.error();
  auto mask = TextMask::create(plane->columns(), plane->rows());
  if (!mask) return mask.error();
  for (std::uint32_t scale = 0; scale < kScales; ++scale) {
    if (scale != 0) {
      auto half = plane->halved();
      if (!half) return half.error();
      *plane = *std::move(half);
    }
    if (const Status marked = mark(*plane, scale, rule_of(kind), *mask); !marked) return marked.error();
  }
  return cover(*mask, frame.size());
}

}  // namespace caseframe
