// What MD5 and SHA-256 share: a message cut into blocks of 64 bytes (RFC 1321, 3.1 and 3.2; FIPS 180-4, 5.1.1).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace caseframe {

// compress(block) for each. The last one or two are the rest of the message, a one bit, zeroes, and the length in bits
// as 64 bits of that byte order.
template <class Compress>
void for_each_block(std::span<const std::uint8_t> message, std::endian order, Compress&& compress) {
  constexpr std::size_t kBlock = 64;
  const std::size_t whole = message.size() / kBlock * kBlock;
  for (std::size_t at = 0; at < whole; at += kBlock) compress(message.data() + at);

  std::array<std::uint8_t, 2 * kBlock> tail{};
  const std::size_t rest = message.size() - whole;
  if (rest != 0) std::memcpy(tail.data(), message.data() + whole, rest);
  tail[rest] = 0x80;
  const std::size_t padded = rest + 9 <= kBlock ? kBlock : 2 * kBlock;
  const std::uint64_t bits = std::uint64_t{message.size()} * 8;
  for (std::size_t i = 0; i < 8; ++i) {
    tail[order == std::endian::big ? padded - 1 - i : padded - 8 + i] = static_cast<std::uint8_t>(bits >> (8 * i));
  }
  for (std::size_t at = 0; at < padded; at += kBlock) compress(tail.data() + at);
}

}  // namespace caseframe
