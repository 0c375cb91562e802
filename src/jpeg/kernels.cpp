#include "jpeg/kernels.hpp"

#include "frame.hpp"

namespace caseframe::scalar {
namespace {

// A weighted sum in 1/65536.
template <int kRed, int kGreen, int kBlue, int kOffset>
std::uint8_t weighted(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>((kRed * rgb[0] + kGreen * rgb[1] + kBlue * rgb[2] + kOffset) >> 16);
}

constexpr int kHalf = 1 << 15;
constexpr int kChromaOffset = (128 << 16) + kHalf - 1;

std::uint8_t y_of(const std::uint8_t* rgb) { return weighted<19595, 38470, 7471, kHalf>(rgb); }

}  // namespace

void rgbx_to_ycc(const std::uint8_t* rgbx, std::uint8_t* y, std::uint8_t* cb, std::uint8_t* cr, std::size_t width) {
  for (std::size_t x = 0; x < width; ++x, rgbx += kBytesPerPixel) {
    y[x] = y_of(rgbx);
    cb[x] = weighted<-11059, -21709, 32768, kChromaOffset>(rgbx);
    cr[x] = weighted<32768, -27439, -5329, kChromaOffset>(rgbx);
  }
}

void rgbx_to_gray(const std::uint8_t* rgbx, std::uint8_t* y, std::size_t width) {
  for (std::size_t x = 0; x < width; ++x, rgbx += kBytesPerPixel) y[x] = y_of(rgbx);
}

void downsample_h2v1(const std::uint8_t* samples, std::uint8_t* out, std::size_t width) {
  for (std::size_t x = 0; x < width; ++x, samples += 2) {
    out[x] = static_cast<std::uint8_t>(((x & 1) + samples[0] + samples[1]) >> 1);
  }
}

void downsample_h2v2(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t* out, std::size_t width) {
  for (std::size_t x = 0; x < width; ++x, upper += 2, lower += 2) {
    out[x] = static_cast<std::uint8_t>(((x & 1) + 1 + upper[0] + upper[1] + lower[0] + lower[1]) >> 2);
  }
}

}  // namespace caseframe::scalar
