// Makes rectangles of a frame unreadable, at source size, in a copy.
#pragma once

#include <cstdint>
#include <span>

#include "buffer.hpp"
#include "frame.hpp"
#include "redaction/record.hpp"
#include "result.hpp"

namespace caseframe {

// The redacted picture: rows that no region touches are the frame's own, the others belong to a copy, which is zeroed
// when this goes. It must not outlive the frame's pixels.
class RedactedFrame {
 public:
  // `placed` is what place() made of the regions for a frame of this size. kOutOfMemory.
  static Result<RedactedFrame> create(const FrameView& frame, Buffer<Redaction> placed);

  [[nodiscard]] Picture picture() const { return {{rows_.data(), rows_.size()}, width_}; }
  // In the order the regions were given.
  [[nodiscard]] std::span<const Redaction> record() const { return {record_.data(), record_.size()}; }
  [[nodiscard]] Buffer<Redaction> take_record() { return std::move(record_); }

 private:
  RedactedFrame() = default;

  Buffer<const std::uint8_t*> rows_;
  Buffer<std::uint8_t> copy_;
  Buffer<Redaction> record_;
  std::uint32_t width_ = 0;
};

}  // namespace caseframe
