// Our own core without a browser around it: what it does in a browser, built by the system's compiler.
#include "core_stages.hpp"
#include "rounds.hpp"

using namespace caseframe;

int main(int argc, char** argv) {
  const bench::Input input = bench::read_input(argc, argv);
  const auto frame = FrameView::create({input.pixels.data(), input.pixels.size()}, input.width, input.height);
  if (!frame) bench::fail(frame.error().message);
  bench::CoreStages stages(*frame, input.quality);
  std::vector<bench::Task> tasks = stages.tasks();
  auto copy = Buffer<std::uint8_t>::allocate(input.pixels.size());
  if (!copy) bench::fail(copy.error().message);
  tasks.push_back({"copy", [&] {
                     std::memcpy(copy->data(), input.pixels.data(), copy->size());
                     // Somebody may read it.
                     __asm__ __volatile__("" : : "r"(copy->data()) : "memory");
                     return std::size_t{0};
                   }});
  return bench::answer(tasks);
}
