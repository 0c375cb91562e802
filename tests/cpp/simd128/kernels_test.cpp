// Each vector kernel against its scalar twin: libjpeg-turbo's own code where it can be called, the formula elsewhere.
#ifdef CASEFRAME_HAS_SIMD128
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>  // jpeglib.h names FILE
#include <cstdlib>
#include <string>
#include <vector>

#include "hash/schedule.hpp"
#include "jpeg/kernels.hpp"
#include "picture/statistics_scalar.hpp"
#include "picture/statistics_simd128.hpp"
#include "random.hpp"
#include "simd128/huffman.hpp"
#include "simd128/kernels.hpp"
#include "simd128/quantize.hpp"

extern "C" {
#define JPEG_INTERNALS
#include <jinclude.h>
#include <jpeglib.h>
// Needs the others, and says nothing of that.
#include <jdct.h>
}

namespace caseframe::test {
namespace {

using Block = std::array<std::int16_t, simd128::kBlockSize>;

std::vector<std::uint8_t> bytes(Dice& dice, std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  // Extremes more often than chance would have them.
  const bool extreme = dice.one_in(3);
  for (std::uint8_t& byte : bytes) byte = extreme ? (dice.one_in(2) ? 0 : 255) : dice.byte();
  return bytes;
}

// A vector's memory ends where its elements end: the sanitizers see a step too far.
template <class T>
using Exact = std::vector<T>;

// libjpeg's jccolor.c: factors in 1/65536, halves rounded down for the chroma.
std::uint8_t weighted(const std::uint8_t* rgb, int r, int g, int b, int offset) {
  return static_cast<std::uint8_t>((r * rgb[0] + g * rgb[1] + b * rgb[2] + offset) >> 16);
}
std::uint8_t y_of(const std::uint8_t* rgb) { return weighted(rgb, 19595, 38470, 7471, 1 << 15); }
std::uint8_t cb_of(const std::uint8_t* rgb) {
  return weighted(rgb, -11059, -21709, 32768, (128 << 16) + (1 << 15) - 1);
}
std::uint8_t cr_of(const std::uint8_t* rgb) { return weighted(rgb, 32768, -27439, -5329, (128 << 16) + (1 << 15) - 1); }

void check_colors(const Exact<std::uint8_t>& rgbx) {
  const std::size_t width = rgbx.size() / 4;
  Exact<std::uint8_t> y(width), cb(width), cr(width), gray(width);
  scalar::rgbx_to_ycc(rgbx.data(), y.data(), cb.data(), cr.data(), width);
  scalar::rgbx_to_gray(rgbx.data(), gray.data(), width);
  const auto twin_y = y, twin_cb = cb, twin_cr = cr, twin_gray = gray;
  simd128::rgbx_to_ycc(rgbx.data(), y.data(), cb.data(), cr.data(), width);
  simd128::rgbx_to_gray(rgbx.data(), gray.data(), width);
  REQUIRE(twin_y == y);
  REQUIRE(twin_cb == cb);
  REQUIRE(twin_cr == cr);
  REQUIRE(twin_gray == gray);
  for (std::size_t x = 0; x < width; ++x) {
    const std::uint8_t* pixel = &rgbx[4 * x];
    CAPTURE(x);
    REQUIRE(y[x] == y_of(pixel));
    REQUIRE(cb[x] == cb_of(pixel));
    REQUIRE(cr[x] == cr_of(pixel));
    REQUIRE(gray[x] == y[x]);
  }
}

// Any code of 1 to 16 bits for any symbol: the encoder does not mind that no decoder could tell them apart.
struct RandomCodes {
  std::array<unsigned, 256> codes;
  std::array<char, 256> lengths;

  explicit RandomCodes(Dice& dice) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t length = dice.between(1, 16);
      lengths[i] = static_cast<char>(length);
      codes[i] = dice.between(0, (1U << length) - 1);
    }
  }
  [[nodiscard]] simd128::HuffmanCodes view() const { return {codes.data(), lengths.data()}; }
};

