#include "redaction/redact.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>

#include "redaction/canvas.hpp"
#include "redaction/mosaic.hpp"

namespace caseframe {
namespace {

Rgb unpack(std::uint32_t color) {
  return {static_cast<std::uint8_t>(color >> 16), static_cast<std::uint8_t>(color >> 8),
          static_cast<std::uint8_t>(color)};
}

void paint(const Canvas& canvas, const Redaction& r) {
  if (r.mode == RedactMode::kFill) return canvas.fill(rect_of(r), unpack(r.color));
  const Mosaic mosaic(canvas, r);
  if (r.mode == RedactMode::kBlur) return mosaic.paint_smooth(canvas);
  mosaic.paint(canvas);
}

// True if a later redaction has the same rectangle and mode: then the earlier one need not be painted, and a region
// that was given a thousand times costs no more than one. A fill would be hidden by the later one; a mosaic over a
// mosaic hides no more than one of them.
bool is_repeated(std::span<const Redaction> placed, std::size_t index) {
  const Redaction& r = placed[index];
  return std::any_of(placed.begin() + static_cast<std::ptrdiff_t>(index) + 1, placed.end(),
                     [&](const Redaction& other) {
                       return other.mode == r.mode && other.x == r.x && other.y == r.y && other.width == r.width &&
                              other.height == r.height;
                     });
}

// Marks the rows that a redaction touches, by null; answers how many they are.
std::uint32_t mark_touched(std::span<const std::uint8_t*> rows, std::span<const Redaction> placed) {
  for (const Redaction& r : placed) std::ranges::fill(rows.subspan(r.y, r.height), nullptr);
  return static_cast<std::uint32_t>(std::count(rows.begin(), rows.end(), nullptr));
}

}  // namespace

Result<RedactedFrame> RedactedFrame::create(const FrameView& frame, Buffer<Redaction> placed) {
  const std::span<const Redaction> record{placed.data(), placed.size()};
  auto rows = Buffer<const std::uint8_t*>::allocate(frame.height());
  if (!rows) return rows.error();
  for (std::uint32_t y = 0; y < frame.height(); ++y) (*rows)[y] = frame.row(y);
  const std::uint32_t touched = mark_touched({rows->data(), rows->size()}, record);

  const std::size_t row_size = std::size_t{frame.width()} * kBytesPerPixel;
  if (touched > std::numeric_limits<std::size_t>::max() / row_size) {
    return Error{ErrorCode::kOutOfMemory, "Not enough memory for the frame"};
  }
  auto copy = Buffer<std::uint8_t>::allocate(touched * row_size);
  if (!copy) return copy.error();
  std::uint8_t* next = copy->data();
  for (std::uint32_t y = 0; y < frame.height(); ++y) {
    if ((*rows)[y] != nullptr) continue;
    std::memcpy(next, frame.row(y), row_size);
    (*rows)[y] = next;
    next += row_size;
  }

  const Canvas canvas({rows->data(), rows->size()}, frame.width(), copy->data());
  const auto is_fill = [](const Redaction& r) { return r.mode == RedactMode::kFill; };
  // Fills come first, so that no mosaic averages over what they hide, and last, so that no mosaic stands over them.
  const int passes = std::all_of(record.begin(), record.end(), is_fill) ? 1 : 3;
  for (int pass = 0; pass < passes; ++pass) {
    for (std::size_t i = 0; i < record.size(); ++i) {
      const bool in_turn = is_fill(record[i]) == (pass != 1);
      if (in_turn && !is_repeated(record, i)) paint(canvas, record[i]);
    }
  }

  RedactedFrame result;
  result.width_ = frame.width();
  result.rows_ = *std::move(rows);
  result.copy_ = *std::move(copy);
  result.record_ = std::move(placed);
  return result;
}

}  // namespace caseframe
