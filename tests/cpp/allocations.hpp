// Watches malloc and free while it lives, and refuses malloc when told to. The linker puts it in their place
// (--wrap in CMakeLists.txt), for the core and libjpeg alike.
#pragma once

#include <cstddef>
#include <limits>

namespace caseframe::test {

class Allocations {
 public:
  // The first `allowed` calls of malloc get memory, later ones none.
  explicit Allocations(std::size_t allowed = std::numeric_limits<std::size_t>::max());
  ~Allocations();
  Allocations(const Allocations&) = delete;
  Allocations& operator=(const Allocations&) = delete;

  // Calls of malloc that got memory.
  [[nodiscard]] std::size_t made() const;
  // Of these, how many have not been freed.
  [[nodiscard]] std::size_t alive() const;
  // Of these, how many held something other than zeroes when they were freed.
  [[nodiscard]] std::size_t freed_with_contents() const;
};

}  // namespace caseframe::test