// T.81, F.1.2, straight from its text: a string of digits.
class PlainHuffman {
 public:
  void block(const Block& block, int last_dc, const RandomCodes& dc, const RandomCodes& ac) {
    put(dc, 0, block[0] - last_dc);
    unsigned run = 0;
    for (std::size_t k = 1; k < block.size(); ++k) {
      const int value = block[simd128::kNaturalOrder[k]];
      if (value == 0) {
        ++run;
        continue;
      }
      for (; run > 15; run -= 16) put(ac, 15, 0);
      put(ac, run, value);
      run = 0;
    }
    if (run > 0) put(ac, 0, 0);
  }

  // Whole bytes, stuffed.
  [[nodiscard]] std::vector<std::uint8_t> file(std::size_t bits) const {
    std::vector<std::uint8_t> file;
    for (std::size_t at = 0; at + 8 <= bits; at += 8) {
      file.push_back(static_cast<std::uint8_t>(std::stoi(digits_.substr(at, 8), nullptr, 2)));
      if (file.back() == 0xFF) file.push_back(0);
    }
    return file;
  }
  [[nodiscard]] const std::string& digits() const { return digits_; }

 private:
  void put(const RandomCodes& table, unsigned run, int value) {
    unsigned size = 0;
    while (std::abs(value) >> size != 0) ++size;
    const unsigned symbol = run << 4 | size;
    append(table.codes[symbol], static_cast<unsigned>(table.lengths[symbol]));
    append(static_cast<unsigned>(value > 0 ? value : value + (1 << size) - 1), size);
  }
  void append(unsigned bits, unsigned length) {
    while (length-- > 0) digits_ += (bits >> length & 1) != 0 ? '1' : '0';
  }

  std::string digits_;
};

// From nearly empty to nearly full, from small to as large as 8-bit samples give, with long runs of zeros.
Block random_block(Dice& dice) {
  Block block{};
  const std::uint32_t one_in = dice.between(1, 40);
  const std::uint32_t most = 1U << dice.between(0, 10);
  for (std::int16_t& value : block) {
    if (dice.one_in(one_in))
      value = static_cast<std::int16_t>(static_cast<int>(dice.between(0, 2 * most)) - static_cast<int>(most));
  }
  return block;
}

void check_statistics(const Image& image) {
  const auto frame = image.view();
  const std::uint64_t pixels = std::uint64_t{image.width} * image.height;
  scalar::Statistics expected(pixels);
  simd128::Statistics got(pixels);
  const std::uint32_t middle = image.width / 2, half = image.height / 2;
  const std::uint32_t columns[] = {0, middle, image.width}, rows[] = {0, half, image.height};
  for (std::size_t j = 0; j < 2; ++j) {
    for (std::size_t i = 0; i < 2; ++i) {
      const CellSums a = expected.add_cell(frame, columns[i], columns[i + 1], rows[j], rows[j + 1]);
      const CellSums b = got.add_cell(frame, columns[i], columns[i + 1], rows[j], rows[j + 1]);
      CHECK(a.channels == b.channels);
      CHECK(a.opaque == b.opaque);
    }
  }
  CHECK(expected.lumas().sum == got.lumas().sum);
  CHECK(expected.lumas().squares == got.lumas().squares);
  CHECK(expected.lumas().dark == got.lumas().dark);
  CHECK(expected.lumas().peak == got.lumas().peak);
  for (const auto& [low, high] : {std::pair{0, 255}, {1, 254}, {26, 200}, {90, 90}, {255, 255}, {0, 0}}) {
    const auto least = static_cast<std::uint8_t>(low), most = static_cast<std::uint8_t>(high);
    for (const auto& [from, to] : {std::pair<Colour, Colour>{{least, 0, 0}, {most, 255, 255}},
                                   {{0, least, 0}, {255, most, 255}},
                                   {{0, 0, least}, {255, 255, most}},
                                   {{least, least, least}, {most, most, most}}}) {
      CHECK(scalar::Statistics::outside(frame, from, to) == simd128::Statistics::outside(frame, from, to));
    }
  }
}

}  // namespace

TEST_CASE("simd128: colours are libjpeg's, at any width") {
  for_each_seed(300, [](Dice& dice) { check_colors(bytes(dice, std::size_t{4} * dice.between(1, 70))); });
}

