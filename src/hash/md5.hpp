// MD5 (RFC 1321), one shot. Here only because XMP names the parts of a long packet by it (xmp.cpp): it protects
// nothing.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace caseframe {

using Md5 = std::array<std::uint8_t, 16>;

[[nodiscard]] Md5 md5(std::span<const std::uint8_t> message);

}  // namespace caseframe
