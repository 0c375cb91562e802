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
  int contrast, flat, busy, busy_mid, strokes, window, weber, balance, score;
};

Rule rule_of(TextKind kind, std::uint32_t scale) {
  if (kind == TextKind::kScreen) {
    return scale == 2 ? Rule{P("C2", 60), P("F1", 800), P("H2", 120), P("M2", 80), P("N2", 8), P("WS2", 0), P("WB2", 0), 0, P("SC2", 0)}
                      : Rule{P("C", 12), P("F1", 800), P("H", 60), P("M", 40), P("N", 4), P("WS", 0), P("WB", 0), 0, scale == 1 ? P("SC1", 0) : P("SC0", 0)};
  }
  return Rule{P("KC", 12), P("KF1", 800), P("KH", 60), P("KM", 30), P("KN", 4), P("KWS", 60), P("KWB", 0), P("KB", 0), scale >= 3 ? P("KS3", 5000) : scale == 2 ? P("KS2", 4700) : scale == 1 ? P("KS1", 4000) : P("KS0", 4000)};
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

// A straight line of `least` cells and more is no glyph's.
template <class At, class Is>
void drop_lines(std::uint32_t length, At&& at, Is&& kept, bool across) {
  std::uint32_t begin = 0, pure = 0;
  const std::uint32_t least = static_cast<std::uint32_t>(P("LN", 8));
  for (std::uint32_t i = 0; i <= length; ++i) {
    if (i < length && !kept(i)) {
      const StrokeCell& cell = at(i);
      const int along = across ? cell.across : cell.down, other = across ? cell.down : cell.across;
      if (along >= P("LA", 4)) {
        pure += other * 4 <= along;
        continue;
      }
    }
    if (i - begin >= least && pure * 4 >= (i - begin) * 3) {
      for (std::uint32_t k = begin; k < i; ++k) {
        StrokeCell& cell = at(k);
        std::uint8_t& along = across ? cell.across : cell.down;
        std::uint8_t& other = across ? cell.down : cell.across;
        if (other * 4 <= along) other = 0, cell.peak = 0;
        along = 0;
      }
    }
    begin = i + 1;
    pure = 0;
  }
}

Status mark(const Plane& plane, std::uint32_t scale, TextKind kind, TextMask& mask, bool chroma = false) {
  const Rule rule = chroma ? Rule{P("CC", 14), P("F1", 800), P("CHH", 80), P("CM", 50), P("CN", 4), 0, 0, 0, P("SCC", 0)} : rule_of(kind, scale);
  auto found = find_strokes(plane, static_cast<std::uint8_t>(rule.contrast));
  if (!found) return found.error();
  Cells cells{*std::move(found), plane.columns(), plane.rows()};
  const std::uint32_t columns = plane.columns(), rows = plane.rows(), side = 1U << scale;
  auto m = TextMask::create(columns, rows), m2 = TextMask::create(columns, rows);
  if (!m || !m2) return m.error();
  auto codes = TextMask::create(columns, rows);
  if (!codes) return codes.error();
  for (std::uint32_t y = 0; y < rows; ++y) for (std::uint32_t x = 0; x < columns; ++x) codes->row(y)[x] = is_code(cells, x, y);
  if (kind == TextKind::kScreen ? P("LS", 1) : P("LC", 1)) {
  for (std::uint32_t y = 0; y < rows; ++y) drop_lines(columns, [&](std::uint32_t x) -> StrokeCell& { return cells.cells[std::size_t{y} * columns + x]; }, [&](std::uint32_t x) { return codes->row(y)[x] != 0; }, false);
  for (std::uint32_t x = 0; x < columns; ++x) drop_lines(rows, [&](std::uint32_t y) -> StrokeCell& { return cells.cells[std::size_t{y} * columns + x]; }, [&](std::uint32_t y) { return codes->row(y)[x] != 0; }, true);
  }
  for (std::uint32_t y = 0; y < rows; ++y) {
    for (std::uint32_t x = 0; x < columns; ++x) {
      const StrokeCell& cell = cells.at(x, y);
      if (cell.across + cell.down < 1) continue;
      int flat = 0, across = 0, down = 0, bright = 0;
      for (int j = -2; j <= 2; ++j) for (int i = -2; i <= 2; ++i) {
        const StrokeCell& each = cells.at(std::int64_t{x} + i, std::int64_t{y} + j);
        flat += each.flat; across += each.across; down += each.down; bright = std::max<int>(bright, each.bright);
      }
      int flat81 = 0; for (int j = -4; j <= 4; ++j) for (int i = -4; i <= 4; ++i) flat81 += cells.at(std::int64_t{x} + i, std::int64_t{y} + j).flat;
      int top = 0, n = 0, big = 0; for (int j = -2; j <= 2; ++j) for (int i = -2; i <= 2; ++i) top = std::max<int>(top, cells.at(std::int64_t{x} + i, std::int64_t{y} + j).peak);
      for (int j = -2; j <= 2; ++j) for (int i = -2; i <= 2; ++i) { const StrokeCell& each = cells.at(std::int64_t{x} + i, std::int64_t{y} + j); if (each.across + each.down >= 2) { ++n; big += each.peak * 2 >= top; } }
      const int ratio = 100 * (across + down) / std::max(1, 1600 - flat), weber = 100 * top / std::max(1, bright), spread = 100 * big / std::max(1, n);
      const int score = P("SW", 20) * weber + P("SS", 20) * spread + P("SR", 28) * ratio + flat81 * P("SF", 50) / 100;
      const bool code = codes->row(y)[x] != 0;
      if (score < rule.score && !code) continue;
      int need = flat >= rule.flat ? rule.contrast : flat >= rule.flat / 2 ? rule.busy_mid : rule.busy;
      need = std::max(need, bright * rule.weber / 100);
      if (cell.peak < need / 2) continue;
      m->row(y)[x] = 1;
      if (cell.peak < need) continue;
      if (!code && (cell.across == 0 || cell.down == 0 || cell.across + cell.down < rule.strokes)) continue;
      if (!code && across + down < rule.window) continue;
      if (!code && rule.balance && std::min(across, down) * rule.balance < std::max(across, down)) continue;
      m->row(y)[x] = 2;
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
  if (kind == TextKind::kCamera && P("KI", 4)) {  // lone ones go
    for (std::uint32_t y = 0; y < rows; ++y) for (std::uint32_t x = 0; x < columns; ++x) {
      std::uint8_t best = m->row(y)[x];
      int count = 0;
      if (best == 2) { for (int j = -2; j <= 2; ++j) for (int i = -2; i <= 2; ++i) {
        const std::int64_t xx = std::int64_t{x} + i, yy = std::int64_t{y} + j;
        if (xx < 0 || yy < 0 || xx >= columns || yy >= rows) continue;
        count += m->row(static_cast<std::uint32_t>(yy))[xx] == 2;
      }
      if (count < P("KI", 4)) best = 0; }
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

// Gaps of up to `most` cells between two marked ones are marked, too.
void close_gaps(TextMask& mask, std::uint32_t across, std::uint32_t down) {
  for (std::uint32_t y = 0; y < mask.rows; ++y) {
    std::uint8_t* row = mask.row(y);
    std::uint32_t last = mask.columns;
    for (std::uint32_t x = 0; x < mask.columns; ++x) {
      if (!row[x]) continue;
      if (last < x && x - last <= across + 1) std::fill(row + last, row + x, 1);
      last = x;
    }
  }
  for (std::uint32_t x = 0; x < mask.columns; ++x) {
    std::uint32_t last = mask.rows;
    for (std::uint32_t y = 0; y < mask.rows; ++y) {
      if (!mask.row(y)[x]) continue;
      if (last < y && y - last <= down + 1) for (std::uint32_t k = last; k < y; ++k) mask.row(k)[x] = 1;
      last = y;
    }
  }
}

}  // namespace

Result<Buffer<TextRegion>> find_text(const FrameView& frame, TextKind kind) {
  auto plane = Plane::of(frame);
  if (!plane) return plane.error();
  auto mask = TextMask::create(plane->columns(), plane->rows());
  if (!mask) return mask.error();
  for (std::uint32_t scale = 0; scale < static_cast<std::uint32_t>(kind == TextKind::kCamera ? P("KS", 3) : P("S", 3)); ++scale) {
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
  close_gaps(*mask, static_cast<std::uint32_t>(P("GX", 3)), static_cast<std::uint32_t>(P("GY", 1)));
  return cover(*mask, frame.size());
}

}  // namespace caseframe
