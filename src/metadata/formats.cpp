#include "metadata/formats.hpp"

#include <array>
#include <cstddef>

namespace caseframe {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Whether `text` begins as `pattern` has it: # is a digit, everything else stands for itself.
bool begins(std::string_view text, std::string_view pattern) {
  if (text.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '#' ? !is_digit(text[i]) : text[i] != pattern[i]) return false;
  }
  return true;
}

// Of the `count` digits at `at`.
int number(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) value = 10 * value + (text[i] - '0');
  return value;
}

int days_in(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

bool is_zone(std::string_view text) {
  if (text == "Z") return true;
  return text.size() == 6 && (begins(text, "+##:##") || begins(text, "-##:##")) && number(text, 1, 2) <= 14 &&
         number(text, 4, 2) <= 59;
}

}  // namespace

bool is_uuid(std::string_view text) {
  if (text.size() != 32 && text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = text.size() == 36 && (i == 8 || i == 13 || i == 18 || i == 23);
    if (hyphen ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_time(std::string_view text) {
  constexpr std::string_view kSeconds = "####-##-##T##:##:##";
  if (!begins(text, kSeconds)) return false;
  const int year = number(text, 0, 4);
  const int month = number(text, 5, 2);
  const int day = number(text, 8, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return false;
  if (number(text, 11, 2) > 23 || number(text, 14, 2) > 59 || number(text, 17, 2) > 59) return false;
  text.remove_prefix(kSeconds.size());
  if (begins(text, ".#")) {
    std::size_t end = 2;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end > 10) return false;
    text.remove_prefix(end);
  }
  return is_zone(text);
}

}  // namespace caseframe
