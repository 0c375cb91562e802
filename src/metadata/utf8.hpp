// Texts as XML 1.0 and Exif can both carry them.
#pragma once

#include <string_view>

namespace caseframe {

// Tabs, line feeds and carriage returns.
enum class Breaks : bool { kRefused, kAllowed };

// Well-formed UTF-8 (Unicode 15.0, table 3-7) without control characters (C0, DEL, C1), U+FFFE or U+FFFF.
[[nodiscard]] bool is_text(std::string_view text, Breaks breaks);

}  // namespace caseframe
