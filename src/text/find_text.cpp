#include "text/find_text.hpp"

#include <algorithm>
#include <span>

#include "text/cell_map.hpp"
#include "text/cover.hpp"
#include "text/judge.hpp"
#include "text/plane.hpp"

namespace caseframe {
namespace {

struct Gap {
  std::uint32_t across;
  std::uint32_t down;
};

// Between two words, or two lines, in cells.
constexpr Gap kGap{3, 1};

// One for each scale, from the whole size down. Measured by tests/text: what raises a number leaves more text open and
// covers less of what is none. At an eighth of the size come the letters of a number plate that fills the picture.
constexpr TextRule kCamera[] = {
    {6, 6, 4, 60, 3120, 4320, 7, 7, Codes::kUpright},
    {6, 6, 4, 60, 3620, 4820, 7, 7, Codes::kUpright},
    {8, 6, 4, 60, 4670, 5870, 7, 7, Codes::kUpright},
    {8, 6, 4, 60, 4970, 6170, 7, 7, Codes::kUpright},
};
// The third is for large letters and large codes alone: they are rich in contrast. A letter's last stroke may lie two
// cells from the first that is sure.
constexpr TextRule kScreen[] = {
    {5, 20, 4, 0, 3700, 3700, 2, 0, Codes::kBothWays},
    {5, 20, 4, 0, 3700, 3700, 2, 0, Codes::kBothWays},
    {30, 60, 8, 0, 3000, 3000, 2, 0, Codes::kBothWays},
};
// Of colour at half the size.
constexpr TextRule kColours = {6, 30, 4, 0, 3000, 3000, 2, 0, Codes::kBothWays};

// Marks what a plane of 1 / 2^scale of the frame's size shows.
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

  std::span<const TextRule> rules = kCamera;
  if (kind == TextKind::kScreen) rules = kScreen;
  for (std::uint32_t scale = 0; scale < rules.size(); ++scale) {
    if (scale != 0) {
      auto half = plane->halved();
      if (!half) return half.error();
      *plane = *std::move(half);
    }
    if (const Status done = mark(*plane, scale, rules[scale], marked); !done) return done.error();
  }
  if (kind == TextKind::kScreen) {
    // Red on a dark grey has the same brightness, and is read all the same.
    const auto colours = Plane::colourfulness_of(frame);
    if (!colours) return colours.error();
    if (const Status done = mark(*colours, 1, kColours, marked); !done) return done.error();
  }

  for (std::uint32_t y = 0; y < marked.rows; ++y) close_gaps(marked.row(y), 1, marked.columns, kGap.across);
  for (std::uint32_t x = 0; x < marked.columns; ++x) {
    close_gaps(marked.cells + x, marked.columns, marked.rows, kGap.down);
  }
  return cover(marked, frame.size());
}

}  // namespace caseframe
