// The command line.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace gpubench::app {

struct Options {
  // What to run: an image, a shell line, or a program with arguments (`arguments` alone).
  std::optional<std::string> benchmark_image;
  std::optional<std::string> benchmark_command;
  std::vector<std::string> arguments;    // after "--": of the container, or the program itself
  std::vector<std::string> volumes;      // SOURCE:TARGET[:ro]
  std::vector<std::string> environment;  // NAME=value
  std::optional<std::string> entrypoint;

  base::Duration interval = std::chrono::seconds(5);
  base::Duration idle_roll = std::chrono::milliseconds(1500);
  std::string meter = "nvml";  // or "replay:FILE[,gpus=N]"
  std::string record_trace;    // file to record the meter's trace to

  std::string carbon_region = "South England";
  bool export_to_victoria = false;

  std::string results_dir = "results";
  bool live_monitor = true;
  bool monitor_benchmark_logs = false;
  bool plot = true;
  bool live_plot = false;
};

// The command line asked for something else than a run.
struct ShowText {
  std::string text;  // help or version
};
struct ListRegions {};
struct ListImages {};
using Command = std::variant<Options, ShowText, ListRegions, ListImages>;

// An error is a usage error, told with its remedy.
base::Result<Command> parse_command_line(const std::vector<std::string>& arguments);

std::string version();

}  // namespace gpubench::app
