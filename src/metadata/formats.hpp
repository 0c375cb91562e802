// The two formats among the texts of segments.hpp: identifiers and times.
#pragma once

#include <string_view>

namespace caseframe {

// RFC 9562, section 4, in either case, or its 32 digits without the hyphens.
[[nodiscard]] bool is_uuid(std::string_view text);

// ISO 8601 as RFC 3339 narrows it: YYYY-MM-DDThh:mm:ss[.f]zone, 1 to 9 digits of fraction, zone Z or ±hh:mm up to 14 h.
// A day of the calendar from the year 1 on, without leap seconds, which Exif does not know.
[[nodiscard]] bool is_time(std::string_view text);

}  // namespace caseframe
