// What the texts of segments.hpp may look like.
#pragma once

#include <string_view>

namespace caseframe {

// Tabs, line feeds and carriage returns.
enum class Breaks : bool { kRefused, kAllowed };

// Well-formed UTF-8 (Unicode 15.0, table 3-7) without control characters (C0, DEL, C1), U+FFFE or U+FFFF.
[[nodiscard]] bool is_text(std::string_view text, Breaks breaks);

// RFC 9562, section 4, in either case, or its 32 digits without the hyphens.
[[nodiscard]] bool is_uuid(std::string_view text);

// ISO 8601 as RFC 3339 narrows it: YYYY-MM-DDThh:mm:ss[.f]zone, 1 to 9 digits of fraction, zone Z or ±hh:mm up to 14 h.
// A day of the calendar from the year 1 on, without leap seconds, which Exif does not know.
[[nodiscard]] bool is_time(std::string_view text);

}  // namespace caseframe
