// What is known of a run before its start: filled by the run, or read from its journal.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "carbon/carbon_options.h"
#include "meter/gpu_meter.h"
#include "record/benchmark_gpus.h"

namespace gpubench::record {

struct RunFacts {
  std::string run_id;
  std::string tool_version;
  std::string host;
  std::string invocation;  // this tool's command line, quoted for a shell, without secrets; empty: not known
  base::Duration interval{};
  base::ClockAnchor anchor;   // taken when the run started; maps steady times to UTC
  std::string carbon_region;  // as the option has it
  carbon::CarbonOptions carbon;
  meter::MeterSource source;
  std::vector<meter::GpuDescription> gpus;
  BenchmarkGpus benchmark_gpus;
};

}  // namespace gpubench::record
