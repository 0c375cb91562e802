#include "frame.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "allocations.hpp"
#include "buffer.hpp"
#include "random.hpp"

namespace caseframe::test {
namespace {

bool accepted(const std::vector<std::uint8_t>& bytes, std::uint32_t width, std::uint32_t height,
              std::size_t stride = 0) {
  const auto frame = FrameView::create(bytes, width, height, stride);
  if (!frame) CHECK(frame.error().code == ErrorCode::kInvalidArgument);
  return static_cast<bool>(frame);
}

}  // namespace

TEST_CASE("frame: sizes from 1 to 65500, and no other") {
  const std::vector<std::uint8_t> bytes(65501 * 4);
  CHECK(accepted(bytes, 1, 1));
  CHECK(accepted(bytes, 65500, 1));
  CHECK(accepted(bytes, 1, 65500));
  CHECK_FALSE(accepted(bytes, 0, 1));
  CHECK_FALSE(accepted(bytes, 1, 0));
  CHECK_FALSE(accepted(bytes, 65501, 1));
  CHECK_FALSE(accepted(bytes, 1, 65501));
  CHECK_FALSE(accepted(bytes, 0xFFFFFFFF, 1));
  CHECK_FALSE(accepted(bytes, 0x40000001, 1));  // times 4 is 4 in 32 bits
}

TEST_CASE("frame: data must hold every pixel, but not the last row's padding") {
  for_each_seed(500, [](Dice& dice) {
    const std::uint32_t width = dice.between(1, 40);
    const std::uint32_t height = dice.between(1, 40);
    const std::size_t stride = std::size_t{width} * 4 + dice.between(0, 9);
    const std::size_t needed = stride * (height - 1) + std::size_t{width} * 4;
    const std::vector<std::uint8_t> bytes(needed);
    CHECK(accepted(bytes, width, height, stride));
    CHECK_FALSE(accepted({bytes.begin(), bytes.end() - 1}, width, height, stride));
    CHECK_FALSE(accepted(bytes, width, height, std::size_t{width} * 4 - 1));
    const auto frame = FrameView::create(bytes, width, height, stride);
    REQUIRE(frame);
    CHECK(frame->row(height - 1) == bytes.data() + stride * (height - 1));
  });
}

TEST_CASE("frame: a stride of 0 is the tight one") {
  const std::vector<std::uint8_t> bytes(24);
  const auto frame = FrameView::create(bytes, 3, 2);
  REQUIRE(frame);
  CHECK(frame->stride() == 12);
  CHECK(frame->row(1) == bytes.data() + 12);
}

TEST_CASE("frame: products that overflow are refused") {
  const std::vector<std::uint8_t> bytes(64);
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  // stride × (height − 1) + row comes round to 0 + row.
  CHECK_FALSE(accepted(bytes, 1, 3, kMost / 2 + 1));
  CHECK_FALSE(accepted(bytes, 1, 5, kMost / 4 + 1));
  CHECK_FALSE(accepted(bytes, 1, 2, kMost - 3));
  CHECK_FALSE(accepted(bytes, 1, 2, kMost));
  CHECK(accepted(bytes, 1, 1, kMost));  // one row: no stride is ever taken
  CHECK_FALSE(accepted({}, 1, 1));
}

TEST_CASE("buffer: what is let go has been zeroed") {
  Allocations allocations;
  {
    auto buffer = Buffer<std::uint8_t>::allocate(1000);
    REQUIRE(buffer);
    std::fill(buffer->begin(), buffer->end(), std::uint8_t{0xA5});
    buffer->shrink(400);
    CHECK(buffer->size() == 400);
    const std::uint8_t* beyond = buffer->data() + 400;
    CHECK(std::all_of(beyond, beyond + 600, [](std::uint8_t byte) { return byte == 0; }));
    CHECK(std::all_of(buffer->begin(), buffer->end(), [](std::uint8_t byte) { return byte == 0xA5; }));

    auto other = Buffer<std::uint8_t>::allocate(10);
    REQUIRE(other);
    std::fill(other->begin(), other->end(), std::uint8_t{0x5A});
    *buffer = *std::move(other);  // lets go of the first
    CHECK(buffer->size() == 10);
    CHECK((*buffer)[9] == 0x5A);
  }
  CHECK(allocations.made() == 2);
  CHECK(allocations.alive() == 0);
  CHECK(allocations.freed_with_contents() == 0);
}

TEST_CASE("buffer: without memory, or beyond what a size can say, it is an error") {
  const auto beyond = Buffer<std::uint64_t>::allocate(std::numeric_limits<std::size_t>::max() / 8 + 1);
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().code == ErrorCode::kOutOfMemory);
  Allocations none(0);
  const auto refused = Buffer<std::uint8_t>::allocate(1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kOutOfMemory);
  const auto empty = Buffer<std::uint8_t>::allocate(0);
  REQUIRE(empty);
  CHECK(empty->size() == 0);
}

}  // namespace caseframe::test
