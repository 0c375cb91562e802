// What a fuzz target makes of its bytes. The fuzzer mutates bytes; a target takes numbers, choices, frames and regions
// from them, so that most inputs are worth running. Where the bytes end, everything is zero.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "frame.hpp"
#include "jpeg/encoder.hpp"
#include "redaction/regions.hpp"

namespace caseframe::fuzz {

// An invariant: says which one is broken, and stops.
inline void require(bool holds, const char* invariant) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", invariant);
  std::abort();
}

// Owns its pixels. The last row ends with its last pixel, so that a read beyond is a read beyond the memory.
struct Pixels {
  std::uint32_t width;
  std::uint32_t height;
  std::size_t stride;
  std::vector<std::uint8_t> bytes;

  [[nodiscard]] FrameView view() const { return *FrameView::create(bytes, width, height, stride); }
  [[nodiscard]] std::uint8_t* at(std::uint32_t x, std::uint32_t y) { return &bytes[y * stride + std::size_t{x} * 4]; }
  [[nodiscard]] const std::uint8_t* at(std::uint32_t x, std::uint32_t y) const {
    return &bytes[y * stride + std::size_t{x} * 4];
  }
};

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

  std::uint8_t byte() {
    if (left_.empty()) return 0;
    const std::uint8_t first = left_.front();
    left_ = left_.subspan(1);
    return first;
  }
  std::uint32_t u32() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | byte();
    return value;
  }
  bool flag() { return (byte() & 1) != 0; }
  // Both ends are possible.
  std::uint32_t between(std::uint32_t low, std::uint32_t high) {
    return low + static_cast<std::uint32_t>(u32() % (std::uint64_t{high} - low + 1));
  }
  // A share of 0..1; now and then what is none.
  double share() { return between(0, 1000) / 1000.0; }
  // Any double there is: fractions, huge ones, infinities and what is no number.
  double real() {
    switch (byte() % 4) {
      case 0:
        return static_cast<double>(static_cast<std::int32_t>(u32() % 700) - 100);
      case 1:
        return static_cast<double>(static_cast<std::int32_t>(u32())) / 65536;
      case 2:
        return share();
      default:
        break;
    }
    const std::uint64_t bits = std::uint64_t{u32()} << 32 | u32();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  std::string text() {
    const std::size_t wanted = between(0, flag() ? 5000 : 40);  // reads, so that what is left is asked for afterwards
    const std::size_t length = std::min(wanted, left_.size());
    std::string text(reinterpret_cast<const char*>(left_.data()), length);
    left_ = left_.subspan(length);
    return text;
  }
  std::span<const std::uint8_t> rest() { return std::exchange(left_, {}); }

  // A frame of up to `most` pixels a side: flat, of stripes, of noise, or of the input's own bytes.
  Pixels frame(std::uint32_t most) {
    const std::uint32_t width = between(1, most), height = between(1, most);
    const std::size_t stride = std::size_t{width} * 4 + (flag() ? byte() : 0);
    Pixels pixels{width, height, stride, std::vector<std::uint8_t>(stride * (height - 1) + std::size_t{width} * 4)};
    const std::uint8_t kind = byte() % 4, base = byte(), step = byte();
    std::uint32_t state = u32() | 1;
    for (std::size_t i = 0; i < pixels.bytes.size(); ++i) {
      state = state * 1664525 + 1013904223;
      const auto noise = static_cast<std::uint8_t>(state >> 24);
      std::uint8_t& sample = pixels.bytes[i];
      if (kind == 0) sample = base;
      if (kind == 1) sample = static_cast<std::uint8_t>(base + i / 4 % width * step / 8);
      if (kind == 2) sample = static_cast<std::uint8_t>(base + (noise & step));
      if (kind == 3) sample = byte();
      if (i % stride % 4 == 3 && step % 8 != 0) sample = 255;
    }
    return pixels;
  }

  JpegOptions jpeg_options() {
    JpegOptions options;
    options.quality = share();
    options.subsampling = static_cast<Subsampling>(byte() % 4);
    options.progressive = flag();
    return options;
  }

  Region region() {
    Region region;
    region.x = real();
    region.y = real();
    region.width = real();
    region.height = real();
    region.mode = static_cast<RedactMode>(byte() % 3);
    region.unit = static_cast<RegionUnit>(byte() % 2);
    region.color = u32() & 0xFFFFFF;
    if (flag()) region.of_width = region.of_height = real();
    return region;
  }

  // Up to eight that lie in the frame.
  std::vector<Region> regions(Size frame) {
    std::vector<Region> regions;
    for (std::uint32_t i = between(0, 8); i > 0; --i) {
      const Region one = region();
      if (place({&one, 1}, frame)) regions.push_back(one);
    }
    return regions;
  }

 private:
  std::span<const std::uint8_t> left_;
};

}  // namespace caseframe::fuzz
