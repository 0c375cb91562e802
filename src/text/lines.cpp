#include "text/lines.hpp"

namespace caseframe {
namespace {

// Of a cell's 64 pixels, how many are strokes', and of what contrast; in the other direction there are hardly any.
constexpr std::uint16_t kDense = 10;
constexpr std::uint16_t kCodeContrast = 30;
// So many of the seven cells in a row that this reaches.
constexpr std::uint16_t kCodeCells = 4;
constexpr std::uint32_t kCodeReach = 3;

// A cell that a line crosses has a stroke's pixel in most of its rows, and hardly any across.
constexpr std::uint16_t kAlong = 4;
constexpr std::uint32_t kLineCells = 10;

struct Step {
  std::uint16_t* along;
  std::uint16_t* across;
  std::uint16_t* peak;
  const std::uint16_t* code;
  std::size_t stride;

  [[nodiscard]] bool is_part(std::size_t i) const { return code[i * stride] == 0 && along[i * stride] >= kAlong; }
  [[nodiscard]] bool is_plain(std::size_t i) const { return across[i * stride] * 4 <= along[i * stride]; }
  void drop(std::size_t i) const {
    if (is_plain(i)) across[i * stride] = peak[i * stride] = 0;
    along[i * stride] = 0;
  }
};

// Along one row or column: runs of cells that a line may cross, most of which show nothing else.
void drop_along(const Step& cells, std::size_t count) {
  for (std::size_t begin = 0; begin < count; ++begin) {
    std::size_t end = begin, plain = 0;
    for (; end < count && cells.is_part(end); ++end) plain += cells.is_plain(end) ? 1U : 0U;
    if (end - begin >= kLineCells && 4 * plain >= 3 * (end - begin)) {
      for (std::size_t i = begin; i < end; ++i) cells.drop(i);
    }
    begin = end;
  }
}

// A barcode's bars end: stripes do not that are longer, or go from one end of the picture to the other.
constexpr std::size_t kLongestBar = 32;
constexpr std::size_t kShortestStripe = 8;
// Noise hides a cell of a stripe here and there.
constexpr std::size_t kBreak = 2;

bool is_bars(std::uint16_t along, std::uint16_t other, std::uint16_t peak) {
  return along >= kDense && 3 * other <= along && peak >= kCodeContrast;
}

// Down one column.
void drop_stripe(const Step& cells, std::size_t count) {
  std::size_t begin = 0, end = 0;
  const auto drop = [&] {
    const std::size_t length = end - begin;
    const bool is_stripe = length > kLongestBar || (length >= kShortestStripe && 8 * length >= 7 * count);
    for (std::size_t i = begin; is_stripe && i < end; ++i) cells.drop(i);
  };
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = i * cells.stride;
    if (!is_bars(cells.along[at], cells.across[at], cells.peak[at])) continue;
    if (i > end + kBreak) {
      drop();
      begin = i;
    }
    end = i + 1;
  }
  drop();
}

}  // namespace

void drop_stripes(const Strokes& strokes) {
  const CellMap& cells = strokes.across;
  for (std::size_t x = 0; x < cells.columns; ++x) {
    drop_stripe({cells.cells + x, strokes.down.cells + x, strokes.peak.cells + x, nullptr, cells.columns}, cells.rows);
  }
}

void find_codes(const Strokes& strokes, Codes kind, CellMap codes, CellMap scratch, CellMap sums) {
  for (std::uint16_t& code : codes.all()) code = 0;
  for (const bool across : {true, false}) {
    if (!across && kind == Codes::kUpright) continue;
    const CellMap along = across ? strokes.across : strokes.down, other = across ? strokes.down : strokes.across;
    const Reach reach = across ? Reach{kCodeReach, 0} : Reach{0, kCodeReach};
    const auto dense = [&](std::size_t i) { return is_bars(along.cells[i], other.cells[i], strokes.peak.cells[i]); };
    for (std::size_t i = 0; i < sums.count(); ++i) sums.cells[i] = dense(i) ? 1 : 0;
    add_up(sums, sums, scratch, reach);
    for (std::size_t i = 0; i < sums.count(); ++i) sums.cells[i] = dense(i) && sums.cells[i] >= kCodeCells ? 1 : 0;
    // Bars and gaps that are wider than strokes lie between, and at the ends.
    find_largest(sums, sums, scratch, reach);
    for (std::size_t i = 0; i < sums.count(); ++i) codes.cells[i] |= sums.cells[i];
  }
}

void drop_lines(const Strokes& strokes, CellMap codes) {
  const std::size_t columns = codes.columns;
  for (std::uint32_t y = 0; y < codes.rows; ++y) {
    drop_along({strokes.down.row(y), strokes.across.row(y), strokes.peak.row(y), codes.row(y), 1}, columns);
  }
  for (std::size_t x = 0; x < columns; ++x) {
    drop_along({strokes.across.cells + x, strokes.down.cells + x, strokes.peak.cells + x, codes.cells + x, columns},
               codes.rows);
  }
}

}  // namespace caseframe
