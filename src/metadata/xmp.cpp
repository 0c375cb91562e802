#include "metadata/xmp.hpp"

#include <algorithm>

#include "hash/hex.hpp"
#include "hash/md5.hpp"

namespace caseframe {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSignature = "http://ns.adobe.com/xap/1.0/\0"sv;
constexpr std::string_view kExtensionSignature = "http://ns.adobe.com/xmp/extension/\0"sv;

constexpr std::size_t kMaxSegment = 0xFFFF;
// "About 65,400 bytes": XMP Specification Part 3, 1.1.3.1.
constexpr std::size_t kMaxChunk = 65400;

// The longest record that stands in the first segment. The rest of it stays below 2 KB and the texts, in which one byte
// is at most five (&amp;).
constexpr std::size_t kMaxRecord = std::size_t{32} * 1024;
static_assert(kMaxRecord + 2048 + 5 * (kMaxDescriptionBytes + 4 * kMaxTextBytes) <= kMaxSegment);

// As element content (XML 1.0, 2.4). A bare carriage return would be read as a line feed (2.11).
void escaped(Writer& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out.text("&amp;");
        break;
      case '<':
        out.text("&lt;");
        break;
      case '>':
        out.text("&gt;");
        break;
      case '\r':
        out.text("&#13;");
        break;
      default:
        out.u8(static_cast<std::uint8_t>(c));
    }
  }
}

void open(Writer& out, std::string_view name) {
  out.text("<");
  out.text(name);
  out.text(">");
}

void close(Writer& out, std::string_view name) {
  out.text("</");
  out.text(name);
  out.text(">\n");
}

void property(Writer& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  open(out, name);
  escaped(out, value);
  close(out, name);
}

void property(Writer& out, std::string_view name, std::uint32_t value) {
  open(out, name);
  out.decimal(value);
  close(out, name);
}

void attribute(Writer& out, std::string_view name, std::uint32_t value) {
  out.text(" caseframe:");
  out.text(name);
  out.text("=\"");
  out.decimal(value);
  out.text("\"");
}

void redaction(Writer& out, const Redaction& r) {
  out.text("<rdf:li");
  attribute(out, "x", r.x);
  attribute(out, "y", r.y);
  attribute(out, "width", r.width);
  attribute(out, "height", r.height);
  out.text(" caseframe:mode=\"");
  switch (r.mode) {
    case RedactMode::kFill:
      out.text("fill\" caseframe:color=\"#");
      out.hex(r.color, 6);
      out.text("\"");
      break;
    case RedactMode::kBlur:
      out.text("blur\"");
      attribute(out, "radius", r.radius);
      break;
    case RedactMode::kPixelate:
      out.text("pixelate\"");
      break;
  }
  if (r.mode != RedactMode::kFill) {
    attribute(out, "cell", r.cell);
    attribute(out, "lumaLevels", kLumaLevels);
    attribute(out, "chromaLevels", kChromaLevels);
  }
  out.text("/>\n");
}

void record(Writer& out, std::span<const Redaction> redactions) {
  if (redactions.empty()) return;
  out.text("<caseframe:redactions><rdf:Seq>\n");
  for (const Redaction& r : redactions) redaction(out, r);
  out.text("</rdf:Seq></caseframe:redactions>\n");
}

void begin_rdf(Writer& out) {
  out.text(
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
      "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
      "<rdf:Description rdf:about=\"\" xmlns:caseframe=\"");
  out.text(kXmpNamespace);
  out.text("\"");
}

void end_rdf(Writer& out) { out.text("</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"); }

// All but the redactions.
void properties(Writer& out, const Metadata& metadata, const Provenance& provenance) {
  property(out, "xmp:CreatorTool", metadata.software);
  property(out, "xmp:CreateDate", metadata.captured_at);
  if (!metadata.description.empty()) {
    out.text("<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">");
    escaped(out, metadata.description);
    out.text("</rdf:li></rdf:Alt></dc:description>\n");
  }
  if (metadata.embed) {
    property(out, "caseframe:interactionId", metadata.interaction_id);
    property(out, "caseframe:participantId", metadata.participant_id);
    property(out, "caseframe:agentId", metadata.agent_id);
  }
  property(out, "caseframe:sourceWidth", provenance.source_width);
  property(out, "caseframe:sourceHeight", provenance.source_height);
  if (metadata.frame_age_ms) property(out, "caseframe:frameAgeMs", *metadata.frame_age_ms);
  property(out, "caseframe:redactionCount", static_cast<std::uint32_t>(provenance.redactions.size()));
}

void begin_segment(Writer& out, std::string_view signature, std::size_t size) {
  out.u16(0xFFE1);
  out.u16(static_cast<std::uint16_t>(2 + signature.size() + size));
  out.text(signature);
}

// The GUID of an extension: its MD5, 32 uppercase digits.
struct Guid {
  explicit Guid(std::span<const std::uint8_t> extension) {
    const Md5 hash = md5(extension);
    for (std::size_t i = 0; i < sizeof(digits); ++i) digits[i] = hex_digit(hash, i, 'A');
  }
  [[nodiscard]] std::string_view text() const { return {digits, sizeof(digits)}; }

  char digits[32];
};

}  // namespace

void write_xmp(Writer& out, const Metadata& metadata, const Provenance& provenance) {
  Writer redactions;
  record(redactions, provenance.redactions);
  const bool extended = redactions.size() > kMaxRecord;
  Writer extension;
  if (extended) {
    begin_rdf(extension);
    extension.text(">\n");
    extension.append(redactions);
    end_rdf(extension);
  }
  const Guid guid(extension.written());

  Writer packet;
  // "r": the record is not for editing in place, so there is no padding either.
  packet.text("<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n");
  begin_rdf(packet);
  packet.text(" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"");
  if (extended) {
    packet.text(" xmlns:xmpNote=\"http://ns.adobe.com/xmp/note/\" xmpNote:HasExtendedXMP=\"");
    packet.text(guid.text());
    packet.text("\"");
  }
  packet.text(">\n");
  properties(packet, metadata, provenance);
  if (!extended) packet.append(redactions);
  end_rdf(packet);
  packet.text("<?xpacket end=\"r\"?>");

  begin_segment(out, kSignature, packet.size());
  out.append(packet);
  const auto rest = extension.written();
  for (std::size_t at = 0; at < rest.size(); at += kMaxChunk) {
    const auto chunk = rest.subspan(at, std::min(kMaxChunk, rest.size() - at));
    begin_segment(out, kExtensionSignature, guid.text().size() + 8 + chunk.size());
    out.text(guid.text());
    out.u32(static_cast<std::uint32_t>(rest.size()));
    out.u32(static_cast<std::uint32_t>(at));
    out.bytes(chunk);
  }
  if (extension.failed()) out.fail();
}

}  // namespace caseframe
