// A number for each cell of a picture, and what it is with its neighbours'.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "buffer.hpp"
#include "result.hpp"

namespace caseframe {

// In pixels of its plane: a cell is as large as a codec's smallest blocks, and as a line of the smallest text is high.
inline constexpr std::uint32_t kTextCell = 8;

// Row by row. Non-owning: CellMaps has the memory.
struct CellMap {
  std::uint16_t* cells;
  std::uint32_t columns;
  std::uint32_t rows;

  [[nodiscard]] std::uint16_t* row(std::uint32_t y) const { return cells + std::size_t{y} * columns; }
  [[nodiscard]] std::size_t count() const { return std::size_t{columns} * rows; }
  [[nodiscard]] std::span<std::uint16_t> all() const { return {cells, count()}; }
};

// Maps of one size, `kCount` of them.
template <std::size_t kCount>
class CellMaps {
 public:
  static Result<CellMaps> create(std::uint32_t columns, std::uint32_t rows) {
    CellMaps maps;
    auto cells = Buffer<std::uint16_t>::allocate(std::size_t{columns} * rows * kCount);
    if (!cells) return cells.error();
    maps.cells_ = *std::move(cells);
    maps.columns_ = columns;
    maps.rows_ = rows;
    return maps;
  }

  [[nodiscard]] CellMap operator[](std::size_t i) { return {cells_.data() + i * columns_ * rows_, columns_, rows_}; }

 private:
  Buffer<std::uint16_t> cells_;
  std::uint32_t columns_ = 0;
  std::uint32_t rows_ = 0;
};

// How far a window reaches from its cell, in cells. Outside of the map all is zero.
struct Reach {
  std::uint32_t across;
  std::uint32_t down;
};

// `out` may be `in`; `scratch` is neither.
void add_up(CellMap in, CellMap out, CellMap scratch, Reach reach);
void find_largest(CellMap in, CellMap out, CellMap scratch, Reach reach);

}  // namespace caseframe
