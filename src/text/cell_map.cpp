#include "text/cell_map.hpp"

#include <algorithm>

namespace caseframe {
namespace {

// out[i] = in[i - reach] ∘ … ∘ in[i + reach], each `in[k]` a row of `width` numbers; both ends of the map cut it off.
// Not inlined: it is called from three places, and as a vector loop it is most of this file's size.
template <class Combine>
[[gnu::noinline]] void combine(std::uint16_t* __restrict out, const std::uint16_t* __restrict in, std::size_t width,
                               Combine&& with) {
  for (std::size_t x = 0; x < width; ++x) out[x] = with(out[x], in[x]);
}

// Whole rows at a time, shifted against each other: loops that compilers turn into vectors.
template <class Combine>
void window(CellMap in, CellMap out, CellMap scratch, Reach reach, Combine&& with) {
  const std::uint32_t columns = in.columns, rows = in.rows;
  for (std::uint32_t y = 0; y < rows; ++y) {
    std::uint16_t* to = scratch.row(y);
    const std::uint16_t* from = in.row(y);
    std::copy_n(from, columns, to);
    for (std::uint32_t d = 1; d <= std::min(reach.across, columns - 1); ++d) {
      combine(to, from + d, columns - d, with);
      combine(to + d, from, columns - d, with);
    }
  }
  for (std::uint32_t y = 0; y < rows; ++y) {
    std::uint16_t* to = out.row(y);
    const std::uint32_t first = y - std::min(y, reach.down), last = std::min(rows - 1, y + reach.down);
    std::copy_n(scratch.row(first), columns, to);
    for (std::uint32_t k = first + 1; k <= last; ++k) combine(to, scratch.row(k), columns, with);
  }
}

}  // namespace

void add_up(CellMap in, CellMap out, CellMap scratch, Reach reach) {
  window(in, out, scratch, reach, [](std::uint16_t a, std::uint16_t b) { return static_cast<std::uint16_t>(a + b); });
}

void find_largest(CellMap in, CellMap out, CellMap scratch, Reach reach) {
  window(in, out, scratch, reach, [](std::uint16_t a, std::uint16_t b) { return std::max(a, b); });
}

}  // namespace caseframe
