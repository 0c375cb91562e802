#include "sharpness/tiles.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include "buffer.hpp"

namespace caseframe {
namespace {

// Which tiles count as those with most detail: a subject may fill a tenth of the picture. Fewer, and single tiles of
// noise would decide.
constexpr double kShare = 0.1;

// With fewer tiles the quietest tenth is a subject's as well as a ground's.
constexpr double kFewTiles = 20;

// Squares of Sobel's operator's weights, both directions: what white noise of variance 1 has as energy.
constexpr double kEnergyOfNoise = 24;
// The most that the quietest tiles are believed to have by noise alone: a standard deviation of 8 in the frame, 4 in
// the halved picture. More is a picture that has texture everywhere.
constexpr double kMostNoise = kEnergyOfNoise * 4 * 4;

// A standard deviation of 5: what is left of a covered lens' noise, or of a flat frame's codec, has less in its busiest
// tiles. Nothing to see then.
constexpr double kLeastContrast = 5 * 5;
// Added to the mean, so that what is nearly black does not rank by its noise: chosen, not measured.
constexpr double kFaint = 16;
// Sobel's operator on a ramp of one level a sample.
constexpr double kGain = 8;

// 0..287: an exponent and the three bits behind it.
std::size_t bucket_of(std::uint32_t energy) {
  if (energy == 0) return 0;
  const auto bits = static_cast<std::size_t>(std::max(1, static_cast<int>(std::bit_width(energy))));
  return (bits + 3) * 8 + static_cast<std::size_t>(((std::uint64_t{energy} << 3) >> (bits - 1)) & 7);
}

}  // namespace

// The cells are a small picture of what may be about to be redacted.
Tiles::~Tiles() {
  secure_zero(&buckets_, sizeof buckets_);
  secure_zero(&cells_, sizeof cells_);
}

void Tiles::add(std::uint32_t across, std::uint32_t down, const TileSums& sums) {
  Bucket& bucket = buckets_[bucket_of(sums.energy)];
  bucket.energy += sums.energy;
  bucket.contrast += std::uint64_t{sums.squares} * kTileArea - std::uint64_t{sums.sum} * sums.sum;
  ++bucket.count;
  clipped_ += sums.clipped;
  sum_ += sums.sum;
  const auto place = [](std::uint32_t at, std::uint32_t count) { return at * kThumbnailSide / count; };
  Cell& cell = cells_[place(down, count_.height) * kThumbnailSide + place(across, count_.width)];
  cell.sum += sums.sum;
  ++cell.count;
}

Tiles::Tenth Tiles::tenth(bool highest) const {
  const double wanted = std::max(1.0, tiles() * kShare);
  double left = wanted;
  Tenth sums;
  for (std::size_t i = 0; i < buckets_.size() && left > 0; ++i) {
    const Bucket& bucket = buckets_[highest ? buckets_.size() - 1 - i : i];
    if (bucket.count == 0) continue;
    const double share = std::min(1.0, left / bucket.count);
    sums.energy += share * static_cast<double>(bucket.energy);
    sums.contrast += share * static_cast<double>(bucket.contrast);
    left -= share * bucket.count;
  }
  return {sums.energy / wanted / kTileArea, sums.contrast / wanted / kTileArea / kTileArea};
}

Sharpness Tiles::result() const {
  Sharpness result;
  const auto [energy, contrast] = tenth(true);
  const double quiet = tiles() < kFewTiles ? 0 : tenth(false).energy;
  const double noise = std::min({quiet, kMostNoise, energy / 2});
  result.noise = std::sqrt(quiet / kEnergyOfNoise);
  const double samples = tiles() * kTileArea, mean = static_cast<double>(sum_) / samples;
  result.brightness = std::max(0.0, mean - black_) + kFaint;
  if (contrast >= kLeastContrast) {
    const double detail = (energy - noise) / (kGain * kGain);
    result.sharpness = std::sqrt(detail) / result.brightness;
  }
  result.clipped = static_cast<double>(clipped_) / samples;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const auto [sum, count] = cells_[i];
    if (count == 0) continue;
    const std::uint64_t all = std::uint64_t{count} * kTileArea;
    result.thumbnail[i] = static_cast<std::uint8_t>(std::max<std::uint64_t>(1, (sum + all / 2) / all));
  }
  return result;
}

}  // namespace caseframe
