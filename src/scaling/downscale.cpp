#include "scaling/downscale.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace caseframe {
namespace {

// One direction. Positions are counted in units in which both grids fall on whole numbers: a source pixel is `target`
// long, a target pixel `source`, with nothing in common any more.
struct Axis {
  std::uint32_t source;
  std::uint32_t target;

  Axis(std::uint32_t from, std::uint32_t to) : source(from / std::gcd(from, to)), target(to / std::gcd(from, to)) {}
};

// The source pixels that a target pixel covers: of the first and the last a share, of all between the whole length.
struct Span {
  std::uint32_t first;
  std::uint32_t last;
  std::uint32_t head;
  std::uint32_t tail;  // 0 where the first is the last
};

Span span_of(std::uint64_t pixel, Axis axis) {
  const std::uint64_t begin = pixel * axis.source, end = begin + axis.source;
  const auto first = static_cast<std::uint32_t>(begin / axis.target);
  const auto last = static_cast<std::uint32_t>((end - 1) / axis.target);
  if (first == last) return {first, last, axis.source, 0};
  return {first, last, static_cast<std::uint32_t>((first + std::uint64_t{1}) * axis.target - begin),
          static_cast<std::uint32_t>(end - std::uint64_t{last} * axis.target)};
}

// Sums over areas to averages, rounded half up: sum / area, exactly. `Column` holds a column's sum, `Four` the sums of
// a pixel's channels.

// In single precision, four at once. Below 2¹⁸ sums are exact there, and a quotient is 1 / (2 × area) at least from
// what would be rounded otherwise unless it lies in the middle, where the surplus decides: relative to the quotient it
// is above every rounding error, and of the largest, 255, still below every such distance.
class SmallDivisor {
 public:
  using Column = std::uint16_t;
  using Four = std::uint32_t __attribute__((vector_size(16)));

  // 257 × 255 is the largest sum of 16 bits.
  static bool takes(Axis across, Axis down) {
    return down.source <= 257 && std::uint64_t{across.source} * down.source <= 1024;
  }

  explicit SmallDivisor(std::uint64_t area) : factor_((1 + kSurplus) / static_cast<float>(area)) {}

  void operator()(const Four& sums, std::uint8_t* out) const {
    const Floats quotients = __builtin_convertvector(sums, Floats) * factor_ + kRound;
    std::uint32_t bits[4];
    std::memcpy(bits, &quotients, sizeof bits);
    for (int channel = 0; channel < 3; ++channel) out[channel] = static_cast<std::uint8_t>(bits[channel]);
  }

 private:
  using Floats = float __attribute__((vector_size(16)));
  static constexpr float kSurplus = 1.0F / (1 << 22);
  // Added to a number below 2²² it leaves the nearest integer in the low bits.
  static constexpr float kRound = 3 << 22;

  float factor_;
};

// By multiplication: with 2^shift / area rounded up, sum × factor >> shift is exact while
// (sum + area / 2) × (factor × area - 2^shift) < 2^shift, and the left side is below 256 × area × area.
class Divisor {
 public:
  using Column = std::uint32_t;
  using Four = std::uint32_t __attribute__((vector_size(16)));

  static bool takes(Axis across, Axis down) {
    return std::uint64_t{across.source} * down.source <= std::uint64_t{1} << 23;
  }

  explicit Divisor(std::uint64_t area)
      : half_(area / 2),
        shift_(31 + static_cast<int>(std::bit_width(area))),
        factor_((std::uint64_t{1} << shift_) / area + 1) {}

  void operator()(const Four& sums, std::uint8_t* out) const {
    for (int channel = 0; channel < 3; ++channel) {
      out[channel] = static_cast<std::uint8_t>((sums[channel] + half_) * factor_ >> shift_);
    }
  }

 private:
  std::uint64_t half_;
  int shift_;
  std::uint64_t factor_;
};

// Sums stay below 255 × 65500², well inside the 53 bits of a double, and a quotient that is no whole number is further
// from one than a double's precision: dividing and cutting rounds half up, as exact arithmetic would.
class LargeDivisor {
 public:
  using Column = std::uint32_t;
  using Four = std::uint64_t __attribute__((vector_size(32)));

  explicit LargeDivisor(std::uint64_t area) : area_(static_cast<double>(area)), half_(area_ / 2) {}

  void operator()(const Four& sums, std::uint8_t* out) const {
    for (int channel = 0; channel < 3; ++channel) {
      out[channel] = static_cast<std::uint8_t>((static_cast<double>(sums[channel]) + half_) / area_);
    }
  }

 private:
  double area_;
  double half_;
};

// Down first, a whole row at a time; then across. A column's sum is at most 255 × 65500: 24 bits.
template <class Divisor>
Result<Buffer<std::uint8_t>> average(const Picture& picture, Size target, Axis across, Axis down) {
  using Column = typename Divisor::Column;
  using Four = typename Divisor::Four;
  auto columns = Buffer<Column>::allocate(std::size_t{picture.width} * kBytesPerPixel);
  if (!columns) return columns.error();
  auto spans = Buffer<Span>::allocate(target.width);
  if (!spans) return spans.error();
  for (std::uint32_t i = 0; i < target.width; ++i) (*spans)[i] = span_of(i, across);
  auto pixels = Buffer<std::uint8_t>::allocate(std::size_t{target.width} * target.height * kBytesPerPixel);
  if (!pixels) return pixels;

  const Divisor divide(std::uint64_t{across.source} * down.source);
  Column* const sums = columns->data();
  const std::size_t count = columns->size();
  const auto add_row = [&](std::uint32_t y, std::uint32_t share) {
    const std::uint8_t* row = picture.rows[y];
    for (std::size_t i = 0; i < count; ++i) sums[i] = static_cast<Column>(sums[i] + share * row[i]);
  };
  const auto add_column = [&](std::uint32_t x, std::uint32_t share, Four& sum) {
    Column channels __attribute__((vector_size(4 * sizeof(Column))));
    std::memcpy(&channels, sums + std::size_t{x} * kBytesPerPixel, sizeof channels);
    sum += __builtin_convertvector(channels, Four) * share;
  };
  std::uint8_t* out = pixels->data();
  for (std::uint32_t j = 0; j < target.height; ++j) {
    std::fill_n(sums, count, Column{0});
    const Span rows = span_of(j, down);
    add_row(rows.first, rows.head);
    for (std::uint32_t y = rows.first + 1; y < rows.last; ++y) add_row(y, down.target);
    if (rows.tail != 0) add_row(rows.last, rows.tail);
    for (const Span& span : *spans) {
      Four sum{};
      for (std::uint32_t x = span.first + 1; x < span.last; ++x) add_column(x, 1, sum);
      sum *= across.target;
      add_column(span.first, span.head, sum);
      add_column(span.last, span.tail, sum);
      divide(sum, out);
      out[3] = 255;
      out += kBytesPerPixel;
    }
  }
  return pixels;
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
  const Axis across(picture.width, target.width);
  const Axis down(picture.height(), target.height);
  if (SmallDivisor::takes(across, down)) return average<SmallDivisor>(picture, target, across, down);
  if (Divisor::takes(across, down)) return average<Divisor>(picture, target, across, down);
  return average<LargeDivisor>(picture, target, across, down);
}

}  // namespace caseframe
