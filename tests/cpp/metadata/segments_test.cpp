#include "metadata/segments.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "allocations.hpp"
#include "capture.hpp"
#include "hash/md5.hpp"
#include "hash/sha256.hpp"
#include "random.hpp"

namespace caseframe::test {
namespace {

using namespace std::string_literals;

struct Segment {
  std::string signature;  // up to and with its last NUL
  std::string body;
};

// What `bytes` consist of, to the last one: APP1 segments of the three kinds.
std::vector<Segment> walk(const std::string& bytes) {
  std::vector<Segment> segments;
  const std::string signatures[] = {"Exif\0\0"s, "http://ns.adobe.com/xap/1.0/\0"s,
                                    "http://ns.adobe.com/xmp/extension/\0"s};
  for (std::size_t at = 0; at < bytes.size();) {
    REQUIRE(bytes.size() - at > 4);
    REQUIRE(bytes.substr(at, 2) == "\xFF\xE1");
    const std::size_t length =
        static_cast<std::uint8_t>(bytes[at + 2]) * 256U + static_cast<std::uint8_t>(bytes[at + 3]);
    REQUIRE(at + 2 + length <= bytes.size());
    const std::string content = bytes.substr(at + 4, length - 2);
    const auto signature = std::find_if(std::begin(signatures), std::end(signatures),
                                        [&](const std::string& s) { return content.starts_with(s); });
    REQUIRE(signature != std::end(signatures));
    segments.push_back({*signature, content.substr(signature->size())});
    at += 2 + length;
  }
  return segments;
}

std::uint32_t number(const std::string& bytes, std::size_t at, std::size_t size) {
  REQUIRE(at + size <= bytes.size());
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}

// A reader of its own: every entry of a big-endian TIFF directory by its tag, as the bytes of its value.
std::map<std::uint32_t, std::string> directory(const std::string& tiff, std::size_t at) {
  std::map<std::uint32_t, std::string> entries;
  const std::size_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1};
  std::uint32_t last = 0;
  for (std::uint32_t count = number(tiff, at, 2), i = 0; i < count; ++i) {
    const std::size_t entry = at + 2 + i * 12;
    const std::uint32_t tag = number(tiff, entry, 2);
    CHECK(tag > last);
    last = tag;
    const std::size_t size = sizes[number(tiff, entry + 2, 2)] * number(tiff, entry + 4, 4);
    const std::size_t offset = size <= 4 ? entry + 8 : number(tiff, entry + 8, 4);
    CHECK(offset % 2 == 0);
    REQUIRE(offset + size <= tiff.size());
    entries[tag] = tiff.substr(offset, size);
  }
  return entries;
}

struct Exif {
  std::map<std::uint32_t, std::string> tiff;
  std::map<std::uint32_t, std::string> exif;
};

Exif read_exif(const std::string& bytes) {
  const std::string tiff = walk(bytes).at(0).body;
  REQUIRE(tiff.starts_with("MM\0\x2A\0\0\0\x08"s));
  Exif read;
  read.tiff = directory(tiff, 8);
  read.exif = directory(tiff, number(read.tiff.at(0x8769), 0, 4));
  return read;
}

std::string bytes_of(const Metadata& metadata, const Provenance& provenance) {
  const auto segments = write_segments(metadata, provenance);
  REQUIRE(segments);
  return {segments->bytes.begin(), segments->bytes.end()};
}

const Provenance kPlain = {
    .source_width = 1920, .source_height = 1080, .width = 640, .height = 360, .gray = false, .redactions = {}};

Metadata whole() {
  return {.id = "0B5DD2B4-7a0e-4c39-9c56-8d1f2f6f7a10",
          .interaction_id = "interaction<1>",
          .participant_id = "participant&2",
          .agent_id = "agent\"3",
          .captured_at = "2026-11-22T10:20:30.456+01:00",
          .software = "test 1",
          .description = "a b",
          .frame_age_ms = 33,
          .embed = true};
}

std::vector<Redaction> some_redactions(std::size_t count) {
  std::vector<Redaction> redactions;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto mode = static_cast<RedactMode>(i % 3);
    redactions.push_back({65000 + i % 500, 65000 - i % 500, 64998, 2, mode, 10834, 10834, 0xABCDEF});
  }
  return redactions;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// The whole of XMP, extension included, put together as a reader does.
std::string xmp_of(const std::string& bytes) {
  const auto segments = walk(bytes);
  REQUIRE(segments.size() >= 2);
  REQUIRE(segments[1].signature.starts_with("http://ns.adobe.com/xap/"));
  std::string extension;
  for (std::size_t i = 2; i < segments.size(); ++i) {
    const std::string& body = segments[i].body;
    CHECK(segments[i].signature.starts_with("http://ns.adobe.com/xmp/extension/"));
    CHECK(segments[1].body.find("xmpNote:HasExtendedXMP=\"" + body.substr(0, 32) + "\"") != std::string::npos);
    CHECK(number(body, 36, 4) == extension.size());
    extension += body.substr(40);
  }
  for (std::size_t i = 2; i < segments.size(); ++i) {
    CHECK(number(segments[i].body, 32, 4) == extension.size());
    std::string guid;
    for (const std::uint8_t byte : md5({reinterpret_cast<const std::uint8_t*>(extension.data()), extension.size()})) {
      guid += "0123456789ABCDEF"[byte >> 4];
      guid += "0123456789ABCDEF"[byte & 15];
    }
    CHECK(segments[i].body.substr(0, 32) == guid);
  }
  return segments[1].body + extension;
}

// The content of an element, its escapes undone.
std::string element(const std::string& xml, const std::string& open, const std::string& close) {
  const std::size_t begin = xml.find(open);
  REQUIRE(begin != std::string::npos);
  const std::size_t end = xml.find(close, begin);
  REQUIRE(end != std::string::npos);
  std::string text = xml.substr(begin + open.size(), end - begin - open.size());
  const std::pair<std::string, std::string> escapes[] = {{"&lt;", "<"}, {"&gt;", ">"}, {"&#13;", "\r"}, {"&amp;", "&"}};
  for (const auto& [escape, character] : escapes) {
    CHECK(text.find(character == "&" ? "\1" : character) == std::string::npos);
    for (std::size_t at = text.find(escape); at != std::string::npos; at = text.find(escape, at + 1)) {
      text.replace(at, escape.size(), character);
    }
  }
  return text;
}

// Well-formed text of the characters that break parsers.
std::string hostile(Dice& dice, std::size_t max_bytes, bool breaks) {
  const std::vector<std::string> parts = {
      "<",      ">",      "&",          "\"",     "'",   "]]>",        "<!--", "-->", "<?xpacket end=\"w\"?>",
      "&lt;",   "&#0;",   "</rdf:RDF>", "%s%n",   "\\0", " ",          "a",    "ä",   "№",
      "\u2028", "\u202E", "\uFFFD",     "\uFDD0", "😀",   "\U0010FFFF", "\r\n", "\t",  "\n"};
  std::string text;
  for (;;) {
    const std::string& part = parts[dice.between(0, static_cast<std::uint32_t>(parts.size() - (breaks ? 1 : 4)))];
    if (text.size() + part.size() > max_bytes || dice.one_in(200)) return text;
    text += part;
  }
}

}  // namespace

