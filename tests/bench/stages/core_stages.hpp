// The core's stages by themselves: whole calls, as capture.cpp makes them, each with the memory it takes and gives
// back.
#pragma once

#include <cstddef>
#include <vector>

#include "capture.hpp"
#include "jpeg_modules.hpp"
#include "scaling/downscale.hpp"
#include "sharpness/sharpness.hpp"
#include "task.hpp"
#include "text/find_text.hpp"

namespace caseframe::bench {

class CoreStages {
 public:
  // `frame` lives as long as this. `quality` is 1..100.
  CoreStages(const FrameView& frame, int quality)
      : frame_(frame),
        quality_(quality),
        file_(encoded()),
        modules_(frame.row(0), frame.width(), frame.height(), quality) {
    if (!modules_.made({file_.data(), file_.size()})) fail("the stages make another picture than the encoder");
  }

  [[nodiscard]] std::vector<Task> tasks() {
    std::vector<Task> tasks{{"encode", [this] { return encoded().size(); }},
                            {"analyze", [this] { return static_cast<void>(analyze(frame_)), std::size_t{0}; }},
                            {"hash", [this] { return hash(); }},
                            {"sharpness", [this] { return rank(measure_sharpness(frame_)); }},
                            {"sharpness of luma", [this] { return rank(measure_sharpness(plane(), kLimitedWhite)); }},
                            {"text on a screen", [this] { return find(TextKind::kScreen); }},
                            {"text in a picture", [this] { return find(TextKind::kCamera); }},
                            {"pixelate", [this] { return redact(RedactMode::kPixelate); }},
                            {"blur", [this] { return redact(RedactMode::kBlur); }},
                            {"fill", [this] { return redact(RedactMode::kFill); }},
                            {"downscale to 2/3", [this] { return scale(frame_.width() * 2 / 3); }},
                            {"downscale to 1/2", [this] { return scale(frame_.width() / 2); }},
                            {"downscale to 1/3", [this] { return scale(frame_.width() / 3); }}};
    for (Task& task : modules_.tasks()) tasks.push_back(std::move(task));
    return tasks;
  }

 private:
  [[nodiscard]] Buffer<std::uint8_t> encoded() const {
    EncodeOptions options;
    options.jpeg.quality = quality_ / 100.0;
    auto encoded = caseframe::encode(frame_, options);
    if (!encoded) fail(encoded.error().message);
    return std::move(encoded->jpeg);
  }

  // Twice, as encode() does where it is given no id: the picture for ImageUniqueID, then the file.
  [[nodiscard]] std::size_t hash() const {
    const std::span file{file_.data(), file_.size()};
    static_cast<void>(sha256(file));
    static_cast<void>(sha256(file));
    return 0;
  }

  [[nodiscard]] static std::size_t rank(const Result<Sharpness>& measured) {
    if (!measured) fail(measured.error().message);
    return 0;
  }

  // As large as the frame's plane of luma: its time is the same whatever the samples are.
  [[nodiscard]] LumaView plane() const {
    const auto view = LumaView::create({frame_.row(0), std::size_t{frame_.width()} * frame_.height()}, frame_.width(),
                                       frame_.height(), frame_.width());
    if (!view) fail(view.error().message);
    return *view;
  }

  [[nodiscard]] std::size_t find(TextKind kind) const {
    if (!find_text(frame_, kind)) fail("text cannot be looked for");
    return 0;
  }

  [[nodiscard]] std::size_t redact(RedactMode mode) const {
    const Region whole{0, 0, 1, 1, mode, RegionUnit::kRatio, 0};
    auto placed = place({&whole, 1}, frame_.size());
    if (!placed || !RedactedFrame::create(frame_, *std::move(placed))) fail("redaction failed");
    return 0;
  }

  [[nodiscard]] std::size_t scale(std::uint32_t width) const {
    const auto whole = RedactedFrame::create(frame_, {});
    if (!whole) fail("there is no picture to scale");
    if (!downscale(whole->picture(), fit({frame_.width(), frame_.height()}, width, 0))) fail("scaling failed");
    return 0;
  }

  FrameView frame_;
  int quality_;
  Buffer<std::uint8_t> file_;
  JpegModules modules_;
};

}  // namespace caseframe::bench
