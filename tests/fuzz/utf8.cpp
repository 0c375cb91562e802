// is_text(): against a table of what UTF-8 may be, byte by byte (Unicode 15.0, table 3-7).
#include "metadata/utf8.hpp"
#include "input.hpp"
#include "metadata/formats.hpp"

using namespace caseframe;

namespace {

struct Form {
  std::uint8_t low[4];
  std::uint8_t high[4];
  std::size_t length;
};
constexpr Form kForms[] = {
    {{0x00}, {0x7F}, 1},
    {{0xC2, 0x80}, {0xDF, 0xBF}, 2},
    {{0xE0, 0xA0, 0x80}, {0xE0, 0xBF, 0xBF}, 3},
    {{0xE1, 0x80, 0x80}, {0xEC, 0xBF, 0xBF}, 3},
    {{0xED, 0x80, 0x80}, {0xED, 0x9F, 0xBF}, 3},
    {{0xEE, 0x80, 0x80}, {0xEF, 0xBF, 0xBF}, 3},
    {{0xF0, 0x90, 0x80, 0x80}, {0xF0, 0xBF, 0xBF, 0xBF}, 4},
    {{0xF1, 0x80, 0x80, 0x80}, {0xF3, 0xBF, 0xBF, 0xBF}, 4},
    {{0xF4, 0x80, 0x80, 0x80}, {0xF4, 0x8F, 0xBF, 0xBF}, 4},
};

// Its length, 0 where there is none.
std::size_t well_formed(std::span<const std::uint8_t> text) {
  for (const Form& form : kForms) {
    bool fits = text.size() >= form.length;
    for (std::size_t i = 0; fits && i < form.length; ++i) fits = text[i] >= form.low[i] && text[i] <= form.high[i];
    if (fits) return form.length;
  }
  return 0;
}

bool expected(std::span<const std::uint8_t> text, bool breaks) {
  while (!text.empty()) {
    const std::size_t length = well_formed(text);
    if (length == 0) return false;
    const std::uint8_t a = text[0];
    const bool is_break = a == '\t' || a == '\n' || a == '\r';
    if (length == 1 && (a < 0x20 || a == 0x7F) && !(breaks && is_break)) return false;
    if (length == 2 && a == 0xC2 && text[1] < 0xA0) return false;
    if (length == 3 && a == 0xEF && text[1] == 0xBF && text[2] >= 0xBE) return false;
    text = text.subspan(length);
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  fuzz::require(is_text(text, Breaks::kRefused) == expected({data, size}, false), "UTF-8 is what Unicode says");
  fuzz::require(is_text(text, Breaks::kAllowed) == expected({data, size}, true), "and with line breaks");
  if (is_uuid(text)) fuzz::require(is_text(text, Breaks::kRefused), "a UUID is a text");
  if (is_time(text)) fuzz::require(is_text(text, Breaks::kRefused) && size >= 20, "so is a time");
  return 0;
}
