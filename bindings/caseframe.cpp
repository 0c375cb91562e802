// The border between the core and JavaScript. js/engine/border.js is its other side: names for the numbers here.
// Everything is a value; nothing is thrown. Views of memory are valid until the next call.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <array>
#include <iterator>
#include <new>
#include <string_view>

#include "capture.hpp"
#include "scaling/downscale.hpp"

using emscripten::typed_memory_view;
using emscripten::val;

namespace caseframe {
namespace {

// Plain numbers and booleans only, so that a wrong one cannot go unseen: js/engine/options.js fills every field.
struct Options {
  double quality;
  int subsampling;
  bool progressive;
  unsigned max_width;
  unsigned max_height;
  unsigned reject;
};

struct RegionFields {
  double x;
  double y;
  double width;
  double height;
  int mode;
  int unit;
  unsigned color;
  double of_width;
  double of_height;
};

val failure(Error error) {
  val result = val::object();
  result.set("error", static_cast<int>(error.code));
  result.set("message", val::u8string(error.message));
  if (error.region >= 0) result.set("region", error.region);
  return result;
}

val to_js(const FrameReport& report) {
  val result = val::object();
  result.set("verdict", static_cast<int>(report.verdict));
  result.set("meanLuma", report.mean_luma);
  result.set("lumaStdDev", report.luma_std_dev);
  result.set("peakLuma", report.peak_luma);
  result.set("darkRatio", report.dark_ratio);
  return result;
}

val to_js(const Redaction& r) {
  val result = val::object();
  result.set("x", r.x);
  result.set("y", r.y);
  result.set("width", r.width);
  result.set("height", r.height);
  result.set("mode", static_cast<int>(r.mode));
  result.set("cell", r.cell);
  result.set("radius", r.radius);
  result.set("color", r.color);
  return result;
}

val to_js(const Buffer<Redaction>& redactions) {
  val result = val::array();
  for (const Redaction& r : redactions) result.call<void>("push", to_js(r));
  return result;
}

Result<Buffer<Region>> to_regions(const val& list) {
  const auto count = list["length"].as<unsigned>();
  auto regions = Buffer<Region>::allocate(count);
  if (!regions) return regions.error();
  for (unsigned i = 0; i < count; ++i) {
    const auto r = list[i].as<RegionFields>();
    (*regions)[i] = {.x = r.x,
                     .y = r.y,
                     .width = r.width,
                     .height = r.height,
                     .mode = static_cast<RedactMode>(r.mode),
                     .unit = static_cast<RegionUnit>(r.unit),
                     .color = r.color,
                     .of_width = r.of_width,
                     .of_height = r.of_height};
  }
  return regions;
}

// copy(view): a copy that JavaScript owns, or null where it has no memory for one. The caller's function, since what
// JavaScript throws would pass every destructor here by.
val copied(const val& copy, const std::uint8_t* bytes, std::size_t size) {
  return copy(val(typed_memory_view(size, bytes)));
}

constexpr Error kNoMemoryForCopy = {ErrorCode::kOutOfMemory, "Not enough memory for the result"};

// Owns the texts that its Metadata looks at: ids are personal data, so they are zeroed when let go.
class ReadMetadata {
 public:
  // Every text is a Uint8Array of UTF-8, empty where there is none.
  static Result<ReadMetadata> from(const val& fields) {
    ReadMetadata read;
    for (std::size_t i = 0; i < kTexts.size(); ++i) {
      const val text = fields[kTexts[i].name];
      auto bytes = Buffer<char>::allocate(text["length"].as<unsigned>());
      if (!bytes) return bytes.error();
      val(typed_memory_view(bytes->size(), bytes->data())).call<void>("set", text);
      read.metadata_.*kTexts[i].field = {bytes->data(), bytes->size()};
      read.texts_[i] = *std::move(bytes);
    }
    const auto age = fields["frameAgeMs"].as<double>();
    if (age >= 0) read.metadata_.frame_age_ms = static_cast<std::uint32_t>(age);
    read.metadata_.embed = fields["embed"].as<bool>();
    return read;
  }

  [[nodiscard]] const Metadata& metadata() const { return metadata_; }

 private:
  struct Text {
    const char* name;
    std::string_view Metadata::*field;
  };
  static constexpr std::array<Text, 7> kTexts = {{
      {"id", &Metadata::id},
      {"interactionId", &Metadata::interaction_id},
      {"participantId", &Metadata::participant_id},
      {"agentId", &Metadata::agent_id},
      {"capturedAt", &Metadata::captured_at},
      {"software", &Metadata::software},
      {"description", &Metadata::description},
  }};

  std::array<Buffer<char>, kTexts.size()> texts_;
  Metadata metadata_;
};

// The pixels of one capture, in the module's memory until JavaScript deletes this: then they are zeroed.
class HeldFrame {
 public:
  // Null where there is no memory for it.
  static HeldFrame* create(unsigned width, unsigned height) {
    const std::uint64_t size = std::uint64_t{width} * height * kBytesPerPixel;
    if (size > SIZE_MAX) return nullptr;
    auto pixels = Buffer<std::uint8_t>::allocate(static_cast<std::size_t>(size));
    if (!pixels) return nullptr;
    return new (std::nothrow) HeldFrame(*std::move(pixels), width, height);
  }

  // RGBA, rows tight.
  val pixels() { return val(typed_memory_view(pixels_.size(), pixels_.data())); }

  [[nodiscard]] val analyze() const {
    const auto frame = view();
    return frame ? to_js(caseframe::analyze(*frame)) : failure(frame.error());
  }

