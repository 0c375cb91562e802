// What a file says of itself: Exif (CIPA DC-008-2019, "Exif 2.32") and XMP (ISO 16684-1; its place in a JPEG: XMP
// Specification Part 3, 1.1.3), as the APP1 segments that follow a JPEG's first two bytes.
//
//   SOI │ APP1 Exif │ APP1 XMP │ APP1 extended XMP …  │ DQT … the picture … EOI
//       └────────────── Segments::bytes ──────────────┘
//
// Nothing here has seen a pixel. The same input gives the same bytes: no clock, no random number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "buffer.hpp"
#include "redaction/record.hpp"
#include "result.hpp"

namespace caseframe {

// In bytes of UTF-8. What is longer is refused, not cut: a record that was cut would be another record. Exif has to fit
// into one segment of 64 KB, and so has XMP but for the redactions, with every byte escaped (xmp.cpp).
inline constexpr std::size_t kMaxTextBytes = 256;
inline constexpr std::size_t kMaxDescriptionBytes = 4096;

// Texts are UTF-8; an empty one is one that was not given. No control characters, but for tab, line feed and carriage
// return in the description, and neither U+FFFE nor U+FFFF: XML 1.0 cannot carry them.
struct Metadata {
  std::string_view id;              // a UUID, with or without its hyphens
  std::string_view interaction_id;  // these three: written only with `embed`, at most kMaxTextBytes each
  std::string_view participant_id;
  std::string_view agent_id;
  std::string_view captured_at;  // ISO 8601: 2026-11-22T10:20:30.456+01:00; the fraction may be left out, or the zone Z
  std::string_view software;     // at most kMaxTextBytes; by default "caseframe" and the version
  std::string_view description;  // at most kMaxDescriptionBytes
  std::optional<std::uint32_t> frame_age_ms;
  bool embed = false;
};

// What the core itself knows of the picture.
struct Provenance {
  std::uint32_t source_width;  // of the frame, before scaling
  std::uint32_t source_height;
  std::uint32_t width;  // of the picture in the file
  std::uint32_t height;
  bool gray;
  std::span<const Redaction> redactions;
};

// The first 16 bytes of a UUID or a hash, as 32 hexadecimal digits.
inline constexpr std::size_t kUniqueIdDigits = 32;

struct Segments {
  Buffer<std::uint8_t> bytes;
  // Where ImageUniqueID's digits stand in `bytes`: zeroes, for the caller to overwrite, where no id was given.
  std::size_t unique_id;
};

// Success where all of it can be written; kInvalidArgument with a message that names the field.
[[nodiscard]] Status check(const Metadata& metadata);

// `metadata` must have passed check(). kOutOfMemory.
[[nodiscard]] Result<Segments> write_segments(const Metadata& metadata, const Provenance& provenance);

}  // namespace caseframe
