#include "scale.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace caseframe {
namespace {

// Four samples side by side: a pixel, in whatever vectors the machine has.
using Four32 = std::uint32_t __attribute__((vector_size(16)));
using Four64 = std::uint64_t __attribute__((vector_size(32)));

// One direction. Positions are counted in units in which both grids fall on whole numbers: a source pixel is `target`
// long, a target pixel `source`, with nothing in common any more.
struct Axis {
  std::uint32_t source;
  std::uint32_t target;

  Axis(std::uint32_t from, std::uint32_t to) : source(from / std::gcd(from, to)), target(to / std::gcd(from, to)) {}
};

// Walks over an axis: for each target pixel, the source pixels that it covers and how much of each.
class Walk {
 public:
  explicit Walk(Axis axis) : axis_(axis), left_(axis.target) {}

  template <class Add>
  void next(Add&& add) {
    std::uint32_t wanted = axis_.source;
    while (wanted > 0) {
      const std::uint32_t share = std::min(wanted, left_);
      add(at_, share);
      wanted -= share;
      left_ -= share;
      if (left_ == 0) {
        left_ = axis_.target;
        ++at_;
      }
    }
  }

 private:
  Axis axis_;
  std::uint32_t at_ = 0;
  std::uint32_t left_;  // of source pixel at_, what no target pixel has taken yet
};

// Sums to averages, rounded half up: sum / area, exactly.
template <class Sum>
class Divisor;

// By multiplication: with 2^shift / area rounded up, sum × factor >> shift is exact while
// (sum + area / 2) × (factor × area - 2^shift) < 2^shift, and the left side is below 256 × area × area.
template <>
class Divisor<std::uint32_t> {
 public:
  static constexpr std::uint64_t kMostArea = std::uint64_t{1} << 23;

  using Four = Four32;

  explicit Divisor(std::uint64_t area)
      : half_(area / 2),
        shift_(31 + static_cast<int>(std::bit_width(area))),
        factor_((std::uint64_t{1} << shift_) / area + 1) {}

  std::uint8_t operator()(std::uint32_t sum) const {
    return static_cast<std::uint8_t>((sum + half_) * factor_ >> shift_);
  }

 private:
  std::uint64_t half_;
  int shift_;
  std::uint64_t factor_;
};

// Sums stay below 255 × 65500², well inside the 53 bits of a double, and a quotient that is no whole number is further
// from one than a double's precision: dividing and cutting rounds half up, as exact arithmetic would.
template <>
class Divisor<std::uint64_t> {
 public:
  using Four = Four64;

  explicit Divisor(std::uint64_t area) : area_(static_cast<double>(area)), half_(area_ / 2) {}

  std::uint8_t operator()(std::uint64_t sum) const {
    return static_cast<std::uint8_t>((static_cast<double>(sum) + half_) / area_);
  }

 private:
  double area_;
  double half_;
};

// Down first, a whole row at a time; then across. A column's sum is at most 255 × 65500: 24 bits.
template <class Sum>
void average(const Picture& picture, Size target, Axis across, Axis down, Buffer<std::uint32_t>& columns,
             std::uint8_t* out) {
  const Divisor<Sum> divided(std::uint64_t{across.source} * down.source);
  using Four = typename Divisor<Sum>::Four;
  Walk rows(down);
  for (std::uint32_t j = 0; j < target.height; ++j) {
    std::uint32_t* sums = columns.data();
    std::fill_n(sums, columns.size(), 0);
    rows.next([&](std::uint32_t y, std::uint32_t share) {
      const std::uint8_t* row = picture.rows[y];
      for (std::size_t i = 0; i < columns.size(); ++i) sums[i] += share * row[i];
    });
    Walk pixels(across);
    for (std::uint32_t i = 0; i < target.width; ++i, out += kBytesPerPixel) {
      Four sum{};
      pixels.next([&](std::uint32_t x, std::uint32_t share) {
        Four32 column;
        std::memcpy(&column, sums + std::size_t{x} * kBytesPerPixel, sizeof column);
        sum += __builtin_convertvector(column, Four) * Sum{share};
      });
      for (int channel = 0; channel < 3; ++channel) out[channel] = divided(sum[channel]);
      out[3] = 255;
    }
  }
}

}  // namespace

Size fit(Size size, std::uint32_t max_width, std::uint32_t max_height) {
  const std::uint64_t limit_x = max_width == 0 ? size.width : std::min(max_width, size.width);
  const std::uint64_t limit_y = max_height == 0 ? size.height : std::min(max_height, size.height);
  const auto scaled = [](std::uint64_t side, std::uint64_t by, std::uint64_t of) {
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, (side * by + of / 2) / of));
  };
  if (limit_x * size.height <= limit_y * size.width) {
    return {static_cast<std::uint32_t>(limit_x), scaled(size.height, limit_x, size.width)};
  }
  return {scaled(size.width, limit_y, size.height), static_cast<std::uint32_t>(limit_y)};
}

Result<Buffer<std::uint8_t>> downscale(const Picture& picture, Size target) {
  auto columns = Buffer<std::uint32_t>::allocate(std::size_t{picture.width} * kBytesPerPixel);
  if (!columns) return columns.error();
  auto pixels = Buffer<std::uint8_t>::allocate(std::size_t{target.width} * target.height * kBytesPerPixel);
  if (!pixels) return pixels.error();
  const Axis across(picture.width, target.width);
  const Axis down(picture.height(), target.height);
  const bool is_small = std::uint64_t{across.source} * down.source <= Divisor<std::uint32_t>::kMostArea;
  const auto sums = is_small ? average<std::uint32_t> : average<std::uint64_t>;
  sums(picture, target, across, down, *columns, pixels->data());
  return pixels;
}

}  // namespace caseframe
