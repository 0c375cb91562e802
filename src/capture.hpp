// One frame's way through the core: place the regions → analyse → redact → scale → encode, with the metadata in place →
// hash.
#pragma once

#include <cstdint>
#include <span>

#include "buffer.hpp"
#include "frame.hpp"
#include "hash/sha256.hpp"
#include "jpeg/encoder.hpp"
#include "metadata/segments.hpp"
#include "picture/verdict.hpp"
#include "redaction/redact.hpp"
#include "redaction/regions.hpp"
#include "result.hpp"

namespace caseframe {

// A set of verdicts: one bit each.
using Verdicts = std::uint8_t;
[[nodiscard]] constexpr Verdicts verdicts(Verdict verdict) {
  return static_cast<Verdicts>(1U << static_cast<unsigned>(verdict));
}

struct EncodeOptions {
  JpegOptions jpeg;
  std::uint32_t max_width = 0;  // 0: no limit
  std::uint32_t max_height = 0;
  std::span<const Region> redact;
  Metadata metadata;
  Verdicts reject = verdicts(Verdict::kBlack) | verdicts(Verdict::kUndecoded);
  bool hash = true;  // false: the caller hashes the file itself
};

struct Encoded {
  Buffer<std::uint8_t> jpeg;
  std::uint32_t width;
  std::uint32_t height;
  Sha256 sha256;  // of `jpeg`; zeroes without options.hash
  FrameReport report;
  Buffer<Redaction> redactions;
};

// What segments.hpp and regions.hpp say of the arguments, before the frame is looked at; kBlackFrame, kUndecodedFrame
// or kUniformFrame where its verdict is among options.reject; else what redact.hpp and encoder.hpp say. The same input
// gives the same bytes on every platform. The frame is only read. `seen` gets the report of a frame that is rejected.
[[nodiscard]] Result<Encoded> encode(const FrameView& frame, const EncodeOptions& options, FrameReport* seen = nullptr);

}  // namespace caseframe
