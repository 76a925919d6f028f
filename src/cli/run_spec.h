// What a run is told.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "benchmark/log_phases.h"
#include "exporting/spec.h"
#include "live/spec.h"
#include "meter/spec.h"
#include "platform/listen_address.h"
#include "record/run_settings.h"
#include "report/spec.h"
#include "workload/spec.h"

namespace gpubench::cli {

// Of what the run is a part, if of anything.
struct PartOf {
  std::string place_in_set = {};     // "Run 3 of 10": then it prints no tables
  std::optional<std::string> group;  // of a job of several processes, where the user names it
  std::optional<int> rank;           // likewise
  std::optional<int> ranks;          // likewise
  bool alone = false;                // a run by itself, whatever its launcher says
  base::Duration merge_wait = std::chrono::seconds(30);
};

// Where phases of the benchmark come from, besides its own marks.
struct PhaseSpec {
  benchmark::LogPhaseOptions log;
  std::optional<std::string> nvtx;  // which of its ranges are phases: "all", a domain, a regular expression; empty: none
  bool with_client = false;         // the program finds the clients for marks
};

struct RunSpec {
  record::RunSettings settings;
  workload::WorkloadSpec workload;
  std::optional<base::Duration> timeout;  // of the workload
  meter::MeterSpec meter;
  base::Duration idle_roll = std::chrono::milliseconds(1500);

  bool exports = false;
  exporting::ExportSpec exporting;
  std::optional<platform::ListenAddress> serve;  // where scrapes are answered while the run lasts

  std::string results_dir = "results";
  PartOf part_of;
  report::OutputSpec outputs;
  bool live_plot = false;
  std::uint64_t log_cap_bytes = std::uint64_t{1} << 30;  // of benchmark.log
  live::LiveSpec live;
  PhaseSpec phases;
  bool quiet = false;              // nothing is printed but errors
  bool verbose = false;            // runtime.log is printed too
  std::string log_level = "info";  // of runtime.log, as spdlog names it
  bool keeps_environment = true;   // of the run, in its results
  bool asks_for_profile = false;   // how to profile the benchmark is said at the end
};

}  // namespace gpubench::cli
