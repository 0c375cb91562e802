#include "metadata/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace caseframe {
namespace {

constexpr std::uint32_t kMalformed = 0xFFFFFFFF;

// Takes one code point off the front of `text`, which is not empty.
std::uint32_t next_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(0);
  // Bytes that follow a lead of another kind are no lead themselves; overlong forms are found below.
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC0 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF8 ? 4
                                           : 0;
  if (length == 0 || length > text.size()) return kMalformed;
  std::uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return kMalformed;
    code = code << 6 | (byte(i) & 0x3F);
  }
  // Overlong forms, surrogates, and what lies beyond Unicode.
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length]) return kMalformed;
  if ((code >= 0xD800 && code < 0xE000) || code > 0x10FFFF) return kMalformed;
  text.remove_prefix(length);
  return code;
}

bool is_control(std::uint32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

}  // namespace

bool is_text(std::string_view text, Breaks breaks) {
  while (!text.empty()) {
    const std::uint32_t code = next_code_point(text);
    if (code == kMalformed || code == 0xFFFE || code == 0xFFFF) return false;
    const bool is_break = code == '\t' || code == '\n' || code == '\r';
    if (is_control(code) && !(is_break && breaks == Breaks::kAllowed)) return false;
  }
  return true;
}

}  // namespace caseframe
