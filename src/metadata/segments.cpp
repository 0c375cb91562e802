#include "metadata/segments.hpp"

#include <array>

#include "metadata/exif.hpp"
#include "metadata/formats.hpp"
#include "metadata/utf8.hpp"
#include "metadata/writer.hpp"
#include "metadata/xmp.hpp"

namespace caseframe {
namespace {

struct Rule {
  std::string_view Metadata::*field;
  bool (*fits)(std::string_view text);
  const char* message;
};

bool is_name(std::string_view text) { return text.size() <= kMaxTextBytes && is_text(text, Breaks::kRefused); }
bool is_description(std::string_view text) {
  return text.size() <= kMaxDescriptionBytes && is_text(text, Breaks::kAllowed);
}

constexpr std::array<Rule, 7> kRules = {{
    {&Metadata::id, is_uuid, "Expected a UUID for metadata.id"},
    {&Metadata::interaction_id, is_name,
     "Expected at most 256 bytes of UTF-8 without control characters for metadata.interactionId"},
    {&Metadata::participant_id, is_name,
     "Expected at most 256 bytes of UTF-8 without control characters for metadata.participantId"},
    {&Metadata::agent_id, is_name,
     "Expected at most 256 bytes of UTF-8 without control characters for metadata.agentId"},
    {&Metadata::captured_at, is_time, "Expected an ISO 8601 date, time and offset for metadata.capturedAt"},
    {&Metadata::software, is_name,
     "Expected at most 256 bytes of UTF-8 without control characters for metadata.software"},
    {&Metadata::description, is_description,
     "Expected at most 4096 bytes of UTF-8 without control characters for metadata.description"},
}};

}  // namespace

Status check(const Metadata& metadata) {
  for (const Rule& rule : kRules) {
    const std::string_view text = metadata.*rule.field;
    if (!text.empty() && !rule.fits(text)) return Error{ErrorCode::kInvalidArgument, rule.message};
  }
  return {};
}

Result<Segments> write_segments(const Metadata& metadata, const Provenance& provenance) {
  Metadata written = metadata;
  if (written.software.empty()) written.software = "caseframe " CASEFRAME_VERSION;
  Writer out;
  write_exif(out, written, provenance);
  // Exif ends with this, its terminator and a byte of padding.
  const std::size_t unique_id = out.size() - kUniqueIdDigits - 2;
  write_xmp(out, written, provenance);
  auto bytes = out.take();
  if (!bytes) return bytes.error();
  return Segments{*std::move(bytes), unique_id};
}

}  // namespace caseframe
