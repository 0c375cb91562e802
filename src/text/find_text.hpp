// Where is text in this frame, or a code? All of it, whatever it says: no model, no reading.
#pragma once

#include <cstdint>

#include "buffer.hpp"
#include "frame.hpp"
#include "result.hpp"

namespace caseframe {

// What the frame shows, and what is worse.
// kCamera: a camera's picture. What is no text stays open, small or faint text too.
// kScreen: a shared screen. Text is covered, and now and then something else that is as fine as text.
enum class TextKind : std::uint8_t { kCamera, kScreen };

// In pixels of the frame, inside of it, never empty. They do not overlap.
struct TextRegion {
  std::uint32_t x;
  std::uint32_t y;
  std::uint32_t width;
  std::uint32_t height;
};

// At most kMaxRegions (redaction/regions.hpp), from the top down: where more would be needed they are larger, not
// fewer. The same frame gives the same regions on every platform. kOutOfMemory.
[[nodiscard]] Result<Buffer<TextRegion>> find_text(const FrameView& frame, TextKind kind);

}  // namespace caseframe
