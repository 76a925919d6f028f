// What is known of a run before its start: filled by the run, or read from its journal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "meter/gpu_meter.h"
#include "record/benchmark_gpus.h"
#include "record/run_settings.h"

namespace gpubench::record {

// By what marks of this machine's own clock are known (platform/process.h).
struct ClockFacts {
  std::string boot_id;
  std::uint64_t time_namespace = 0;
};

// What the run ran in, as one name and one value: "kernel", "Linux 6.1.0".
struct EnvironmentFact {
  std::string name;
  std::string value;
};

struct RunFacts : RunSettings {
  std::string run_id;
  std::string tool_version;
  std::string host;
  base::ClockAnchor anchor;              // taken when the run started; maps steady times to UTC
  std::optional<ClockFacts> clock = {};  // empty: of a version that knew no marks
  meter::MeterSource source;
  std::vector<meter::GpuDescription> gpus;
  BenchmarkGpus benchmark_gpus;
  std::vector<EnvironmentFact> environment;  // empty: not wanted (--no-environment), or an older version's run
};

}  // namespace gpubench::record
