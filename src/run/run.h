// One run from its start to its results: run.cpp has the order.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "cli/environment.h"
#include "cli/run_spec.h"
#include "platform/signals.h"

namespace gpubench::run {

class IdleBetween;
class PartPlace;

// What a run shares with others, of a set or of a job.
struct Shared {
  platform::SignalQueue& signals;
  std::function<void(const std::string& run_id)> begun = {};  // its folder is there, nothing is measured yet; may be empty
  double cpu_before = 0;                                      // seconds that this process used for other runs
  IdleBetween* idle = nullptr;                                // between it and the next run; null: it takes its own
  PartPlace* part = nullptr;                                  // of a job; null: it is none
};
struct RunEnd {
  int exit_code = 0;
  std::string run_id;  // empty: nothing was measured, and there is no folder
};
RunEnd run_once(const cli::RunSpec& spec, const cli::Environment& environment, const Shared& shared);

}  // namespace gpubench::run
