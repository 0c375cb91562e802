// Memory that held pixels is zeroed before it goes back.
#pragma once

#include "allocations.hpp"
#include "input.hpp"

namespace caseframe::fuzz {

class Watch {
 public:
  void require_zeroed() const {
    require(allocations_.freed_with_contents() == 0, "memory is zeroed before it is freed");
  }

 private:
  test::Allocations allocations_;
};

}  // namespace caseframe::fuzz
