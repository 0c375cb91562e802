// The stages in a browser, as plain C functions: page/stages.js calls allocate, writes the pixels, calls prepare, and
// then measures tasks by their numbers, as often as it likes. One picture a module.
#include <emscripten/emscripten.h>

#include <memory>

#include "core_stages.hpp"

using namespace caseframe;

namespace {

Buffer<std::uint8_t> pixels;
std::unique_ptr<bench::CoreStages> stages;
std::vector<bench::Task> tasks;

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE std::uint8_t* allocate(std::uint32_t width, std::uint32_t height) {
  auto buffer = Buffer<std::uint8_t>::allocate(std::size_t{width} * height * kBytesPerPixel);
  if (!buffer) bench::fail("out of memory");
  pixels = *std::move(buffer);
  return pixels.data();
}

// How many tasks there are.
EMSCRIPTEN_KEEPALIVE std::size_t prepare(std::uint32_t width, std::uint32_t height, int quality) {
  const auto frame = FrameView::create({pixels.data(), pixels.size()}, width, height);
  if (!frame) bench::fail(frame.error().message);
  stages = std::make_unique<bench::CoreStages>(*frame, quality);
  tasks = stages->tasks();
  return tasks.size();
}

EMSCRIPTEN_KEEPALIVE const char* name(std::size_t task) { return tasks[task].name; }

// Milliseconds.
EMSCRIPTEN_KEEPALIVE double measure(std::size_t task, int times) { return bench::measure(tasks[task], times).ms; }

}  // extern "C"
