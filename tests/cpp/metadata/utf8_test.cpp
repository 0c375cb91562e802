#include "metadata/utf8.hpp"

#include <doctest/doctest.h>

#include <string>

namespace caseframe::test {

TEST_CASE("utf8: no byte above ASCII is a text by itself, before ASCII, or after a lead that is overlong") {
  for (int byte = 0x80; byte <= 0xFF; ++byte) {
    CAPTURE(byte);
    const std::string text(1, static_cast<char>(byte));
    CHECK_FALSE(is_text(text, Breaks::kAllowed));
    CHECK_FALSE(is_text(text + "a", Breaks::kAllowed));
    CHECK_FALSE(is_text("\xC0" + text, Breaks::kAllowed));
    CHECK_FALSE(is_text("\xC1" + text, Breaks::kAllowed));
  }
}

}  // namespace caseframe::test
