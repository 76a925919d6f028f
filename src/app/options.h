// The command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/carbon_options.h"
#include "app/export_options.h"
#include "app/live_style.h"
#include "app/reports.h"
#include "base/result.h"
#include "base/time.h"
#include "platform/listen_address.h"
#include "workload/container_settings.h"

namespace gpubench::app {

// What to run: an image, a shell line, or a program with arguments (`arguments` alone).
struct BenchmarkOptions {
  std::optional<std::string> benchmark_image;
  std::optional<std::string> benchmark_command;
  std::vector<std::string> arguments;    // after "--": of the container, or the program itself
  std::vector<std::string> volumes;      // SOURCE:TARGET[:ro]
  std::vector<std::string> environment;  // NAME=value
  std::optional<std::string> entrypoint;
  std::string gpus = "all";        // all, none, a number, indices or UUIDs: see select_gpus
  std::vector<std::string> tmpfs;  // TARGET[:OPTIONS]
  workload::ContainerSettings container;
  base::Duration stop_grace = std::chrono::seconds(10);  // from SIGTERM to SIGKILL
  std::optional<std::string> score_regex;                // of the log line that holds the score
};

struct Options : BenchmarkOptions {
  std::vector<BenchmarkOptions> several;  // containers, each with options of its own, in place of those above; or empty
  bool in_turn = false;                   // these; else side by side
  std::optional<base::Duration> timeout;  // of the benchmark

  base::Duration interval = std::chrono::seconds(5);
  base::Duration idle_roll = std::chrono::milliseconds(1500);
  std::string meter = "nvml";  // or "replay:FILE[,gpus=N]"
  std::string record_trace;    // file to record the meter's trace to

  std::string carbon_region = "South England";
  CarbonOptions carbon;
  bool export_to_victoria = false;
  ExportOptions exporting;
  std::optional<platform::ListenAddress> serve;  // where scrapes are answered while the run lasts

  std::string results_dir = "results";
  TimeseriesFormat timeseries_format = TimeseriesFormat::csv;
  std::uint64_t log_cap_bytes = std::uint64_t{1} << 30;  // of benchmark.log
  LiveStyle live_style = LiveStyle::automatic;
  bool monitor_benchmark_logs = false;
  bool quiet = false;              // nothing is printed but errors
  bool verbose = false;            // runtime.log is printed too
  std::string log_level = "info";  // of runtime.log, as spdlog names it
  bool plot = true;
  report::PlotFormat plot_format = report::PlotFormat::png;
  bool live_plot = false;
  bool html = true;

  std::string invocation;  // the command line itself, quoted for a shell, without secrets
};

// The command line asked for something else than a run.
struct ShowText {
  std::string text;  // help or version
};
struct ListRegions {};
struct ListImages {};
// "check-image NAME": whether a benchmark image does what this tool expects of one.
struct CheckImage {
  Options options;
};
using Command = std::variant<Options, ShowText, ListRegions, ListImages, CheckImage>;

// An error is a usage error, with its remedy.
base::Result<Command> parse_command_line(const std::vector<std::string>& arguments);

std::string version();

}  // namespace gpubench::app