TEST_CASE("simd128: every grey, and every colour on a lattice that has the corners") {
  Exact<std::uint8_t> all;
  for (int r = 0; r < 256; r += 5) {
    for (int g = 0; g < 256; g += 5) {
      for (int b = 0; b < 256; b += 5) {
        for (const int sample : {r, g, b, r ^ g}) all.push_back(static_cast<std::uint8_t>(sample));
      }
    }
  }
  for (int grey = 0; grey < 256; ++grey) all.insert(all.end(), 4, static_cast<std::uint8_t>(grey));
  check_colors(all);
}

TEST_CASE("simd128: halves and quarters are rounded in turn, as libjpeg's are") {
  for_each_seed(300, [](Dice& dice) {
    const std::size_t width = std::size_t{8} * dice.between(1, 9);
    const auto upper = bytes(dice, 2 * width), lower = bytes(dice, 2 * width);
    Exact<std::uint8_t> h2v1(width), h2v2(width), twin_h2v1(width), twin_h2v2(width);
    scalar::downsample_h2v1(upper.data(), twin_h2v1.data(), width);
    scalar::downsample_h2v2(upper.data(), lower.data(), twin_h2v2.data(), width);
    simd128::downsample_h2v1(upper.data(), h2v1.data(), width);
    simd128::downsample_h2v2(upper.data(), lower.data(), h2v2.data(), width);
    for (std::size_t x = 0; x < width; ++x) {
      const int two = upper[2 * x] + upper[2 * x + 1];
      const int four = two + lower[2 * x] + lower[2 * x + 1];
      const int odd = static_cast<int>(x & 1);
      REQUIRE(h2v1[x] == (two + odd) / 2);
      REQUIRE(h2v2[x] == (four + 1 + odd) / 4);
      REQUIRE(twin_h2v1[x] == h2v1[x]);
      REQUIRE(twin_h2v2[x] == h2v2[x]);
    }
  });
}

// T.81, A.3.4, with halves away from zero.
int quotient(int dividend, int divisor) {
  const int magnitude = (std::abs(dividend) + divisor / 2) / divisor;
  return dividend < 0 ? -magnitude : magnitude;
}

TEST_CASE("simd128: the transform is libjpeg's, extremes included") {
  for_each_seed(3000, [](Dice& dice) {
    const std::size_t column = dice.between(0, 3);
    std::array<Exact<std::uint8_t>, 8> rows;
    std::array<const std::uint8_t*, 8> pointers{};
    for (std::size_t i = 0; i < 8; ++i) {
      rows[i] = bytes(dice, column + 8);
      pointers[i] = rows[i].data();
    }
    std::array<std::uint16_t, simd128::kBlockSize> table{};
    const bool finest = dice.one_in(2);
    for (std::uint16_t& entry : table) entry = static_cast<std::uint16_t>(finest ? 1 : dice.between(1, 255));
    std::array<float, simd128::kBlockSize> reciprocals{};
    simd128::prepare_quantization(table.data(), reciprocals.data());
    Block got{};
    simd128::fdct_quantize(pointers.data(), column, reciprocals.data(), got.data());

    std::array<DCTELEM, simd128::kBlockSize> expected{};
    for (std::size_t i = 0; i < expected.size(); ++i) {
      expected[i] = static_cast<DCTELEM>(rows[i / 8][column + i % 8] - 128);
    }
    jpeg_fdct_islow(expected.data());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(i);
      REQUIRE(got[i] == quotient(expected[i], 8 * table[i]));
    }
  });
}

