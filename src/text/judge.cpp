#include "text/judge.hpp"

#include <algorithm>

#include "text/lines.hpp"
#include "text/strokes.hpp"

namespace caseframe {
namespace {

constexpr Reach kWindow{2, 2};
constexpr Reach kWideWindow{4, 4};
constexpr Reach kNextTo{1, 1};
constexpr std::uint32_t kWindowPixels = 25 * kTextCell * kTextCell;

struct Windows {
  CellMap flat;       // pixels without any contrast
  CellMap wide_flat;  // likewise, in the wide window
  CellMap strokes;    // pixels of strokes, both ways
  CellMap peak;       // the highest contrast
  CellMap bright;     // the highest brightness
  CellMap cells;      // cells with strokes
  CellMap high;       // of these, how many have half of the highest contrast
};

void measure(const Strokes& strokes, const Windows& windows, CellMap scratch) {
  const std::size_t count = scratch.count();
  for (std::size_t i = 0; i < count; ++i) {
    const auto sum = static_cast<std::uint16_t>(strokes.across.cells[i] + strokes.down.cells[i]);
    windows.strokes.cells[i] = sum;
    windows.cells.cells[i] = sum >= 2 ? 1 : 0;
  }
  find_largest(strokes.peak, windows.peak, scratch, kWindow);
  for (std::size_t i = 0; i < count; ++i) {
    windows.high.cells[i] = windows.cells.cells[i] != 0 && 2 * strokes.peak.cells[i] >= windows.peak.cells[i] ? 1 : 0;
  }
  add_up(windows.strokes, windows.strokes, scratch, kWindow);
  add_up(windows.cells, windows.cells, scratch, kWindow);
  add_up(windows.high, windows.high, scratch, kWindow);
  find_largest(strokes.bright, windows.bright, scratch, kWindow);
  add_up(strokes.flat, windows.flat, scratch, kWindow);
  add_up(strokes.flat, windows.wide_flat, scratch, kWideWindow);
}

// How much like text a window is. Ink differs from its ground by a good part of the light there, equally much in every
// letter; what is not ground is strokes; and there is ground around. The four count about equally: by these weights
// letters on pages and in pictures were told best from what photographs without text show (tests/text).
std::uint32_t score(const Windows& windows, std::size_t i) {
  const std::uint32_t contrast = 100U * windows.peak.cells[i] / std::max<std::uint32_t>(1, windows.bright.cells[i]);
  const std::uint32_t evenness = 100U * windows.high.cells[i] / std::max<std::uint32_t>(1, windows.cells.cells[i]);
  const std::uint32_t uneven = std::max<std::uint32_t>(1, kWindowPixels - windows.flat.cells[i]);
  const std::uint32_t strokes = 100U * windows.strokes.cells[i] / uneven;
  return 20 * contrast + 20 * evenness + 26 * strokes + windows.wide_flat.cells[i] / 2;
}

enum : std::uint16_t { kNone, kPerhaps, kText };

std::uint16_t judge_cell(const Strokes& strokes, const Windows& windows, const TextRule& rule, std::size_t i) {
  const std::uint32_t across = strokes.across.cells[i], down = strokes.down.cells[i], peak = strokes.peak.cells[i];
  if (across + down == 0) return kNone;
  const std::uint32_t needed = windows.flat.cells[i] >= kWindowPixels / 2 ? rule.contrast : rule.busy;
  if (2 * peak < needed) return kNone;
  // Last, for it divides.
  const std::uint32_t likeness = score(windows, i);
  if (likeness < rule.score) return kNone;
  const bool both_ways = across != 0 && down != 0 && across + down >= rule.strokes;
  const bool enough = peak >= needed && windows.strokes.cells[i] >= rule.more_strokes;
  return likeness >= rule.sure && both_ways && enough ? kText : kPerhaps;
}

// What is perhaps text is, where it touches some. False where there is no such cell any more.
bool spread(CellMap cells, CellMap highest, CellMap scratch) {
  find_largest(cells, highest, scratch, kNextTo);
  bool any = false;
  for (std::size_t i = 0; i < cells.count(); ++i) {
    if (cells.cells[i] != kPerhaps || highest.cells[i] != kText) continue;
    cells.cells[i] = kText;
    any = true;
  }
  return any;
}

}  // namespace

Status judge(const Plane& plane, const TextRule& rule, CellMap text) {
  auto maps = CellMaps<14>::create(plane.columns(), plane.rows());
  if (!maps) return maps.error();
  std::size_t next = 0;
  const auto map = [&] { return (*maps)[next++]; };
  const Strokes strokes{map(), map(), map(), map(), map()};
  const Windows windows{map(), map(), map(), map(), map(), map(), map()};
  const CellMap codes = map(), scratch = map();

  if (const Status found = find_strokes(plane, rule.contrast, strokes); !found) return found;
  if (rule.codes == Codes::kUpright) drop_stripes(strokes);
  find_codes(strokes, rule.codes, codes, scratch, text);
  drop_lines(strokes, codes);
  measure(strokes, windows, scratch);
  for (std::size_t i = 0; i < text.count(); ++i) {
    text.cells[i] = codes.cells[i] != 0 ? std::uint16_t{kText} : judge_cell(strokes, windows, rule, i);
  }
  for (std::uint32_t n = 0; n < rule.near; ++n) {
    if (!spread(text, windows.high, scratch)) break;
  }
  for (std::uint16_t& cell : text.all()) cell = cell == kText ? 1 : 0;
  add_up(text, windows.cells, scratch, kWindow);
  for (std::size_t i = 0; i < text.count(); ++i) {
    if (windows.cells.cells[i] < rule.company) text.cells[i] = 0;
  }
  return {};
}

}  // namespace caseframe
