// What both programs share: `PROGRAM FRAME.rgba WIDTH HEIGHT QUALITY` reads the frame, then waits for lines of a task
// and how often to run it, `TIMES TASK`, and answers each with the mean and the size of the file, `{"ms": 7.4, "bytes":
// 612345}`; so that its rounds can stand between those of a browser.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "buffer.hpp"
#include "task.hpp"

namespace caseframe::bench {

struct Input {
  Buffer<std::uint8_t> pixels;  // RGBA, rows tight
  std::uint32_t width;
  std::uint32_t height;
  int quality;  // 1..100
};

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

inline int answer(std::span<const Task> tasks) {
  char line[64];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    line[std::strcspn(line, "\n")] = '\0';
    char* name = nullptr;
    const int times = static_cast<int>(std::strtol(line, &name, 10));
    while (*name == ' ') ++name;
    bool known = false;
    for (const Task& task : tasks) {
      if (std::strcmp(task.name, name) != 0) continue;
      const auto [ms, bytes] = measure(task, times);
      std::printf("{\"ms\": %.5f, \"bytes\": %zu}\n", ms, bytes);
      known = true;
    }
    if (!known || times < 1) fail("expected TIMES TASK, of a task that there is");
    std::fflush(stdout);
  }
  return EXIT_SUCCESS;
}

}  // namespace caseframe::bench