  // The redactions that encode() would make of these regions.
  [[nodiscard]] val place(val list) const {
    const auto regions = to_regions(list);
    if (!regions) return failure(regions.error());
    const auto placed = caseframe::place({regions->data(), regions->size()}, {width_, height_});
    return placed ? to_js(*placed) : failure(placed.error());
  }

  [[nodiscard]] val encode(Options options, val list, val metadata_fields, val copy) const {
    const auto frame = view();
    if (!frame) return failure(frame.error());
    const auto regions = to_regions(list);
    if (!regions) return failure(regions.error());
    const auto metadata = ReadMetadata::from(metadata_fields);
    if (!metadata) return failure(metadata.error());
    FrameReport seen;
    const auto encoded = caseframe::encode(*frame,
                                           {.jpeg = {.quality = options.quality,
                                                     .subsampling = static_cast<Subsampling>(options.subsampling),
                                                     .progressive = options.progressive},
                                            .max_width = options.max_width,
                                            .max_height = options.max_height,
                                            .redact = {regions->data(), regions->size()},
                                            .metadata = metadata->metadata(),
                                            .reject = static_cast<Verdicts>(options.reject)},
                                           &seen);
    if (!encoded) {
      val result = failure(encoded.error());
      if (seen.verdict != Verdict::kOk) result.set("report", to_js(seen));
      return result;
    }

    const val jpeg = copied(copy, encoded->jpeg.data(), encoded->jpeg.size());
    const val sha256 = copied(copy, encoded->sha256.data(), encoded->sha256.size());
    if (jpeg.isNull() || sha256.isNull()) return failure(kNoMemoryForCopy);
    val result = val::object();
    result.set("jpeg", jpeg);
    result.set("width", encoded->width);
    result.set("height", encoded->height);
    result.set("sha256", sha256);
    result.set("report", to_js(encoded->report));
    result.set("redactions", to_js(encoded->redactions));
    return result;
  }

  // A small copy for showing, redacted at source size as encode() would; not at all where the list is empty.
  [[nodiscard]] val scaled(unsigned max_width, unsigned max_height, val list, val copy) const {
    const auto frame = view();
    if (!frame) return failure(frame.error());
    const auto regions = to_regions(list);
    if (!regions) return failure(regions.error());
    auto placed = caseframe::place({regions->data(), regions->size()}, {width_, height_});
    if (!placed) return failure(placed.error());
    const auto redacted = RedactedFrame::create(*frame, *std::move(placed));
    if (!redacted) return failure(redacted.error());
    const Size size = fit({width_, height_}, max_width, max_height);
    const auto pixels = downscale(redacted->picture(), size);
    if (!pixels) return failure(pixels.error());
    const val data = copied(copy, pixels->data(), pixels->size());
    if (data.isNull()) return failure(kNoMemoryForCopy);
    val result = val::object();
    result.set("data", data);
    result.set("width", size.width);
    result.set("height", size.height);
    return result;
  }

 private:
  HeldFrame(Buffer<std::uint8_t> pixels, unsigned width, unsigned height)
      : pixels_(std::move(pixels)), width_(width), height_(height) {}

  [[nodiscard]] Result<FrameView> view() const {
    return FrameView::create({pixels_.data(), pixels_.size()}, width_, height_);
  }

  Buffer<std::uint8_t> pixels_;
  unsigned width_;
  unsigned height_;
};

bool has_simd() {
#ifdef __wasm_simd128__
  return true;
#else
  return false;
#endif
}

// What js/engine has, too, since it checks arguments before the module is there.
// In the order of `Constant` in js/wasm/caseframe.d.ts.
unsigned constant(unsigned which) {
  constexpr unsigned kConstants[] = {kMaxSide,    kMaxRegions,  kMaxTextBytes, kMaxDescriptionBytes,
                                     kLumaLevels, kChromaLevels};
  return which < std::size(kConstants) ? kConstants[which] : 0;
}

}  // namespace
}  // namespace caseframe

EMSCRIPTEN_BINDINGS(caseframe) {
  using namespace caseframe;
  emscripten::function("hasSimd", &has_simd);
  emscripten::function("constant", &constant);
  emscripten::value_object<Options>("Options")
      .field("quality", &Options::quality)
      .field("subsampling", &Options::subsampling)
      .field("progressive", &Options::progressive)
      .field("maxWidth", &Options::max_width)
      .field("maxHeight", &Options::max_height)
      .field("reject", &Options::reject);
  emscripten::value_object<RegionFields>("Region")
      .field("x", &RegionFields::x)
      .field("y", &RegionFields::y)
      .field("width", &RegionFields::width)
      .field("height", &RegionFields::height)
      .field("mode", &RegionFields::mode)
      .field("unit", &RegionFields::unit)
      .field("color", &RegionFields::color)
      .field("ofWidth", &RegionFields::of_width)
      .field("ofHeight", &RegionFields::of_height);
  emscripten::class_<HeldFrame>("HeldFrame")
      .class_function("create", &HeldFrame::create, emscripten::return_value_policy::take_ownership())
      .function("pixels", &HeldFrame::pixels)
      .function("analyze", &HeldFrame::analyze)
      .function("place", &HeldFrame::place)
      .function("encode", &HeldFrame::encode)
      .function("scaled", &HeldFrame::scaled);
}

// Embind's one use of printf, to name a type it does not know; all of ours are known. In its place, so that printf
// stays out of the module: 4 KB.
extern "C" int siprintf(char* to, const char* format, ...);
extern "C" int siprintf(char* to, const char* /*format*/, ...) {
  *to = '\0';
  return 0;
}
