// Noise averages out over a cell and a picture does not, so what a cell keeps once its surroundings are taken away is
// evidence. Three things are asked of it: does a row or a column of cells stand out, does a spot, and do differences
// too weak for either persist between cells that are too far apart to share noise?
//
// The thresholds stand between two crowds of generated frames: 4,000 black ones of 320 × 180 to 1280 × 720 (levels
// 0..14, Gaussian noise of standard deviation 0..6 alike in all channels or not, row and column patterns of 0..3, up to
// 80 hot pixels a megapixel, falloff of up to 20 levels, codec noise of ±3 in blocks of 4 to 16 pixels, in every
// mixture) and pictures (photographs at 5 % light with such noise, terminals, lamps, logos). "Measured" is what 99.9 %
// of the black ones stayed under; all three questions together took 0.2 % of them for pictures. tests/cpp/picture/
// makes such frames anew (study_test.cpp) and pins each threshold (featureless_test.cpp).
#include "picture/featureless.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace caseframe {
namespace {

// Text of one channel is a third as grey as white text, so the same questions are asked of the cells' chroma: what is
// alike in all channels, as most of a sensor's noise is, has none. Half of the difference between channels counts,
// because a codec's ±3 of Cb is ±5.3 of blue (BT.601). Only in larger cells: in one of 8 pixels a single hot pixel of
// one colour leaves as much, and there text fills enough of a cell to be seen in grey.
constexpr std::uint32_t kColourSide = 16;

class Evidence {
 public:
  // Works in `values`, one of each cell, and leaves them flattened.
  Evidence(const Cells& cells, float* values)
      : values_(values),
        columns_(static_cast<int>(cells.columns)),
        rows_(static_cast<int>(cells.rows)),
        side_(static_cast<double>(cells.side)) {}

  // True if something is there that noise, single hot pixels, offsets of rows and columns, codec blocks of up to 16 ×
  // 16 pixels and a smooth falloff of light do not explain.
  [[nodiscard]] bool exists() {
    const bool band = band_stands_out();  // first, for the others want the bands gone
    return band || spot_stands_out() || differences_persist();
  }

 private:
  // How far away a cell's surroundings are: windows of three cells that far apart do not overlap.
  static constexpr int kReach = 3;

  // How many levels a row or column may differ from those kReach before and after, at cells of 8 pixels; measured: 4.8.
  // A fixed pattern averages out over a larger cell's lines, by the square root of its side.
  static constexpr double kBand = 7;

  // A spot is a window of cells whose mean differs from the windows around it by `strong` levels, or by `weak` ones if
  // that is also more than `sigmas` robust standard deviations of all windows' differences.
  struct Window {
    int half_width;
    int half_height;
    double strong;  // above what codec noise all over the frame reaches; measured: 7.9, 5.8, 4.3
    double weak;    // above a sparse event, a hot pixel or a lone coded block, at cells of 8; measured: 7.1, 3.7, 1.4,
                    // and 4.1, 2.6 from WebP of quality 20
    double sigmas;  // above noise all over the frame; measured where `weak` is passed: at most 5.2, 4.9, 5.2
  };
  static constexpr Window kWindows[] = {{0, 0, 8.5, 7.5, 5}, {1, 0, 5.6, 4.6, 4.5}, {1, 1, 4.7, 3.2, 5.5}};

  // Codec noise is alike within a macroblock: 16 pixels in H.264, in VP8 and in a JPEG of 4:2:0.
  static constexpr double kCodecBlock = 16;
  // The mean product of differences beyond that distance, in levels². Measured: 0.004; 0.025 from AVIF of quality 20.
  static constexpr double kPersistentPower = 0.03;
  // What a falloff may add, per (distance / shorter side)⁴, for it is smooth and its differences go by the square of
  // the distance. It matters in small frames only: 0.06 at 320 × 180, where falloff of 20 levels measures 0.033.
  static constexpr double kFalloffPower = 900;
  // The same against the differences' own power, times √count: standard deviations, if all were independent. A block of
  // 16 pixels makes four cells of 8 one, which doubles them; measured: 5.5.
  static constexpr double kPersistentSigmas = 5.5;

  static constexpr std::size_t kBins = 512;  // of spots' differences, for their median
  static constexpr double kBinsPerLevel = 32;

  [[nodiscard]] float& at(int row, int column) const {
    return values_[static_cast<std::ptrdiff_t>(row) * columns_ + column];
  }

  bool band_stands_out();
  template <class Cell>
  double flatten(int lines, int length, Cell&& cell);
  [[nodiscard]] bool spot_stands_out() const;
  [[nodiscard]] double window_mean(const Window& window, int row, int column) const;
  [[nodiscard]] double surroundings(const Window& window, int row, int column) const;
  [[nodiscard]] bool differences_persist() const;

