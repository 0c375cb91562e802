#include "text/plane.hpp"

#include <algorithm>
#include <cstring>

#include "picture/luma.hpp"

namespace caseframe {

Result<Plane> Plane::allocate(Size size) {
  Plane plane;
  plane.size_ = size;
  plane.stride_ = std::size_t{plane.columns()} * kTextCell + 2 * kMargin;
  plane.stride_ = (plane.stride_ + kMargin - 1) / kMargin * kMargin;
  auto bytes = Buffer<std::uint8_t>::allocate(plane.stride_ * (std::size_t{plane.rows()} * kTextCell + 2 * kMargin));
  if (!bytes) return bytes.error();
  plane.bytes_ = *std::move(bytes);
  return plane;
}

Result<Plane> Plane::of(const FrameView& frame) {
  auto plane = allocate(frame.size());
  if (!plane) return plane;
  for (std::uint32_t y = 0; y < frame.height(); ++y) {
    const std::uint8_t* rgba = frame.row(y);
    std::uint8_t* out = plane->row(y);
    for (std::uint32_t x = 0; x < frame.width(); ++x, rgba += kBytesPerPixel) {
      out[x] = static_cast<std::uint8_t>(luma(rgba[0], rgba[1], rgba[2]));
    }
  }
  plane->repeat_borders();
  return plane;
}

Result<Plane> Plane::colourfulness_of(const FrameView& frame) {
  auto plane = allocate({(frame.width() + 1) / 2, (frame.height() + 1) / 2});
  if (!plane) return plane;
  for (std::uint32_t y = 0; y < plane->size_.height; ++y) {
    const std::uint8_t *upper = frame.row(2 * y), *lower = frame.row(std::min(2 * y + 1, frame.height() - 1));
    std::uint8_t* out = plane->row(y);
    for (std::uint32_t x = 0; x < plane->size_.width; ++x) {
      const std::size_t left = std::size_t{x} * 2 * kBytesPerPixel;
      const std::size_t right = std::min(2 * x + 1, frame.width() - 1) * std::size_t{kBytesPerPixel};
      const auto sum = [&](std::size_t channel) {
        return upper[left + channel] + upper[right + channel] + lower[left + channel] + lower[right + channel];
      };
      const int red = sum(0), green = sum(1), blue = sum(2);
      out[x] = static_cast<std::uint8_t>((std::max({red, green, blue}) - std::min({red, green, blue})) >> 2);
    }
  }
  plane->repeat_borders();
  return plane;
}

Result<Plane> Plane::halved() const {
  auto plane = allocate({(size_.width + 1) / 2, (size_.height + 1) / 2});
  if (!plane) return plane;
  for (std::uint32_t y = 0; y < plane->size_.height; ++y) {
    const std::uint8_t *upper = row(std::int64_t{y} * 2), *lower = upper + stride_;
    std::uint8_t* out = plane->row(y);
    for (std::uint32_t x = 0; x < plane->size_.width; ++x) {
      const int sum = upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1];
      out[x] = static_cast<std::uint8_t>((sum + 2) >> 2);
    }
  }
  plane->repeat_borders();
  return plane;
}

void Plane::repeat_borders() {
  const std::size_t after = stride_ - kMargin - size_.width;
  for (std::uint32_t y = 0; y < size_.height; ++y) {
    std::uint8_t* first = row(y);
    std::memset(first - kMargin, first[0], kMargin);
    std::memset(first + size_.width, first[size_.width - 1], after);
  }
  const std::int64_t last = std::int64_t{size_.height} - 1, end = std::int64_t{rows()} * kTextCell + kMargin;
  for (std::int64_t y = -std::int64_t{kMargin}; y < 0; ++y) std::memcpy(row(y) - kMargin, row(0) - kMargin, stride_);
  for (std::int64_t y = last + 1; y < end; ++y) std::memcpy(row(y) - kMargin, row(last) - kMargin, stride_);
}

}  // namespace caseframe
