#include "hash/sha256.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace caseframe::test {
namespace {

std::string hex(const Sha256& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string hash_of(std::string_view text) {
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  return hex(sha256(bytes));
}

}  // namespace

TEST_CASE("sha256: NIST's examples") {
  // FIPS 180-4's example values (csrc.nist.gov, "Cryptographic Standards and Guidelines: Example Values").
  CHECK(hash_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hash_of("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
                "mnopqrstnopqrstu") == "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  CHECK(hash_of(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  // SHA-2 additional test vectors, SHA-256, 1 and 2: a byte and a word that are no text.
  CHECK(hash_of("\xbd") == "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b");
  CHECK(hash_of("\xc9\x8c\x8e\x55") == "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504");
}

TEST_CASE("sha256: every length around the block's edges") {
  // Byte i of the message of length n is (7 i + n) mod 256. All digests in a row, hashed once more, as Python's hashlib
  // has it: hashlib.sha256(b''.join(hashlib.sha256(bytes((i*7+n)&255 for i in range(n))).digest()
  //                                 for n in range(131))).hexdigest()
  std::vector<std::uint8_t> digests;
  for (unsigned n = 0; n <= 130; ++n) {
    std::vector<std::uint8_t> message(n);
    for (unsigned i = 0; i < n; ++i) message[i] = static_cast<std::uint8_t>(i * 7 + n);
    const Sha256 digest = sha256(message);
    digests.insert(digests.end(), digest.begin(), digest.end());
  }
  CHECK(hex(sha256(digests)) == "969b9f993f9c27e8424a46288c5b7999eee502a7befa92cad6cfef1034d76c51");
}

}  // namespace caseframe::test
