// How a node keeps its wall clock; by it the times of different nodes are compared.
#pragma once

#include <optional>

#include "base/time.h"

namespace gpubench::parts {

struct NodeClock {
  bool synchronised = false;       // a service disciplines it
  base::Duration largest_error{};  // the kernel's own estimate
};

// What a node's wall clock shows more than that of the machine where the benchmark was started.
struct ClockOffset {
  base::Duration offset{};
  base::Duration bound{};   // by which it may be wrong
  base::Duration change{};  // of it while the benchmark ran
};

// This machine's; empty: it does not say.
std::optional<NodeClock> own_clock();

}  // namespace gpubench::parts
