// What the bench's own programs have in common, in a browser and outside: a task that can be timed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>

namespace caseframe::bench {

struct Task {
  const char* name;
  // Bytes of the file made; 0 for what makes none.
  std::function<std::size_t()> run;
};

[[noreturn]] inline void fail(const char* message) {
  std::fprintf(stderr, "%s\n", message);
  std::exit(EXIT_FAILURE);
}

struct Measured {
  double ms;  // of one run
  std::size_t bytes;
};

// Many runs between two looks at the clock: a browser's is coarse.
inline Measured measure(const Task& task, int times) {
  using Clock = std::chrono::steady_clock;
  std::size_t bytes = 0;
  const auto start = Clock::now();
  for (int i = 0; i < times; ++i) bytes = task.run();
  const std::chrono::duration<double, std::milli> took = Clock::now() - start;
  return {took.count() / times, bytes};
}

}  // namespace caseframe::bench
