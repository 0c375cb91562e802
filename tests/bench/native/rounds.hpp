// What both programs share: `PROGRAM FRAME.rgba WIDTH HEIGHT QUALITY` reads the frame, then runs every task once for
// each line on stdin and answers with one line of JSON, {"task": {"ms": 7.4, "bytes": 612345}, …}, so that its rounds
// can stand between those of a browser.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <span>
#include <utility>

#include "buffer.hpp"

namespace caseframe::bench {

struct Input {
  Buffer<std::uint8_t> pixels;  // RGBA, rows tight
  std::uint32_t width;
  std::uint32_t height;
  int quality;  // 1..100
};

struct Task {
  const char* name;
  // Bytes of the file made; 0 for what makes none.
  std::function<std::size_t()> run;
};

[[noreturn]] inline void fail(const char* message) {
  std::fprintf(stderr, "%s\n", message);
  std::exit(EXIT_FAILURE);
}

inline Input read_input(int argc, char** argv) {
  if (argc != 5) fail("usage: PROGRAM FRAME.rgba WIDTH HEIGHT QUALITY");
  const auto number = [&](int i) { return static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 10)); };
  Input input{{}, number(2), number(3), std::atoi(argv[4])};
  auto pixels = Buffer<std::uint8_t>::allocate(std::size_t{input.width} * input.height * 4);
  std::FILE* file = std::fopen(argv[1], "rb");
  if (!pixels || file == nullptr) fail("cannot open the frame");
  const std::size_t read = std::fread(pixels->data(), 1, pixels->size(), file);
  std::fclose(file);
  if (read != pixels->size()) fail("the frame is shorter than its size says");
  input.pixels = *std::move(pixels);
  return input;
}

inline int run_rounds(std::span<const Task> tasks) {
  using Clock = std::chrono::steady_clock;
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c != '\n') continue;
    const char* separator = "{";
    for (const Task& task : tasks) {
      const auto start = Clock::now();
      const std::size_t bytes = task.run();
      const std::chrono::duration<double, std::milli> took = Clock::now() - start;
      std::printf("%s\"%s\": {\"ms\": %.4f, \"bytes\": %zu}", separator, task.name, took.count(), bytes);
      separator = ", ";
    }
    std::puts("}");
    std::fflush(stdout);
  }
  return EXIT_SUCCESS;
}

}  // namespace caseframe::bench
