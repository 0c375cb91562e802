#include "capture.hpp"

#include "hash/hex.hpp"
#include "scaling/downscale.hpp"

namespace caseframe {
namespace {

Error rejected(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBlack:
      return {ErrorCode::kBlackFrame, "The frame is black"};
    case Verdict::kUndecoded:
      return {ErrorCode::kUndecodedFrame, "The frame was never decoded"};
    case Verdict::kUniform:
      return {ErrorCode::kUniformFrame, "The frame shows a single colour"};
    case Verdict::kOk:
      break;
  }
  return {ErrorCode::kInvalidArgument, "Expected no 'ok' among the verdicts to reject"};
}

// Row pointers into a tight buffer.
Result<Buffer<const std::uint8_t*>> rows_of(const Buffer<std::uint8_t>& pixels, Size size) {
  auto rows = Buffer<const std::uint8_t*>::allocate(size.height);
  if (!rows) return rows.error();
  for (std::uint32_t y = 0; y < size.height; ++y) {
    (*rows)[y] = pixels.data() + std::size_t{y} * size.width * kBytesPerPixel;
  }
  return rows;
}

// Of the picture as it stands in the file: redacted, scaled and compressed, all that follows the segments.
void derive_unique_id(Buffer<std::uint8_t>& jpeg, const Segments& segments) {
  constexpr std::size_t kStartOfImage = 2;
  const std::size_t picture = kStartOfImage + segments.bytes.size();
  const Sha256 hash = sha256({jpeg.data() + picture, jpeg.size() - picture});
  std::uint8_t* digit = jpeg.data() + kStartOfImage + segments.unique_id;
  for (std::size_t i = 0; i < kUniqueIdDigits; ++i) *digit++ = static_cast<std::uint8_t>(hex_digit(hash, i));
}

}  // namespace

Result<Encoded> encode(const FrameView& frame, const EncodeOptions& options, FrameReport* seen) {
  if (const Status checked = check(options.metadata); !checked) return checked.error();
  auto placed = place(options.redact, frame.size());
  if (!placed) return placed.error();
  const FrameReport report = analyze(frame);
  if ((options.reject & verdicts(report.verdict)) != 0) {
    if (seen != nullptr) *seen = report;
    return rejected(report.verdict);
  }

  auto redacted = RedactedFrame::create(frame, *std::move(placed));
  if (!redacted) return redacted.error();

  Picture picture = redacted->picture();
  const Size target = fit({picture.width, picture.height()}, options.max_width, options.max_height);
  Buffer<std::uint8_t> pixels;
  Buffer<const std::uint8_t*> rows;
  if (target != Size{picture.width, picture.height()}) {
    auto scaled = downscale(picture, target);
    if (!scaled) return scaled.error();
    pixels = *std::move(scaled);
    auto pointers = rows_of(pixels, target);
    if (!pointers) return pointers.error();
    rows = *std::move(pointers);
    picture = {{rows.data(), rows.size()}, target.width};
  }

  const auto segments = write_segments(options.metadata, {.source_width = frame.width(),
                                                          .source_height = frame.height(),
                                                          .width = target.width,
                                                          .height = target.height,
                                                          .gray = options.jpeg.subsampling == Subsampling::kGray,
                                                          .redactions = redacted->record()});
  if (!segments) return segments.error();
  auto jpeg = encode_jpeg(picture, options.jpeg, {segments->bytes.data(), segments->bytes.size()});
  if (!jpeg) return jpeg.error();
  if (options.metadata.id.empty()) derive_unique_id(*jpeg, *segments);
  const Sha256 hash = options.hash ? sha256({jpeg->data(), jpeg->size()}) : Sha256{};
  return Encoded{*std::move(jpeg), target.width, target.height, hash, report, redacted->take_record()};
}

}  // namespace caseframe
