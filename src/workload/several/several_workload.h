// Several workloads as one: side by side, each on a thread of its own, or one after another.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "workload/workload.h"

namespace gpubench::workload {

// One of them.
struct Part {
  std::unique_ptr<Workload> workload;
  std::string results_folder;  // within the folder of all results
  std::vector<int> gpus;       // indices of its own GPUs; its description names them
};

enum class Order : std::uint8_t { side_by_side, in_turn };

// It has started when the first (side by side: each) of them has, and has ended when none runs or is to run any more. One
// after another, a failed one does not keep the next from running; stop() and kill() do. At least one part.
std::unique_ptr<Workload> make_several_workload(std::vector<Part> parts, Order order);

}  // namespace gpubench::workload
