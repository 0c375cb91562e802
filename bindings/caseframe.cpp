// The border between the core and JavaScript. js/engine/border.js is its other side: names for the numbers here.
// Everything is a value; nothing is thrown. Views of memory are valid until the next call.
//
// What crosses is doubles, arrays of them, bytes and plain objects, by free functions: every further kind of type or of
// class would bring its share of Embind's JavaScript into each page (bindings/types.cpp registers these few).
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <new>
#include <span>
#include <string_view>

#include "capture.hpp"
#include "scaling/downscale.hpp"
#include "sharpness/sharpness.hpp"
#include "text/find_text.hpp"

using emscripten::typed_memory_view;
using emscripten::val;

namespace caseframe {
namespace {

// The numbers of an encode() call, in the order in which js/engine/border.js packs them; regions follow.
struct Options {
  double quality;
  double subsampling;
  double progressive;
  double max_width;
  double max_height;
  double reject;
  double frame_age_ms;
  double embed;
  double hash;
};
constexpr std::size_t kOptionNumbers = sizeof(Options) / sizeof(double);

// The numbers of one region.
struct RegionFields {
  double x;
  double y;
  double width;
  double height;
  double mode;
  double unit;
  double color;
  double of_width;
  double of_height;
};
constexpr std::size_t kRegionNumbers = sizeof(RegionFields) / sizeof(double);

unsigned to_unsigned(double number) { return static_cast<unsigned>(number); }

void set(val& object, const char* name, double value) { object.set(name, value); }

val text(const char* message) { return val::take_ownership(emscripten::internal::_emval_new_cstring(message)); }

val failure(Error error) {
  val result = val::object();
  set(result, "error", static_cast<int>(error.code));
  result.set("message", text(error.message));
  if (error.region >= 0) set(result, "region", error.region);
  return result;
}

val to_js(const FrameReport& report) {
  val result = val::object();
  set(result, "verdict", static_cast<int>(report.verdict));
  set(result, "meanLuma", report.mean_luma);
  set(result, "lumaStdDev", report.luma_std_dev);
  set(result, "peakLuma", report.peak_luma);
  set(result, "darkRatio", report.dark_ratio);
  return result;
}

// Of a Redaction or a TextRegion.
template <class T>
val rectangle(const T& r) {
  val result = val::object();
  set(result, "x", r.x);
  set(result, "y", r.y);
  set(result, "width", r.width);
  set(result, "height", r.height);
  return result;
}

val to_js(const Redaction& r) {
  val result = rectangle(r);
  set(result, "mode", static_cast<int>(r.mode));
  set(result, "cell", r.cell);
  set(result, "radius", r.radius);
  set(result, "color", r.color);
  return result;
}

val to_js(const TextRegion& r) { return rectangle(r); }

template <class T>
val to_js(const Buffer<T>& list) {
  val result = val::array();
  for (const T& each : list) result.call<void>("push", to_js(each));
  return result;
}

// A copy of an array or a typed array of JavaScript's.
template <class T>
Result<Buffer<T>> copy_in(const val& array) {
  auto copy = Buffer<T>::allocate(to_unsigned(array["length"].as<double>()));
  if (copy) val(typed_memory_view(copy->size(), copy->data())).template call<void>("set", array);
  return copy;
}

Result<Buffer<Region>> to_regions(std::span<const double> numbers) {
  const std::size_t count = numbers.size() / kRegionNumbers;
  auto regions = Buffer<Region>::allocate(count);
  if (!regions) return regions.error();
  for (std::size_t i = 0; i < count; ++i) {
    RegionFields r;
    std::memcpy(&r, &numbers[i * kRegionNumbers], sizeof(r));
    (*regions)[i] = {.x = r.x,
                     .y = r.y,
                     .width = r.width,
                     .height = r.height,
                     .mode = static_cast<RedactMode>(to_unsigned(r.mode)),
                     .unit = static_cast<RegionUnit>(to_unsigned(r.unit)),
                     .color = to_unsigned(r.color),
                     .of_width = r.of_width,
                     .of_height = r.of_height};
  }
  return regions;
}

Result<Buffer<Region>> to_regions(const val& list) {
  const auto numbers = copy_in<double>(list);
  if (!numbers) return numbers.error();
  return to_regions(std::span<const double>{numbers->data(), numbers->size()});
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
  // Every text is a Uint8Array of UTF-8, empty where there is none, in the order of kTexts.
  static Result<ReadMetadata> from(const val& texts, const Options& options) {
    ReadMetadata read;
    for (std::size_t i = 0; i < kTexts.size(); ++i) {
      auto bytes = copy_in<std::uint8_t>(texts[static_cast<double>(i)]);
      if (!bytes) return bytes.error();
      read.metadata_.*kTexts[i] = {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
      read.texts_[i] = *std::move(bytes);
    }
    if (options.frame_age_ms >= 0) read.metadata_.frame_age_ms = to_unsigned(options.frame_age_ms);
    read.metadata_.embed = options.embed != 0;
    return read;
  }

  [[nodiscard]] const Metadata& metadata() const { return metadata_; }

 private:
  static constexpr std::array<std::string_view Metadata::*, 7> kTexts = {{
      &Metadata::id,
      &Metadata::interaction_id,
      &Metadata::participant_id,
      &Metadata::agent_id,
      &Metadata::captured_at,
      &Metadata::software,
      &Metadata::description,
  }};

  std::array<Buffer<std::uint8_t>, kTexts.size()> texts_;
  Metadata metadata_;
};

// The pixels of one capture, in the module's memory until JavaScript releases them: then they are zeroed.
struct HeldFrame {
  Buffer<std::uint8_t> rgba;  // rows tight
  unsigned width;
  unsigned height;

  [[nodiscard]] Result<FrameView> view() const { return FrameView::create({rgba.data(), rgba.size()}, width, height); }
};

// JavaScript names a frame by its address.
HeldFrame* frame_at(double address) {
  return reinterpret_cast<HeldFrame*>(static_cast<std::uintptr_t>(address));  // NOLINT(performance-no-int-to-ptr)
}

// 0 where there is no memory for it.
double create_frame(double width, double height) {
  const std::uint64_t size = std::uint64_t{to_unsigned(width)} * to_unsigned(height) * kBytesPerPixel;
  if (size > SIZE_MAX) return 0;
  auto pixels = Buffer<std::uint8_t>::allocate(static_cast<std::size_t>(size));
  if (!pixels) return 0;
  auto* frame = new (std::nothrow) HeldFrame{*std::move(pixels), to_unsigned(width), to_unsigned(height)};
  return static_cast<double>(reinterpret_cast<std::uintptr_t>(frame));
}

// Zeroes and frees.
void release_frame(double address) { delete frame_at(address); }

// RGBA.
val pixels(double address) {
  HeldFrame& frame = *frame_at(address);
  return val(typed_memory_view(frame.rgba.size(), frame.rgba.data()));
}

val analyze_frame(double address) {
  const auto frame = frame_at(address)->view();
  return frame ? to_js(analyze(*frame)) : failure(frame.error());
}

val find_text_in(double address, double kind) {
  const auto frame = frame_at(address)->view();
  if (!frame) return failure(frame.error());
  const auto regions = find_text(*frame, static_cast<TextKind>(to_unsigned(kind)));
  return regions ? to_js(*regions) : failure(regions.error());
}

// The redactions that encode() would make of these regions.
val place_regions(double address, val list) {
  const HeldFrame& held = *frame_at(address);
  const auto regions = to_regions(list);
  if (!regions) return failure(regions.error());
  const auto placed = place({regions->data(), regions->size()}, {held.width, held.height});
  return placed ? to_js(*placed) : failure(placed.error());
}

val encode_frame(double address, val list, val texts, val copy) {
  const auto frame = frame_at(address)->view();
  if (!frame) return failure(frame.error());
  const auto numbers = copy_in<double>(list);
  if (!numbers) return failure(numbers.error());
  Options options;
  std::memcpy(&options, numbers->data(), sizeof(options));
  const auto regions = to_regions(std::span<const double>{numbers->data(), numbers->size()}.subspan(kOptionNumbers));
  if (!regions) return failure(regions.error());
  const auto metadata = ReadMetadata::from(texts, options);
  if (!metadata) return failure(metadata.error());
  FrameReport seen;
  const auto encoded = encode(*frame,
                              {.jpeg = {.quality = options.quality,
                                        .subsampling = static_cast<Subsampling>(to_unsigned(options.subsampling)),
                                        .progressive = options.progressive != 0},
                               .max_width = to_unsigned(options.max_width),
                               .max_height = to_unsigned(options.max_height),
                               .redact = {regions->data(), regions->size()},
                               .metadata = metadata->metadata(),
                               .reject = static_cast<Verdicts>(to_unsigned(options.reject)),
                               .hash = options.hash != 0},
                              &seen);
  if (!encoded) {
    val result = failure(encoded.error());
    if (seen.verdict != Verdict::kOk) result.set("report", to_js(seen));
    return result;
  }

  const val jpeg = copied(copy, encoded->jpeg.data(), encoded->jpeg.size());
  if (jpeg.isNull()) return failure(kNoMemoryForCopy);
  val result = val::object();
  result.set("jpeg", jpeg);
  set(result, "width", encoded->width);
  set(result, "height", encoded->height);
  if (options.hash != 0) {
    const val sha256 = copied(copy, encoded->sha256.data(), encoded->sha256.size());
    if (sha256.isNull()) return failure(kNoMemoryForCopy);
    result.set("sha256", sha256);
  }
  result.set("report", to_js(encoded->report));
  result.set("redactions", to_js(encoded->redactions));
  return result;
}

// A small copy for showing, redacted at source size as encode() would; not at all where the list is empty.
val scale_frame(double address, double max_width, double max_height, val list, val copy) {
  const HeldFrame& held = *frame_at(address);
  const auto frame = held.view();
  if (!frame) return failure(frame.error());
  const auto regions = to_regions(list);
  if (!regions) return failure(regions.error());
  auto placed = place({regions->data(), regions->size()}, {held.width, held.height});
  if (!placed) return failure(placed.error());
  const auto redacted = RedactedFrame::create(*frame, *std::move(placed));
  if (!redacted) return failure(redacted.error());
  const Size size = fit({held.width, held.height}, to_unsigned(max_width), to_unsigned(max_height));
  const auto scaled = downscale(redacted->picture(), size);
  if (!scaled) return failure(scaled.error());
  const val data = copied(copy, scaled->data(), scaled->size());
  if (data.isNull()) return failure(kNoMemoryForCopy);
  val result = val::object();
  result.set("data", data);
  set(result, "width", size.width);
  set(result, "height", size.height);
  return result;
}

// For choosing among frames of one scene. With a `stride`, the frame's room holds no RGBA but a plane of luma at its
// beginning, `width` × `height` samples of which `white` stands for white; without, all others are 0.
val rank_frame(double address, double width, double height, double stride, double white, val copy) {
  const HeldFrame& held = *frame_at(address);
  const auto measure = [&]() -> Result<Sharpness> {
    if (stride == 0) {
      const auto frame = held.view();
      if (!frame) return frame.error();
      return measure_sharpness(*frame);
    }
    const auto luma = LumaView::create({held.rgba.data(), held.rgba.size()}, to_unsigned(width), to_unsigned(height),
                                       to_unsigned(stride));
    if (!luma) return luma.error();
    return measure_sharpness(*luma, static_cast<std::uint8_t>(to_unsigned(white)));
  };
  const auto measured = measure();
  if (!measured) return failure(measured.error());
  const val thumbnail = copied(copy, measured->thumbnail.data(), measured->thumbnail.size());
  if (thumbnail.isNull()) return failure(kNoMemoryForCopy);
  val result = val::object();
  set(result, "sharpness", measured->sharpness);
  set(result, "clipped", measured->clipped);
  set(result, "noise", measured->noise);
  set(result, "brightness", measured->brightness);
  result.set("thumbnail", thumbnail);
  return result;
}

double has_simd() {
#ifdef __wasm_simd128__
  return 1;
#else
  return 0;
#endif
}

// What js/engine has, too, since it checks arguments before the module is there.
// In the order of `Constant` in js/wasm/caseframe.d.ts.
double constant(double which) {
  constexpr unsigned kConstants[] = {kMaxSide,    kMaxRegions,  kMaxTextBytes, kMaxDescriptionBytes,
                                     kLumaLevels, kChromaLevels};
  const unsigned index = to_unsigned(which);
  return index < std::size(kConstants) ? kConstants[index] : 0;
}

}  // namespace
}  // namespace caseframe

EMSCRIPTEN_BINDINGS(caseframe) {
  using namespace caseframe;
  emscripten::function("hasSimd", &has_simd);
  emscripten::function("constant", &constant);
  emscripten::function("create", &create_frame);
  emscripten::function("release", &release_frame);
  emscripten::function("pixels", &pixels);
  emscripten::function("analyze", &analyze_frame);
  emscripten::function("findText", &find_text_in);
  emscripten::function("place", &place_regions);
  emscripten::function("encode", &encode_frame);
  emscripten::function("scaled", &scale_frame);
  emscripten::function("rank", &rank_frame);
}
