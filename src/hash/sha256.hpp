// SHA-256 (FIPS 180-4, sections 4.1.2, 5.1.1, 5.3.3 and 6.2.2), one shot.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace caseframe {

using Sha256 = std::array<std::uint8_t, 32>;

[[nodiscard]] Sha256 sha256(std::span<const std::uint8_t> message);

}  // namespace caseframe