  float* values_;
  int columns_;
  int rows_;
  double side_;
};

bool Evidence::band_stands_out() {
  const double row = flatten(rows_, columns_, [&](int line, int i) -> float& { return at(line, i); });
  const double column = flatten(columns_, rows_, [&](int line, int i) -> float& { return at(i, line); });
  return std::max(row, column) > kBand * std::min(1.0, std::sqrt(8 / side_));
}

// Takes each line's mean away from its cells; returns how much one differed from those around it, at most.
template <class Cell>
double Evidence::flatten(int lines, int length, Cell&& cell) {
  constexpr int kKept = 2 * kReach + 1;
  std::array<double, kKept> means{};  // of the latest lines
  const auto mean = [&](int line) -> double& { return means[static_cast<std::size_t>(line % kKept)]; };
  double most = 0;
  for (int line = 0; line < lines; ++line) {
    double sum = 0;
    for (int i = 0; i < length; ++i) sum += static_cast<double>(cell(line, i));
    mean(line) = sum / length;
    for (int i = 0; i < length; ++i) cell(line, i) -= static_cast<float>(mean(line));
    if (line < 2 * kReach) continue;
    most = std::max(most, std::abs(mean(line - kReach) - (mean(line - 2 * kReach) + mean(line)) / 2));
  }
  return most;
}

bool Evidence::spot_stands_out() const {
  // A hot pixel weighs more in a cell smaller than a codec's block; noise weighs less in a larger one.
  const double small = std::max(1.0, 64 / (side_ * side_));
  const double strong_scale = small * std::min(1.0, kCodecBlock / side_);
  const double weak_scale = small * std::min(1.0, std::sqrt(8 / side_));
  for (const Window& window : kWindows) {
    std::array<int, kBins> histogram{};
    double largest = 0;
    for (int row = 0; row < rows_; ++row) {
      for (int column = 0; column < columns_; ++column) {
        const double difference = std::abs(window_mean(window, row, column) - surroundings(window, row, column));
        largest = std::max(largest, difference);
        ++histogram[static_cast<std::size_t>(std::min(difference * kBinsPerLevel, kBins - 1.0))];
      }
    }
    std::size_t median = 0;
    for (int below = histogram[0]; below * 2 < rows_ * columns_; below += histogram[median]) ++median;
    const double sigma = 1.4826 * static_cast<double>(median) / kBinsPerLevel;  // of a normal distribution
    if (largest > window.strong * strong_scale) return true;
    if (largest > window.weak * weak_scale && largest > window.sigmas * sigma) return true;
  }
  return false;
}

// Of the cells of a window that the frame has.
double Evidence::window_mean(const Window& window, int row, int column) const {
  const int top = std::max(row - window.half_height, 0), bottom = std::min(row + window.half_height, rows_ - 1);
  const int left = std::max(column - window.half_width, 0), right = std::min(column + window.half_width, columns_ - 1);
  double sum = 0;
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) sum += static_cast<double>(at(y, x));
  }
  return sum / ((bottom - top + 1) * (right - left + 1));
}

// The mean of the windows on both sides, across and down, so that a slope cancels; where the frame ends too soon for
// either, the window itself.
double Evidence::surroundings(const Window& window, int row, int column) const {
  double sum = 0;
  int count = 0;
  if (column >= kReach && column + kReach < columns_) {
    sum += window_mean(window, row, column - kReach) + window_mean(window, row, column + kReach);
    count += 2;
  }
  if (row >= kReach && row + kReach < rows_) {
    sum += window_mean(window, row - kReach, column) + window_mean(window, row + kReach, column);
    count += 2;
  }
  return count == 0 ? window_mean(window, row, column) : sum / count;
}

// An edge goes on: where a cell differs from those left and right of it, the cell further down does, too; and likewise
// across. Noise gives products of either sign.
bool Evidence::differences_persist() const {
  const int distance = static_cast<int>(std::ceil(kCodecBlock / side_));
  double power = 0;
  double persistent = 0;
  int count = 0;
  const auto add = [&](int lines, int length, auto&& cell) {
    const auto difference = [&](int line, int i) {
      return static_cast<double>(cell(line, i)) -
             static_cast<double>(cell(line, i - distance) + cell(line, i + distance)) / 2;
    };
    for (int line = 0; line + distance < lines; ++line) {
      for (int i = distance; i + distance < length; ++i) {
        const double here = difference(line, i);
        power += here * here;
        persistent += here * difference(line + distance, i);
        ++count;
      }
    }
  };
  add(rows_, columns_, [&](int line, int i) { return at(line, i); });
  add(columns_, rows_, [&](int line, int i) { return at(i, line); });
  const double reach = static_cast<double>(distance) / std::min(rows_, columns_);
  const double least = std::max(kPersistentPower, kFalloffPower * reach * reach * reach * reach);
  return persistent > least * count && persistent * std::sqrt(count) > kPersistentSigmas * power;
}

}  // namespace

bool is_featureless(Cells& cells) {
  if (Evidence(cells, cells.grey.data()).exists()) return false;
  return cells.side < kColourSide || !Evidence(cells, cells.chroma.data()).exists();
}

}  // namespace caseframe
