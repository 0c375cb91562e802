#include "hash/md5.hpp"

#include <doctest/doctest.h>

#include <string>

namespace caseframe::test {
namespace {

std::string hex(const std::string& message) {
  std::string digits;
  for (const std::uint8_t byte : md5({reinterpret_cast<const std::uint8_t*>(message.data()), message.size()})) {
    digits += "0123456789abcdef"[byte >> 4];
    digits += "0123456789abcdef"[byte & 15];
  }
  return digits;
}

}  // namespace

TEST_CASE("md5: RFC 1321, A.5") {
  CHECK(hex("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(hex("a") == "0cc175b9c0f1b6a831c399e269772661");
  CHECK(hex("abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(hex("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(hex("abcdefghijklmnopqrstuvwxyz") == "c3fcd3d76192e4007dfb496cca67e13b");
  CHECK(hex("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == "d174ab98d277d9f5a5611c2c9f419d9f");
  CHECK(hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        "57edf4a22be3c955ac49da2e2107b67a");
}

// Made with coreutils' md5sum: where the padding takes a block more.
TEST_CASE("md5: around the end of a block") {
  CHECK(hex(std::string(55, 'x')) == "04364420e25c512fd958a70738aa8f72");
  CHECK(hex(std::string(56, 'x')) == "668a72d5ba17f08e62dabcafad6db14b");
  CHECK(hex(std::string(63, 'x')) == "7dc2ca208106a2f703567bdff99d8981");
  CHECK(hex(std::string(64, 'x')) == "c1bb4f81d892b2d57947682aeb252456");
}

}  // namespace caseframe::test
