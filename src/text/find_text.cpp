#include "text/find_text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "text/mask.hpp"
#include "text/plane.hpp"
#include "text/strokes.hpp"

#ifdef TUNE
#include "/tmp/tt/dev/params.hpp"
#else
#define P(name, by) (by)
#endif

namespace caseframe {
namespace {

struct Rule {
  int contrast, mid, high, strokes, weak;
};

Rule rule_of(TextKind kind, std::uint32_t scale) {
  if (kind == TextKind::kScreen) {
    return scale == 2 ? Rule{P("C2", 60), P("M2", 80), P("H2", 120), P("N2", 8), P("W2", 1)}
                      : Rule{P("C", 12), P("M", 40), P("H", 60), P("N", 4), P("W", 1)};
  }
  return Rule{P("C", 40), P("M", 60), P("H", 80), P("N", 14), P("W", 4)};
}

struct Cells {
  Buffer<StrokeCell> cells;
  std::uint32_t columns, rows;
  const StrokeCell& at(std::int64_t x, std::int64_t y) const {
    static constexpr StrokeCell kNone{};
    if (x < 0 || y < 0 || x >= columns || y >= rows) return kNone;
    return cells[static_cast<std::size_t>(y) * columns + static_cast<std::size_t>(x)];
  }
};

bool is_code(const Cells& cells, std::int64_t x, std::int64_t y) {
  const int kDense = P("D", 10), kPeak = P("DP", 60);
  const auto dense = [&](std::int64_t i, std::int64_t j, bool across) {
    const StrokeCell& cell = cells.at(i, j);
    return (across ? cell.across : cell.down) >= kDense && cell.peak >= kPeak;
  };
  for (const bool across : {true, false}) {
    if (!dense(x, y, across)) continue;
    int count = 0;
    for (int d = -3; d <= 3; ++d) count += across ? dense(x + d, y, true) : dense(x, y + d, false);
    if (count >= P("DN", 4)) return true;
  }
  return false;
}

Status mark(const Plane& plane, std::uint32_t scale, TextKind kind, TextMask& mask, bool chroma = false) {
  const Rule rule = chroma ? Rule{P("CC", 14), P("CM", 50), P("CHH", 80), P("CN", 4), 1} : rule_of(kind, scale);
  auto found = find_strokes(plane, static_cast<std::uint8_t>(rule.contrast));
  if (!found) return found.error();
  const Cells cells{*std::move(found), plane.columns(), plane.rows()};
  const std::uint32_t columns = plane.columns(), rows = plane.rows(), side = 1U << scale;
  auto m = TextMask::create(columns, rows), m2 = TextMask::create(columns, rows);
  if (!m || !m2) return m.error();
  for (std::uint32_t y = 0; y < rows; ++y) {
    for (std::uint32_t x = 0; x < columns; ++x) {
      const StrokeCell& cell = cells.at(x, y);
      if (cell.across + cell.down < rule.weak) continue;
      int flat = 0;
      for (int j = -2; j <= 2; ++j) for (int i = -2; i <= 2; ++i) flat += cells.at(std::int64_t{x} + i, std::int64_t{y} + j).flat;
      const int need = flat >= P("F1", 800) ? rule.contrast : flat >= P("F2", 400) ? rule.mid : rule.high;
      if (cell.peak < need / 2) continue;
      m->row(y)[x] = 1;
      if (cell.peak >= need && ((cell.across != 0 && cell.down != 0 && cell.across + cell.down >= rule.strokes) || is_code(cells, x, y))) m->row(y)[x] = 2;
    }
  }
  for (int pass = 0; pass < P("HY", 2); ++pass) {
    for (std::uint32_t y = 0; y < rows; ++y) for (std::uint32_t x = 0; x < columns; ++x) {
      std::uint8_t best = m->row(y)[x];
      if (best == 1) for (int j = -1; j <= 1; ++j) for (int i = -1; i <= 1; ++i) {
        const std::int64_t xx = std::int64_t{x} + i, yy = std::int64_t{y} + j;
        if (xx < 0 || yy < 0 || xx >= columns || yy >= rows) continue;
        if (m->row(static_cast<std::uint32_t>(yy))[xx] == 2) best = 2;
      }
      m2->row(y)[x] = best;
    }
    std::swap(*m, *m2);
  }
  for (std::uint32_t y = 0; y < rows; ++y) {
    for (std::uint32_t x = 0; x < columns; ++x) {
      if (m->row(y)[x] != 2) continue;
      const std::uint32_t grow = scale == 0 ? static_cast<std::uint32_t>(P("G", 1)) : 0;
      for (std::uint32_t j = std::max(y * side, grow) - grow; j < std::min(mask.rows, (y + 1) * side + grow); ++j) {
        for (std::uint32_t i = std::max(x * side, grow) - grow; i < std::min(mask.columns, (x + 1) * side + grow); ++i) mask.row(j)[i] = 1;
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
  for (std::uint32_t scale = 0; scale < static_cast<std::uint32_t>(P("S", 3)); ++scale) {
    if (scale != 0) {
      auto half = plane->halved();
      if (!half) return half.error();
      *plane = *std::move(half);
    }
    if (const Status marked = mark(*plane, scale, kind, *mask); !marked) return marked.error();
  }
  if (kind == TextKind::kScreen && P("CH", 1)) {
    auto colours = Plane::colourfulness_of(frame);
    if (!colours) return colours.error();
    if (const Status marked = mark(*colours, 1, kind, *mask, true); !marked) return marked.error();
  }
  return cover(*mask, frame.size());
}

}  // namespace caseframe
