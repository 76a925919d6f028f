#include "cli/run_options.h"

#include <utility>

#include "base/text.h"
#include "cli/carbon_options.h"
#include "cli/container_options.h"
#include "cli/export_options.h"
#include "cli/output_options.h"
#include "cli/phase_options.h"
#include "cli/saved_run_options.h"
#include "platform/files.h"

namespace gpubench::cli {
namespace {

using live::LiveStyle;
constexpr double kHour = 3600;
constexpr double kYear = 365 * 24 * kHour;

base::Result<std::string> benchmark_name(const std::string& text) {
  constexpr std::size_t kLongest = 200;
  std::string name = base::one_line(text);
  if (name.empty() || name != text || name.size() > kLongest)
    return base::failure("\"" + base::excerpt(text) + "\" is no name", "give 1 to 200 characters on one line");
  return name;
}

Option name_option(RunSpec& spec) {
  return {"--name", "NAME", "What the benchmark is called in all results; default: the image, or the program",
          parsed(spec.settings.name, benchmark_name)};
}

OptionGroup workload_group(RunLine& line) {
  OptionGroup group{"What to run (--benchmark-image, --benchmark-file, --benchmark-command, or -- PROGRAM [ARGUMENT...])",
                    workload_options(line.workload)};
  group.options.push_back(name_option(line.spec));
  group.options.push_back({"--timeout", "SECONDS",
                           "Stop the benchmark after this many seconds, as with Ctrl-C (exit status 124)",
                           seconds(line.spec.timeout, {0.001, kYear})});
  group.check = [&line]() -> base::Result<void> {
    if (line.asks_for_a_list()) return {};
    auto workload = workload_spec(line.workload);
    if (!workload && !line.set.resume.empty()) return {};  // what it runs is in the set
    if (!workload) return base::failure(workload.error());
    line.spec.workload = *std::move(workload);
    return {};
  };
  return group;
}

base::Result<void> check_meter(const meter::MeterSpec& meter) {
  if (meter.source != "nvml" && !meter.record_trace.empty())
    return base::failure("--record-trace records this machine's GPUs, not a replay", "leave out --record-trace or --meter");
  return {};
}

constexpr const char* kIdleTime = "Seconds of idle time to measure before and after the benchmark";
constexpr const char* kTimeBeside = "Seconds to measure before and after the part that counts";

OptionGroup measuring_group(RunSpec& spec, const char* idle_roll) {
  return {"Measuring",
          {{"--interval", "SECONDS", "Seconds between readings; decimals allowed. Power is sampled every 20 ms anyway",
            seconds(spec.settings.interval, {0.05, kHour})},
           {"--idle_roll", "SECONDS", idle_roll, seconds(spec.idle_roll, {0, kHour})},
           meter_option(spec.meter),
           {"--record_trace", "FILE", "Record all readings in FILE, for --meter replay:FILE",
            offering(Offer::file, text(spec.meter.record_trace))}},
          [&spec] { return check_meter(spec.meter); }};
}

std::vector<Option> database_options(RunSpec& spec) {
  std::vector<Option> options{{"--export_to_victoria",
                               "",
                               "Send everything that is measured to a metrics database, without loss",
                               switch_on(spec.exports),
                               {"--export_to_meerkat"}}};
  for (Option& option : export_options(spec.exporting)) options.push_back(std::move(option));
  options.push_back(export_drain_option(spec.exporting));
  options.push_back({"--serve", "[ADDRESS:]PORT",
                     "Serve readings to Prometheus at http://ADDRESS:PORT/metrics during the run;\n"
                     "without ADDRESS: to this machine only",
                     parsed(spec.serve, platform::parse_listen_address)});
  return options;
}

std::vector<Option> log_options(RunLine& line) {
  return {
      log_cap_option(line.spec.log_cap_bytes),
      {"--nvidia_nsights", "", "Say at the end how to profile the benchmark with NVIDIA Nsight Systems, in a separate run",
       switch_on(line.spec.asks_for_profile)},
      score_regex_option(line.workload.benchmark),
  };
}

std::vector<Option> printing_options(RunSpec& spec) {
  const Choices<std::string> levels{{"debug", "debug"}, {"info", "info"}, {"warning", "warning"}, {"error", "error"}};
  return {
      {"--no_environment", "", "Do not record machine, kernel, batch job and git commit in the results",
       switch_off(spec.keeps_environment)},
      {"--quiet", "", "Print nothing but errors", switch_on(spec.quiet)},
      {"--verbose", "",
       "Also print what runtime.log gets, and all tables at the end;\nshows the table instead of the full view",
       switch_on(spec.verbose)},
      {"--log_level", "LEVEL", "Least severe level in runtime.log: debug, info, warning or error",
       choice(spec.log_level, levels)},
      {"--ready_fd", "NUMBER", "Write the run's folder to this file descriptor once measuring has begun",
       parsed(spec.live.ready_fd, platform::take_descriptor)},
  };
}

std::vector<Option> live_options(RunLine& line) {
  RunSpec& spec = line.spec;
  const Choices<LiveStyle> styles{{"full", LiveStyle::full}, {"table", LiveStyle::table}, {"none", LiveStyle::none}};
  return {
      {"--live_style", "STYLE",
       "What is shown while it runs: full (the whole terminal), table or none;\n"
       "default: full on a terminal, otherwise table",
       choice(spec.live.style, styles)},
      {"--no_live_monitor", "", "The same as --live-style none", switch_on(line.no_live_monitor)},
      {"--monitor_benchmark_logs",
       "",
       "Show the benchmark's log while it is written",
       switch_on(spec.live.show_log),
       {"--monitor_logs"}},
      {"--color",
       "WHEN",
       "Colours of the live view: auto, always or never",
       choice(spec.live.color, Choices<std::string>{{"auto", "auto"}, {"always", "always"}, {"never", "never"}}),
       {"--colour"}},
      {"--live_plot", "", "Update the plot at every interval", switch_on(spec.live_plot), {"--plot_live"}},
  };
}

// Says which style it is where --live-style says nothing.
base::Result<void> settle_live_style(RunLine& line) {
  RunSpec& spec = line.spec;
  LiveStyle& style = spec.live.style;
  if (spec.quiet && spec.verbose)
    return base::failure("--quiet and --verbose cannot be used together", "use only one of them");
  if (line.no_live_monitor && style != LiveStyle::automatic && style != LiveStyle::none)
    return base::failure("--no-live-monitor and --live-style cannot be used together", "use only one of them");
  if (style != LiveStyle::automatic) return {};
  if (spec.verbose) style = LiveStyle::table;
  if (spec.quiet || line.no_live_monitor) style = LiveStyle::none;
  return {};
}

}  // namespace

Option meter_option(meter::MeterSpec& meter) {
  const auto take = [&meter](const std::string& /*option*/, const std::string& source) -> base::Result<void> {
    if (source != "nvml" && !source.starts_with("replay:"))
      return base::failure("unknown meter \"" + source + "\"", "use --meter nvml or --meter replay:FILE");
    meter.source = source;
    return {};
  };
  return {"--meter", "SOURCE", "Where readings come from: nvml, or replay:FILE[,gpus=N] to play a recorded trace",
          with_choices({"nvml", "replay:"}, {take, meter.source})};
}

Option log_cap_option(std::uint64_t& bytes) {
  return {"--log_cap", "SIZE", "Maximum size of benchmark.log; the last lines are always kept",
          parsed(bytes, workload::parse_byte_size, "1g")};
}

std::vector<OptionGroup> run_options(RunLine& line) {
  RunSpec& spec = line.spec;
  const std::string container = "The container";
  const std::string carbon = "Carbon and export";
  const std::string output = "Output";
  return {
      workload_group(line),
      {container, {gpus_option(texts(line.workload.gpus))}},
      {container, container_options(line.workload.benchmark)},
      {"Several runs", set_options(line.set), [&line] { return check_set(line.set, line.spec); }},
      {"On other machines", host_options(line.host), [&line] { return check_hosts(line.host); }},
      {"A job on several nodes", {nodes_option(line.nodes)}},
      {"A job on several nodes", group_options(spec.part_of), [&spec] { return check_group(spec.part_of); }},
      measuring_group(spec, kIdleTime),
      {carbon, carbon_options(spec.settings.carbon, spec.settings.carbon_region),
       [&spec] { return check_carbon(spec.settings.carbon); }},
      {carbon, database_options(spec)},
      {"Phases", phase_options(spec)},
      {output, {results_dir_option(spec.results_dir), label_option(spec.settings.label)}},
      {output, output_options(spec.outputs)},
      {output, log_options(line)},
      {output, printing_options(spec)},
      {output, live_options(line), [&line] { return settle_live_style(line); }},
  };
}

std::vector<OptionGroup> watching_options(RunLine& line) {
  RunSpec& spec = line.spec;
  const std::string measuring = "Measuring";
  const std::string carbon = "Carbon and export";
  const std::string output = "Output";
  Option gpus = gpus_option(texts(line.workload.gpus));
  gpus.value.default_text.clear();
  gpus.help =
      "GPUs that count: all, none, a number, indices (0,2 or device=1) or UUIDs;\n"
      "default: those of the process or container";
  const Option timeout{"--timeout", "SECONDS", "Stop measuring after this many seconds",
                       seconds(spec.timeout, {0.001, kYear})};
  return {
      {measuring, {name_option(spec), timeout, gpus}},
      measuring_group(spec, kTimeBeside),
      {carbon, carbon_options(spec.settings.carbon, spec.settings.carbon_region),
       [&spec] { return check_carbon(spec.settings.carbon); }},
      {carbon, database_options(spec)},
      {output, {results_dir_option(spec.results_dir), label_option(spec.settings.label)}},
      {output, output_options(spec.outputs)},
      {output, printing_options(spec)},
      {output, live_options(line), [&line] { return settle_live_style(line); }},
  };
}

}  // namespace gpubench::cli
