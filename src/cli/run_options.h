// All that a run is told on the command line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/option_table.h"
#include "cli/parse.h"
#include "cli/run_spec.h"
#include "cli/set_options.h"
#include "cli/workload_options.h"

namespace gpubench::cli {

// A run on other machines.
struct HostLine {
  std::vector<std::string> hosts;  // as ssh knows them; empty: this machine
  std::string remote_program;      // there already; empty: it is brought along
};

// The spec is whole once the options are parsed and checked, but for what comes from the environment.
struct RunLine {
  RunSpec spec;
  WorkloadLine workload;
  SetLine set;
  HostLine host;
  std::string nodes;  // the launcher whose nodes are all measured around the benchmark; empty: this machine is
  bool no_live_monitor = false;

  // A list is wanted, no run.
  [[nodiscard]] bool asks_for_regions() const { return spec.settings.carbon_region.empty(); }
  [[nodiscard]] bool asks_for_a_list() const { return asks_for_regions() || workload.asks_for_images(); }
};

std::vector<OptionGroup> run_options(RunLine& line);
// Those of a run whose workload is there already.
std::vector<OptionGroup> watching_options(RunLine& line);

std::vector<Option> host_options(HostLine& line);
base::Result<void> check_hosts(const HostLine& line);

// The words of the command line there, up to "--". An error: an option was typed that makes no sense there.
base::Result<std::vector<std::string>> words_for_hosts(const Parsed& line);
Option nodes_option(std::string& launcher);
// The words of an agent's command line, up to "--". An error: an option was typed that makes no sense with --nodes.
base::Result<std::vector<std::string>> words_for_agents(const Parsed& line);

// An error: an option was typed that says how to measure, of a run that is measured already.
base::Result<void> check_attached_to_host(const Parsed& line);

Option meter_option(meter::MeterSpec& meter);
Option log_cap_option(std::uint64_t& bytes);

}  // namespace gpubench::cli
