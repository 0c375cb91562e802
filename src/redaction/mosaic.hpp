// The mosaic over one region: what it looks at, and how it is painted.
//
//   rect ┌──────┬──────┬────┐   A grid tied to the region's top left corner: at most kMaxCells square cells along the
//        │ cell │      │    │   longer side, but for what is left in the last column and row. Each is of one colour,
//        ├──────┼──────┼────┤   a median over `side` × `side` pixels around it.
//        │      │      │    │
//        └──────┴──────┴────┘
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "redaction/canvas.hpp"

namespace caseframe {

class Mosaic {
 public:
  // Looks at the canvas as it is now.
  Mosaic(const Canvas& canvas, const Redaction& redaction);

  void paint(const Canvas& canvas) const;
  // Through a tent kernel that reaches one cell to each side. It is computed from the cells' colours alone, so that it
  // cannot tell more than the mosaic does.
  void paint_smooth(const Canvas& canvas) const;

 private:
  struct Span {
    std::uint32_t begin;
    std::uint32_t end;
  };
  using Colors = std::array<Rgb, std::size_t{kMaxCells} * kMaxCells>;
  struct Weight {
    std::uint32_t low;
    std::uint32_t high;
    std::uint32_t high_share;  // of 256
  };
  // A pixel's four samples side by side, in whatever vectors the machine has; times 256 in a Mix.
  using Mix = std::uint32_t __attribute__((vector_size(16)));
  using Bytes = std::uint8_t __attribute__((vector_size(4)));
  // How many columns' weights are kept at a time.
  static constexpr std::uint32_t kStripe = 64;

  [[nodiscard]] Rgb at(std::uint32_t i, std::uint32_t j) const { return colors_[j * kMaxCells + i]; }
  [[nodiscard]] Colors look(const Canvas& canvas) const;
  // What cell `index` looks at in one direction: the side of its square, around its middle, moved into the frame; all
  // of the frame where it has less.
  [[nodiscard]] Span sampled(std::uint32_t low, std::uint32_t high, std::uint32_t index, std::uint32_t limit) const;
  static Levels median(const Canvas& canvas, Span horizontal, Span vertical);
  // The two cells whose centres enclose `offset`, the one cell twice near the region's edges.
  [[nodiscard]] Weight weight(std::uint32_t offset, std::uint32_t count) const;
  // What one row of pixels is made of: each column of cells between the two rows of them that the pixels lie between.
  [[nodiscard]] std::array<Mix, kMaxCells> mix_rows(const Weight& v) const;

  Rect rect_;
  std::uint32_t cell_;
  std::uint32_t columns_;
  std::uint32_t rows_;
  Colors colors_;
};

}  // namespace caseframe
