// From all tiles of a picture to one number: the gradient of those that have most, over the picture's mean, as Weber
// has contrast. Blur leaves the mean as it is; the standard deviation of a tile, or of the picture, it lowers with the
// gradient, and with the finest text by more.
#pragma once

#include <array>
#include <cstdint>

#include "frame.hpp"
#include "sharpness/sharpness.hpp"
#include "sharpness/tile.hpp"

namespace caseframe {

class Tiles {
 public:
  // `count` across and down; `black`: the level that stands for it.
  Tiles(Size count, std::uint8_t black) : count_(count), black_(black) {}
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;
  ~Tiles();

  [[nodiscard]] Size count() const { return count_; }
  void add(std::uint32_t across, std::uint32_t down, const TileSums& sums);
  // Of all that were added; its sharpness as a share of the picture's side.
  [[nodiscard]] Sharpness result() const;

 private:
  // Tiles by their energy, in steps of an eighth of an octave: a list of all would have to be kept and sorted.
  struct Bucket {
    std::uint64_t energy = 0;
    std::uint64_t contrast = 0;
    std::uint32_t count = 0;
  };
  struct Cell {
    std::uint64_t sum = 0;
    std::uint32_t count = 0;
  };
  // A tenth of the tiles, as means of one.
  struct Tenth {
    double energy = 0;
    double contrast = 0;
  };
  [[nodiscard]] Tenth tenth(bool highest) const;
  [[nodiscard]] double tiles() const { return static_cast<double>(count_.width) * count_.height; }

  Size count_;
  std::uint8_t black_;
  std::uint64_t clipped_ = 0;
  std::uint64_t sum_ = 0;
  std::array<Bucket, 288> buckets_{};
  std::array<Cell, kThumbnailSide * kThumbnailSide> cells_{};
};

}  // namespace caseframe
