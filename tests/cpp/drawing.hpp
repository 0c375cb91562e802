// Pictures drawn with whole numbers, so that every platform draws the same: shapes, letters, and sheets of both.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "random.hpp"

namespace caseframe::test {

struct Ink {
  std::uint8_t red, green, blue;
};

inline Image plain(std::uint32_t width, std::uint32_t height, Ink ground, std::size_t padding = 0) {
  Image image(width, height, padding);
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      const std::uint8_t pixel[] = {ground.red, ground.green, ground.blue, 255};
      std::memcpy(image.at(x, y), pixel, sizeof pixel);
    }
  }
  return image;
}

struct Place {
  std::uint32_t x, y, width, height;
};

inline void fill(Image& image, Place place, Ink ink) {
  for (std::uint32_t y = place.y; y < place.y + place.height; ++y) {
    for (std::uint32_t x = place.x; x < place.x + place.width; ++x) {
      std::uint8_t* pixel = image.at(x, y);
      pixel[0] = ink.red, pixel[1] = ink.green, pixel[2] = ink.blue;
    }
  }
}

// Letters of 5 × 7 squares: E, T, H, A and S in turn; a letter and the gap behind it take six squares.
inline void write(Image& image, std::uint32_t x, std::uint32_t y, std::uint32_t square, std::uint32_t letters, Ink ink,
                  bool downward = false) {
  constexpr std::uint8_t kLetters[5][7] = {{31, 16, 16, 30, 16, 16, 31},
                                           {31, 4, 4, 4, 4, 4, 4},
                                           {17, 17, 17, 31, 17, 17, 17},
                                           {14, 17, 17, 31, 17, 17, 17},
                                           {15, 16, 16, 14, 1, 1, 30}};
  for (std::uint32_t i = 0; i < letters; ++i) {
    for (std::uint32_t row = 0; row < 7; ++row) {
      for (std::uint32_t column = 0; column < 5; ++column) {
        if ((kLetters[i % 5][row] >> (4 - column) & 1) == 0) continue;
        std::uint32_t right = (6 * i + column) * square, down = row * square;
        if (downward) std::swap(right, down);
        fill(image, {x + right, y + down, square, square}, ink);
      }
    }
  }
}

// Everything that a rule looks at, drawn with whole numbers so that every platform draws the same: letters of all
// sizes, contrasts, colours and directions, bars, squares, rules, stripes and slopes; some of it out of focus and
// noisy.
inline Image sheet(Dice& dice) {
  const std::uint32_t width = dice.between(200, 1000);
  const std::uint32_t height = dice.between(160, 720);
  const std::uint32_t bright = dice.between(0, 255);
  const auto shade = [&] { return static_cast<std::uint8_t>(std::min(255U, bright / 2 + dice.between(0, 128))); };
  Ink ground{};
  for (std::uint8_t* channel : {&ground.red, &ground.green, &ground.blue}) *channel = shade();
  Image image = plain(width, height, ground);
  const auto ink = [&] {
    const bool faint = dice.one_in(3);
    Ink one{};
    for (const auto channel : {&Ink::red, &Ink::green, &Ink::blue}) {
      const std::uint8_t other = dice.byte();
      one.*channel = faint ? static_cast<std::uint8_t>((3 * ground.*channel + other) / 4) : other;
    }
    return one;
  };
  for (std::uint32_t shape = dice.between(4, 14); shape > 0; --shape) {
    const std::uint32_t x = dice.between(0, width - 40);
    const std::uint32_t y = dice.between(0, height - 40);
    const std::uint32_t right = dice.between(x + 1, width);
    const std::uint32_t bottom = dice.between(y + 1, height);
    const Ink color = ink();
    switch (dice.between(0, 6)) {
      case 0:
      case 1: {
        const bool downward = dice.one_in(4);
        const std::uint32_t square = std::min(dice.between(1, 12), (downward ? width - x : height - y) / 7);
        const std::uint32_t room = (downward ? height - y : width - x) / (6 * square);
        write(image, x, y, square, std::min(room, dice.between(1, 40)), color, downward);
        break;
      }
      case 2:
        for (std::uint32_t at = x; at < right;) {
          const std::uint32_t bar = std::min(dice.between(1, 6), right - at);
          fill(image, {at, y, bar, bottom - y}, color);
          at += bar + dice.between(1, 6);
        }
        break;
      case 3:
        for (std::uint32_t at = y; at + 2 < bottom; at += dice.between(3, 9)) {
          fill(image, {x, at, right - x, dice.between(1, 2)}, color);
        }
        break;
      case 4: {
        const std::uint32_t module = dice.between(2, 6);
        for (std::uint32_t down = y; down + module <= bottom; down += module) {
          for (std::uint32_t across = x; across + module <= right; across += module) {
            if (dice.one_in(2)) fill(image, {across, down, module, module}, color);
          }
        }
        break;
      }
      case 5:
        for (std::uint32_t at = x; at < right; ++at) {
          const auto level = static_cast<std::uint8_t>((at - x) * 255 / (right - x));
          fill(image, {at, y, 1, bottom - y}, {level, color.green, level});
        }
        break;
      default:
        fill(image, {x, y, right - x, bottom - y}, color);
    }
  }
  if (dice.one_in(3)) {
    const Image sharp = image;
    for (std::uint32_t y = 1; y + 1 < height; ++y) {
      for (std::uint32_t x = 1; x + 1 < width; ++x) {
        for (std::uint32_t c = 0; c < 3; ++c) {
          std::uint32_t sum = 0;
          for (std::uint32_t i = 0; i < 9; ++i) sum += sharp.at(x + i % 3 - 1, y + i / 3 - 1)[c];
          image.at(x, y)[c] = static_cast<std::uint8_t>(sum / 9);
        }
      }
    }
  }
  if (dice.one_in(2)) {
    const std::uint32_t most = dice.between(1, 24);
    for (std::uint8_t& byte : image.bytes) {
      byte = static_cast<std::uint8_t>(std::clamp(byte + dice.between(0, 2 * most), most, 255 + most) - most);
    }
  }
  return image;
}

}  // namespace caseframe::test