TEST_CASE("simd128: quotients are exact for every divisor and every dividend") {
  std::array<std::uint16_t, simd128::kBlockSize> table{};
  std::array<float, simd128::kBlockSize> reciprocals{};
  std::array<std::int16_t, 8> got{};
  std::uint32_t wrong = 0;
  for (std::uint16_t entry = 1; entry <= 255; ++entry) {
    table.fill(entry);
    simd128::prepare_quantization(table.data(), reciprocals.data());
    for (int first = -32768; first <= 32760; first += static_cast<int>(got.size())) {
      const v128_t even = wasm_i32x4_make(first, first + 2, first + 4, first + 6);
      const v128_t odd = wasm_i32x4_make(first + 1, first + 3, first + 5, first + 7);
      wasm_v128_store(got.data(), simd128::quantized(even, odd, reciprocals.data()));
      for (std::size_t i = 0; i < got.size(); ++i) {
        if (got[i] != quotient(first + static_cast<int>(i), 8 * entry)) ++wrong;
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("simd128: zigzag order, saturated, and where it is not zero") {
  for_each_seed(1000, [](Dice& dice) {
    const Block block = random_block(dice);
    std::array<std::uint8_t, simd128::kBlockSize> values{};
    const std::uint64_t nonzero = simd128::zigzag(block.data(), values.data());
    for (std::size_t k = 0; k < block.size(); ++k) {
      const int value = block[simd128::kNaturalOrder[k]];
      REQUIRE(values[k] == static_cast<std::uint8_t>(std::clamp(value, -128, 127)));
      REQUIRE((nonzero >> k & 1) == (value != 0 ? 1 : 0));
    }
  });
}

TEST_CASE("simd128: Huffman coding is the standard's, bit by bit") {
  for_each_seed(200, [](Dice& dice) {
    const RandomCodes dc(dice), ac(dice);
    static simd128::BlockCodes codes;
    codes.build(dc.view(), ac.view());
    PlainHuffman expected;
    std::vector<std::uint8_t> got(64 * 512);
    simd128::BitBuffer buffer{};
    std::uint8_t* out = got.data();
    int last_dc = 0;
    for (int i = 0; i < 30; ++i) {
      const Block block = random_block(dice);
      out = simd128::encode_block(buffer, out, block.data(), last_dc, codes);
      expected.block(block, last_dc, dc, ac);
      last_dc = block[0];
    }
    // What is still in the buffer: the last of the digits.
    const auto pending = static_cast<std::size_t>(buffer.pending);
    REQUIRE(pending <= expected.digits().size());
    got.resize(static_cast<std::size_t>(out - got.data()));
    CHECK(got == expected.file(expected.digits().size() - pending));
    for (std::size_t i = 0; i < pending; ++i) {
      REQUIRE((buffer.bits >> i & 1) ==
              (*(expected.digits().rbegin() + static_cast<std::ptrdiff_t>(i)) == '1' ? 1 : 0));
    }
  });
}

TEST_CASE("simd128: sums and lumas are those of a histogram") {
  for_each_seed(300, [](Dice& dice) {
    Image image(dice.between(1, 150), dice.between(1, 60), dice.between(0, 5));
    const std::uint32_t kind = dice.between(0, 4);
    const std::uint8_t level = dice.byte();
    for (std::size_t i = 0; i < image.bytes.size(); ++i) {
      const auto ramp = static_cast<std::uint8_t>(i * 255 / image.bytes.size());
      switch (kind) {
        case 0:
          image.bytes[i] = dice.byte();
          break;
        case 1:
          image.bytes[i] = level;
          break;
        case 2:  // brighter and brighter: the worst order to meet them in
          image.bytes[i] = ramp;
          break;
        case 3:
          image.bytes[i] = static_cast<std::uint8_t>(255 - ramp);
          break;
        default:  // a few bright ones
          image.bytes[i] = dice.one_in(900) ? dice.byte() : static_cast<std::uint8_t>(level / 8);
          break;
      }
      if (i % image.stride % 4 == 3 && kind != 0) image.bytes[i] = kind == 1 ? 0 : 255;
    }
    check_statistics(image);
  });
}

TEST_CASE("simd128: the words of SHA-256's schedule") {
  for_each_seed(100, [](Dice& dice) {
    const auto block = bytes(dice, 64);
    scalar::Schedule expected(block.data());
    simd128::Schedule got(block.data());
    for (std::size_t t = 16; t < 64; t += 4) {
      expected.make(t);
      got.make(t);
    }
    for (std::size_t t = 0; t < 64; ++t) CHECK(expected[t] == got[t]);
  });
}

TEST_CASE("simd128: cells too large for sums of 16 bits") {
  Image image(700, 300);
  std::fill(image.bytes.begin(), image.bytes.end(), std::uint8_t{255});
  check_statistics(image);
}

}  // namespace caseframe::test
#endif
