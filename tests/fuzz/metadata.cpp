// check() and write_segments(): what passes the one is written by the other into well-formed segments, without a
// character that XML cannot carry.
#include "input.hpp"
#include "metadata/segments.hpp"
#include "watch.hpp"

using namespace caseframe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t given = input.byte();
  std::string texts[7];
  for (int i = 0; i < 7; ++i) {
    if ((given >> i & 1) != 0) texts[i] = input.text();
  }
  if (input.flag()) texts[0] = "0b5dd2b4-7a0e-4c39-9c56-8d1f2f6f7a10";
  if (input.flag()) texts[4] = "2026-11-22T10:20:30.456+01:00";
  Metadata metadata{texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], {}, input.flag()};
  if (input.flag()) metadata.frame_age_ms = input.u32();
  if (!check(metadata)) return 0;

  std::vector<Redaction> redactions(input.between(0, input.flag() ? 1000 : 5));
  for (Redaction& r : redactions) {
    r = {input.u32(), input.u32(), 1, 1, static_cast<RedactMode>(input.byte() % 3), 16, 16, input.u32() & 0xFFFFFF};
  }
  const Provenance provenance{input.between(1, 65500), input.between(1, 65500), 10, 20, input.flag(), redactions};
  fuzz::Watch watch;
  const auto segments = write_segments(metadata, provenance);
  const auto again = write_segments(metadata, provenance);
  fuzz::require(segments && again, "what was checked can be written");
  fuzz::require(std::ranges::equal(segments->bytes, again->bytes), "the same record gives the same bytes");
  watch.require_zeroed();

  const Buffer<std::uint8_t>& bytes = segments->bytes;
  std::size_t at = 0;
  while (at < bytes.size()) {
    fuzz::require(at + 4 <= bytes.size() && bytes[at] == 0xFF && bytes[at + 1] == 0xE1, "each segment is an APP1");
    at += 2 + (std::size_t{bytes[at + 2]} << 8 | bytes[at + 3]);
  }
  fuzz::require(at == bytes.size(), "the segments fill their bytes");
  fuzz::require(segments->unique_id + kUniqueIdDigits < bytes.size(), "the id lies in them");
  for (std::size_t i = 0; i < kUniqueIdDigits; ++i) {
    const std::uint8_t digit = bytes[segments->unique_id + i];
    fuzz::require((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'), "the id is of digits");
  }
  if (!metadata.embed) {
    Metadata anonymous = metadata;
    anonymous.interaction_id = anonymous.participant_id = anonymous.agent_id = {};
    const auto other = write_segments(anonymous, provenance);
    fuzz::require(other && std::ranges::equal(segments->bytes, other->bytes), "ids of people change no byte");
  }
  return 0;
}
