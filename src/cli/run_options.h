// All that a run is told on the command line.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/option_table.h"
#include "cli/run_spec.h"
#include "cli/set_options.h"
#include "cli/workload_options.h"

namespace gpubench::cli {

// The spec is whole once the options are parsed and checked, but for what comes from the environment.
struct RunLine {
  RunSpec spec;
  WorkloadLine workload;
  SetLine set;
  bool no_live_monitor = false;

  // A list is wanted, no run.
  [[nodiscard]] bool asks_for_regions() const { return spec.settings.carbon_region.empty(); }
  [[nodiscard]] bool asks_for_a_list() const { return asks_for_regions() || workload.asks_for_images(); }
};

std::vector<OptionGroup> run_options(RunLine& line);
// Those of a run whose workload is there already.
std::vector<OptionGroup> watching_options(RunLine& line);

Option meter_option(meter::MeterSpec& meter);
Option log_cap_option(std::uint64_t& bytes);

}  // namespace gpubench::cli