TEST_CASE("metadata: what may be written") {
  CHECK(check({}));
  CHECK(check(whole()));
  struct Case {
    std::string_view Metadata::*field;
    const char* name;
    std::vector<std::string> good;
    std::vector<std::string> bad;
  };
  const std::vector<std::string> good_names = {"a",   std::string(256, 'x'), "<&>\"'",
                                               "ä№😀", "\xF4\x8F\xBF\xBF",    "\xEE\x80\x80"};
  std::vector<std::string> bad_names = {
      std::string(257, 'x'), "\0"s, "a\0b"s, "\x1F", "\x7F", "\xC2\x80", "\xC2\x9F", "\xEF\xBF\xBE", "\xEF\xBF\xBF"};
  // Unicode 15.0, table 3-7: what no UTF-8 may hold.
  for (const char* malformed : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xE0\x9F\xBF",
                                "\xE2\x82", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
                                "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    bad_names.emplace_back(malformed);
    bad_names.push_back("a"s + malformed + "b");
  }
  auto bad_lines = bad_names;
  for (const char* line_break : {"\t", "a\n", "\r"}) bad_lines.emplace_back(line_break);
  auto bad_texts = bad_names;
  bad_texts[0] = std::string(4097, 'x');
  bad_texts.push_back(std::string(100 * 1024, 'x'));
  bad_texts.push_back(std::string(4095, 'x') + "ä");

  const Case cases[] = {
      {&Metadata::id,
       "metadata.id",
       {"0b5dd2b47a0e4c399c568d1f2f6f7a10", "0B5DD2B4-7A0E-4C39-9C56-8D1F2F6F7A10"},
       {"x", "0b5dd2b47a0e4c399c568d1f2f6f7a1", "0b5dd2b47a0e4c399c568d1f2f6f7a1g",
        "0b5dd2b4-7a0e4c39-9c56-8d1f2f6f7a10-", "{0b5dd2b4-7a0e-4c39-9c56-8d1f2f6f7a10}",
        "0b5dd2b4a7a0e-4c39-9c56-8d1f2f6f7a10"}},
      {&Metadata::interaction_id, "metadata.interactionId", good_names, bad_lines},
      {&Metadata::participant_id, "metadata.participantId", good_names, bad_lines},
      {&Metadata::agent_id, "metadata.agentId", good_names, bad_lines},
      {&Metadata::software, "metadata.software", good_names, bad_lines},
      {&Metadata::description, "metadata.description", {"a\r\n\tb", std::string(4096, '&'), "ä№😀"}, bad_texts},
      {&Metadata::captured_at,
       "metadata.capturedAt",
       {"2026-11-22T10:20:30Z", "2026-11-22T10:20:30.4Z", "2026-11-22T10:20:30.123456789-14:59",
        "2024-02-29T00:00:00+00:00", "2000-02-29T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"},
       {"2026-11-22",
        "2026-11-22T10:20:30",
        "2026-11-22 10:20:30Z",
        "2026-11-22T10:20Z",
        "2026-11-22T10:20:30.Z",
        "2026-11-22T10:20:30.1234567890Z",
        "2026-11-22T10:20:30,1Z",
        "2026-02-29T10:20:30Z",
        "1900-02-29T10:20:30Z",
        "2026-04-31T10:20:30Z",
        "2026-00-10T10:20:30Z",
        "2026-13-10T10:20:30Z",
        "2026-01-00T10:20:30Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T10:60:30Z",
        "2026-11-22T10:20:60Z",
        "2026-11-22T10:20:30z",
        "2026-11-22T10:20:30+1:00",
        "2026-11-22T10:20:30+15:00",
        "2026-11-22T10:20:30+01:60",
        "2026-11-22T10:20:30+0100",
        "2026-11-22T10:20:30Z ",
        " 2026-11-22T10:20:30Z",
        "0000-01-01T00:00:00Z",
        "+002026-11-22T10:20:30Z",
        "now"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    for (const std::string& text : c.good) {
      CAPTURE(text);
      Metadata metadata;
      metadata.*c.field = text;
      CHECK(check(metadata));
    }
    for (const std::string& text : c.bad) {
      CAPTURE(text);
      Metadata metadata = whole();
      metadata.*c.field = text;
      const Status refused = check(metadata);
      REQUIRE_FALSE(refused);
      CHECK(refused.error().code == ErrorCode::kInvalidArgument);
      CHECK(std::string(refused.error().message).ends_with(c.name));
    }
  }
}

TEST_CASE("metadata: an encoding is refused before anything else is looked at") {
  Image black(8, 8);
  EncodeOptions options;
  options.metadata.captured_at = "yesterday";
  const auto encoded = encode(black.view(), options);
  REQUIRE_FALSE(encoded);
  CHECK(encoded.error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("metadata: Exif has what was given") {
  const auto [tiff, exif] = read_exif(bytes_of(whole(), kPlain));
  CHECK(tiff.at(0x010E) == "a b\0"s);
  CHECK(tiff.at(0x0112) == "\0\1"s);
  CHECK(tiff.at(0x011A) == "\0\0\0\x48\0\0\0\1"s);
  CHECK(tiff.at(0x011B) == "\0\0\0\x48\0\0\0\1"s);
  CHECK(tiff.at(0x0128) == "\0\2"s);
  CHECK(tiff.at(0x0131) == "test 1\0"s);
  CHECK(tiff.at(0x0132) == "2026:11:22 10:20:30\0"s);
  CHECK(tiff.at(0x0213) == "\0\1"s);
  CHECK(exif.at(0x9000) == "0232");
  for (const std::uint32_t tag : {0x9003U, 0x9004U}) CHECK(exif.at(tag) == "2026:11:22 10:20:30\0"s);
  for (const std::uint32_t tag : {0x9010U, 0x9011U, 0x9012U}) CHECK(exif.at(tag) == "+01:00\0"s);
  for (const std::uint32_t tag : {0x9290U, 0x9291U, 0x9292U}) CHECK(exif.at(tag) == "456\0"s);
  CHECK(exif.at(0x9101) == "\1\2\3\0"s);
  CHECK(exif.at(0xA000) == "0100");
  CHECK(exif.at(0xA001) == "\0\1"s);
  CHECK(exif.at(0xA002) == "\0\0\2\x80"s);
  CHECK(exif.at(0xA003) == "\0\0\1\x68"s);
  CHECK(exif.at(0xA420) == "0b5dd2b47a0e4c399c568d1f2f6f7a10\0"s);
  CHECK(tiff.size() == 9);
  CHECK(exif.size() == 15);
}

TEST_CASE("metadata: Exif leaves out what was not given") {
  Provenance gray = kPlain;
  gray.gray = true;
  const auto [tiff, exif] = read_exif(bytes_of({}, gray));
  CHECK(tiff.at(0x0131).starts_with("caseframe "));
  CHECK(exif.at(0x9101) == "\1\0\0\0"s);
  CHECK(exif.at(0xA420) == std::string(32, '0') + '\0');
  CHECK(tiff.size() == 7);
  CHECK(exif.size() == 7);

  Metadata utc;
  utc.captured_at = "2026-11-22T10:20:30Z";
  const auto times = read_exif(bytes_of(utc, kPlain)).exif;
  CHECK(times.at(0x9011) == "+00:00\0"s);
  CHECK(times.count(0x9291) == 0);
}

TEST_CASE("metadata: the place of the unique id") {
  for (std::size_t length = 1; length < 9; ++length) {
    const std::string text(length, 'x');
    Metadata metadata = whole();
    metadata.software = text;
    metadata.description = text;
    const auto segments = write_segments(metadata, kPlain);
    REQUIRE(segments);
    const std::string bytes(segments->bytes.begin(), segments->bytes.end());
    CHECK(bytes.substr(segments->unique_id, kUniqueIdDigits) == "0b5dd2b47a0e4c399c568d1f2f6f7a10");
  }
}

TEST_CASE("metadata: XMP has the record") {
  const Redaction redactions[] = {{2, 4, 6, 8, RedactMode::kPixelate, 16, 0, 0},
                                  {10, 12, 14, 16, RedactMode::kBlur, 17, 18, 0},
                                  {0, 0, 2, 2, RedactMode::kFill, 0, 0, 0x00ABCD}};
  Provenance provenance = kPlain;
  provenance.redactions = redactions;
  const std::string xmp = xmp_of(bytes_of(whole(), provenance));
  const auto has = [&](const char* text) { return count_of(xmp, text) == 1; };
  CHECK(has(
      "<rdf:li caseframe:x=\"2\" caseframe:y=\"4\" caseframe:width=\"6\" caseframe:height=\"8\" "
      "caseframe:mode=\"pixelate\" caseframe:cell=\"16\" caseframe:lumaLevels=\"16\" caseframe:chromaLevels=\"8\"/>"));
  CHECK(
      has("<rdf:li caseframe:x=\"10\" caseframe:y=\"12\" caseframe:width=\"14\" caseframe:height=\"16\" "
          "caseframe:mode=\"blur\" "
          "caseframe:radius=\"18\" caseframe:cell=\"17\" caseframe:lumaLevels=\"16\" caseframe:chromaLevels=\"8\"/>"));
  CHECK(
      has("<rdf:li caseframe:x=\"0\" caseframe:y=\"0\" caseframe:width=\"2\" caseframe:height=\"2\" "
          "caseframe:mode=\"fill\" "
          "caseframe:color=\"#00abcd\"/>"));
  CHECK(has("<caseframe:redactionCount>3</caseframe:redactionCount>"));
  CHECK(has("<caseframe:sourceWidth>1920</caseframe:sourceWidth>"));
  CHECK(has("<caseframe:sourceHeight>1080</caseframe:sourceHeight>"));
  CHECK(has("<caseframe:frameAgeMs>33</caseframe:frameAgeMs>"));
  CHECK(has("<xmp:CreateDate>2026-11-22T10:20:30.456+01:00</xmp:CreateDate>"));
  CHECK(has("<xmp:CreatorTool>test 1</xmp:CreatorTool>"));
}

TEST_CASE("metadata: ids are written with embed only") {
  const std::string ids[] = {"interaction-7f3a", "participant-91cc", "agent-0d2e"};
  Metadata metadata;
  metadata.interaction_id = ids[0];
  metadata.participant_id = ids[1];
  metadata.agent_id = ids[2];
  const std::string without = bytes_of(metadata, kPlain);
  CHECK(without == bytes_of({}, kPlain));
  metadata.embed = true;
  const std::string with = bytes_of(metadata, kPlain);
  for (const std::string& id : ids) {
    CHECK(without.find(id) == std::string::npos);
    CHECK(count_of(with, id) == 1);
  }
}

TEST_CASE("metadata: hostile texts come back as they were") {
  for_each_seed(300, [](Dice& dice) {
    const std::string id = hostile(dice, kMaxTextBytes, false);
    const std::string software = hostile(dice, kMaxTextBytes, false);
    const std::string description = hostile(dice, kMaxDescriptionBytes, true);
    Metadata metadata = whole();
    metadata.interaction_id = id;
    metadata.software = software;
    metadata.description = description;
    REQUIRE(check(metadata));
    const std::string bytes = bytes_of(metadata, kPlain);
    const std::string xmp = xmp_of(bytes);
    if (!id.empty()) CHECK(element(xmp, "<caseframe:interactionId>", "</caseframe:interactionId>") == id);
    if (!software.empty()) CHECK(element(xmp, "<xmp:CreatorTool>", "</xmp:CreatorTool>") == software);
    if (description.empty()) return;
    CHECK(element(xmp, "<rdf:li xml:lang=\"x-default\">", "</rdf:li>") == description);
    CHECK(read_exif(bytes).tiff.at(0x010E) == description + '\0');
  });
}

TEST_CASE("metadata: any number of redactions, next to the longest texts") {
  const std::string name(kMaxTextBytes, '&');
  const std::string description(kMaxDescriptionBytes, '&');
  Metadata metadata = whole();
  metadata.interaction_id = metadata.participant_id = metadata.agent_id = metadata.software = name;
  metadata.description = description;
  for (const std::size_t count : {0U, 1U, 150U, 170U, 180U, 190U, 200U, 210U, 250U, 1000U, 5000U}) {
    CAPTURE(count);
    const auto redactions = some_redactions(count);
    Provenance provenance = kPlain;
    provenance.redactions = redactions;
    const std::string bytes = bytes_of(metadata, provenance);
    const std::string xmp = xmp_of(bytes);
    CHECK(count_of(xmp, "<rdf:li caseframe:x=") == count);
    CHECK(count_of(xmp, "<caseframe:redactionCount>" + std::to_string(count) + "<") == 1);
    if (count <= 150) CHECK(walk(bytes).size() == 2);
    if (count >= 250) CHECK(walk(bytes).size() > 2);
  }
}

TEST_CASE("metadata: without memory it says so") {
  const auto redactions = some_redactions(1000);
  Provenance provenance = kPlain;
  provenance.redactions = redactions;
  const std::string expected = bytes_of(whole(), provenance);
  std::size_t failures = 0;
  for (std::size_t allowed = 0;; ++allowed) {
    Result<Segments> segments = Error{ErrorCode::kEncoder, ""};
    {
      const Allocations limit(allowed);
      segments = write_segments(whole(), provenance);
    }
    if (segments) {
      CHECK(std::equal(segments->bytes.begin(), segments->bytes.end(), expected.begin(), expected.end(),
                       [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }));
      break;
    }
    CHECK(segments.error().code == ErrorCode::kOutOfMemory);
    ++failures;
  }
  CHECK(failures > 3);
}

TEST_CASE("metadata: a derived id is that of the picture in the file, and of nothing else") {
  for_each_seed(40, [](Dice& dice) {
    const Image image = scenery(dice, dice.between(16, 90), dice.between(16, 90));
    const Region region{4, 4, 8, 8, static_cast<RedactMode>(dice.between(0, 2)), RegionUnit::kPixel, 0};
    EncodeOptions options;
    options.redact = {&region, 1};
    options.reject = 0;
    const auto first = encode(image.view(), options);
    options.metadata.description = "another text";
    const auto second = encode(image.view(), options);
    REQUIRE(first);
    REQUIRE(second);
    const auto parts = [](const Encoded& encoded) {
      const std::string file(encoded.jpeg.begin(), encoded.jpeg.end());
      const std::size_t picture = file.find("\xFF\xDB");  // DQT: the first marker that is none of ours
      return std::pair(read_exif(file.substr(2, picture - 2)).exif.at(0xA420), file.substr(picture));
    };
    const auto [id, picture] = parts(*first);
    const Sha256 hash = sha256({reinterpret_cast<const std::uint8_t*>(picture.data()), picture.size()});
    std::string digits;
    for (std::size_t i = 0; i < 16; ++i) {
      digits += "0123456789abcdef"[hash[i] >> 4];
      digits += "0123456789abcdef"[hash[i] & 15];
    }
    CHECK(id == digits + '\0');
    CHECK(parts(*second) == std::pair(id, picture));
    CHECK(first->sha256 != second->sha256);
  });
}

TEST_CASE("metadata: what lies under a fill changes no byte of the file") {
  for_each_seed(60, [](Dice& dice) {
    Image image = scenery(dice, dice.between(32, 120), dice.between(32, 120));
    const Region regions[] = {{8, 8, 12, 10, RedactMode::kFill, RegionUnit::kPixel, 0x336699},
                              {4, 4, 24, 24, RedactMode::kPixelate, RegionUnit::kPixel, 0}};
    EncodeOptions options;
    options.redact = {regions, dice.between(1, 2)};
    options.reject = 0;
    options.max_width = dice.one_in(2) ? 0 : 30;
    options.jpeg = {dice.real(0, 1), static_cast<Subsampling>(dice.between(0, 3)), dice.one_in(2)};
    const auto before = encode(image.view(), options);
    for (std::uint32_t y = 8; y < 18; ++y) {
      for (std::uint32_t x = 8; x < 20; ++x) {
        for (int c = 0; c < 4; ++c) image.at(x, y)[c] = dice.byte();
      }
    }
    const auto after = encode(image.view(), options);
    REQUIRE(before);
    REQUIRE(after);
    CHECK(std::equal(before->jpeg.begin(), before->jpeg.end(), after->jpeg.begin(), after->jpeg.end()));
  });
}

}  // namespace caseframe::test
