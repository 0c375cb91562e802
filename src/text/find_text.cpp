#include "text/find_text.hpp"

#include <algorithm>
#include <span>

#include "text/cell_map.hpp"
#include "text/cover.hpp"
#include "text/judge.hpp"
#include "text/plane.hpp"

#ifdef TUNE
#include "/tmp/tt/dev/params.hpp"
#else
#define P(name, by) (by)
#endif

namespace caseframe {
namespace {

struct Gap {
  std::uint32_t across;
  std::uint32_t down;
};

// Between two words, or two lines, in cells.
constexpr Gap kGap{3, 1};

std::uint8_t u8(int v) { return static_cast<std::uint8_t>(v); }
std::uint16_t u16(int v) { return static_cast<std::uint16_t>(v); }

// For each scale, from the whole size down.
TextRule camera_rule(std::uint32_t s) {
  return {u8(P("KC", 6)), u8(P("KH", 6)), u8(P("KN", 4)), u16(P("KWS", 84)), u16(s == 0 ? P("KS0", 4000) : s == 1 ? P("KS1", 4000) : s == 2 ? P("KS2", 4700) : P("KS3", 5000)), u8(P("KI", 7))};
}
TextRule screen_rule(std::uint32_t s) {
  if (s < 2) return {u8(P("C", 6)), u8(P("H", 20)), u8(P("N", 4)), 0, u16(s == 0 ? P("SC0", 3700) : P("SC1", 3700)), 0};
  return {u8(P("C2", 30)), u8(P("H2", 60)), u8(P("N2", 8)), 0, u16(P("SC2", 3000)), 0};
}
TextRule colour_rule() { return {u8(P("CC", 7)), u8(P("CHH", 30)), u8(P("CN", 4)), 0, u16(P("SCC", 3000)), 0}; }

// Marks what a plane of 1 / 2^scale of the frame's size shows, and `margin` cells around it.
Status mark(const Plane& plane, std::uint32_t scale, const TextRule& rule, CellMap marked) {
  auto maps = CellMaps<2>::create(plane.columns(), plane.rows());
  if (!maps) return maps.error();
  const CellMap text = (*maps)[0];
  if (const Status judged = judge(plane, rule, text); !judged) return judged;
  // At full size as far around as a codec spreads ink; a smaller one's cells are larger than what they show.
  if (scale == 0) find_largest(text, text, (*maps)[1], {1, 1});
  for (std::uint32_t y = 0; y < marked.rows; ++y) {
    const std::uint16_t* from = text.row(y >> scale);
    std::uint16_t* to = marked.row(y);
    for (std::uint32_t x = 0; x < marked.columns; ++x) to[x] |= from[x >> scale];
  }
  return {};
}

// Marks what lies between two marked cells of a row or column that are hardly apart.
void close_gaps(std::uint16_t* cells, std::size_t stride, std::size_t count, std::size_t most) {
  std::size_t open = most;  // since the last one that is marked; too many at first
  for (std::size_t i = 0; i < count; ++i) {
    if (cells[i * stride] == 0) {
      ++open;
      continue;
    }
    if (open < most + 1 && open <= i) {
      for (std::size_t k = i - open; k < i; ++k) cells[k * stride] = 1;
    }
    open = 0;
  }
}

}  // namespace

Result<Buffer<TextRegion>> find_text(const FrameView& frame, TextKind kind) {
  auto plane = Plane::brightness_of(frame);
  if (!plane) return plane.error();
  auto maps = CellMaps<1>::create(plane->columns(), plane->rows());
  if (!maps) return maps.error();
  const CellMap marked = (*maps)[0];
  std::fill_n(marked.cells, marked.count(), std::uint16_t{0});

  const std::uint32_t scales = kind == TextKind::kCamera ? 4 : 3;
  for (std::uint32_t scale = 0; scale < scales; ++scale) {
    if (scale != 0) {
      auto half = plane->halved();
      if (!half) return half.error();
      *plane = *std::move(half);
    }
    const TextRule rule = kind == TextKind::kCamera ? camera_rule(scale) : screen_rule(scale);
    if (const Status done = mark(*plane, scale, rule, marked); !done) return done.error();
  }
  if (kind == TextKind::kScreen) {
    // Red on a dark grey has the same brightness, and is read all the same.
    const auto colours = Plane::colourfulness_of(frame);
    if (!colours) return colours.error();
    if (const Status done = mark(*colours, 1, colour_rule(), marked); !done) return done.error();
  }

  for (std::uint32_t y = 0; y < marked.rows; ++y) close_gaps(marked.row(y), 1, marked.columns, kGap.across);
  for (std::uint32_t x = 0; x < marked.columns; ++x) {
    close_gaps(marked.cells + x, marked.columns, marked.rows, kGap.down);
  }
  return cover(marked, frame.size());
}

}  // namespace caseframe
