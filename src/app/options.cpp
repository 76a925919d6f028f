#include "app/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "app/container_flags.h"
#include "app/several_containers.h"
#include "app/version.h"
#include "base/spelling.h"
#include "benchmark/score.h"
#include "cli/invocation.h"

namespace gpubench::app {
namespace {

constexpr const char* kIntroduction =
    "Runs a scientific benchmark in a container or as a plain command, measures every NVIDIA GPU while it runs,\n"
    "and reports time, energy, carbon emissions and how far you can trust the figures.\n";

constexpr const char* kClosing =
    "\nExamples:\n"
    "  iris-gpubench --benchmark_image synthetic_regression\n"
    "  iris-gpubench --benchmark_image synthetic_regression --export_to_victoria\n"
    "  iris-gpubench --benchmark_image synthetic_regression --interval 10 --carbon_region \"South England\" \\\n"
    "                --live_plot --export_to_victoria --monitor_benchmark_logs\n"
    "  iris-gpubench --benchmark_command \"python3 train.py\" --interval 0.5\n"
    "  iris-gpubench -- ./simulate --steps 1000\n"
    "  iris-gpubench --meter replay:traces/h200.trace -- sleep 10        (no GPU needed; every output says so)\n"
    "\n"
    "  iris-gpubench list                     the runs in results/: benchmark, GPU, time, energy, carbon, score\n"
    "  iris-gpubench show RUN                 a run's tables; a run is named by its folder, its id or latest\n"
    "  iris-gpubench report RUN               makes every output of a run again\n"
    "  iris-gpubench recover RUN              the same for a run that was killed; see recover --help\n"
    "  iris-gpubench clean [--all]            removes containers that killed runs left\n"
    "  iris-gpubench export RUN [--verify]    sends the rest of a finished run to the database\n"
    "  iris-gpubench check-image NAME         whether an image starts, sees its GPUs and leaves a score\n"
    "  iris-gpubench recarbon RUN...          recalculates saved runs' carbon; see recarbon --help\n"
    "  iris-gpubench plan RUN                 when and where to run it with the least emissions; see plan --help\n"
    "\n"
    "Hyphens work as well as underscores (--benchmark-image), and so does any unambiguous beginning of an option.\n"
    "\n"
    "Environment: DOCKER_HOST (unix://, tcp:// or ssh://), DOCKER_CONTEXT, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH; for "
    "--export_to_victoria IRIS_GPUBENCH_VICTORIA_URL,\n"
    "  IRIS_GPUBENCH_VICTORIA_USERNAME and IRIS_GPUBENCH_VICTORIA_PASSWORD (or MEERKAT_URL, _USERNAME, _PASSWORD), or\n"
    "  ..._PASSWORD_FILE, ..._TOKEN, ..._TOKEN_FILE; ..._CA_FILE, ..._CLIENT_CERT and ..._CLIENT_KEY for https.\n"
    "  For --carbon_source electricity_maps IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN (or ..._TOKEN_FILE), for watttime\n"
    "  IRIS_GPUBENCH_WATTTIME_USERNAME and IRIS_GPUBENCH_WATTTIME_PASSWORD (or ..._PASSWORD_FILE).\n"
    "\n"
    "Exit status: the benchmark's own, 0 only if it succeeded. 2: the command line is wrong. 124: stopped at --timeout.\n"
    "  125: the benchmark could not be run, its exit status is unknown, or it succeeded but its results could not be\n  "
    "saved. 128 + n: ended by signal n (130 after "
    "Ctrl-C).";

// The predecessor's other spellings.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kAliases{{
    {"plot_live", "live_plot"},
    {"monitor_logs", "monitor_benchmark_logs"},
    {"export_to_meerkat", "export_to_victoria"},
}};

// The option's real name for a spelling: hyphens, aliases and unambiguous beginnings. Unknown ones are an error that
// suggests.
base::Result<std::string> canonical_name(std::string name, const std::vector<std::string>& known) {
  std::replace(name.begin(), name.end(), '-', '_');
  for (const auto& [alias, real] : kAliases)
    if (name == alias) return std::string(real);
  std::vector<std::string> matches;
  for (const std::string& option : known) {
    if (option == name) return option;
    if (!name.empty() && option.starts_with(name)) matches.push_back(option);
  }
  if (matches.size() == 1) return matches.front();
  if (matches.size() > 1) {
    std::string list;
    for (const std::string& match : matches) list += (list.empty() ? "--" : ", --") + match;
    return base::failure("option --" + name + " could be any of " + list, "write it in full");
  }
  const std::string nearest = base::nearest_word(name, known);
  const std::string remedy = nearest.empty() ? "see iris-gpubench --help" : "did you mean --" + nearest + "?";
  return base::failure("unknown option --" + name, remedy);
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back(name);
  return names;
}

// Every "--some-option VALUE" or "--some-option=VALUE" as the canonical name and the value apart.
base::Result<std::vector<std::string>> canonical(const std::vector<std::string>& arguments,
                                                 const std::vector<std::string>& known) {
  std::vector<std::string> result;
  for (const std::string& argument : arguments) {
    if (argument.size() < 3 || !argument.starts_with("--")) {
      result.push_back(argument);
      continue;
    }
    const std::size_t end = std::min(argument.find('='), argument.size());
    const auto name = canonical_name(argument.substr(2, end - 2), known);
    if (!name) return base::failure(name.error());
    result.push_back("--" + *name);
    if (end < argument.size()) result.push_back(argument.substr(end + 1));
  }
  return result;
}

base::Result<base::Duration> duration_from(double seconds, double least, double most, const std::string& option) {
  if (std::isfinite(seconds) && seconds >= least && seconds <= most) return base::from_seconds(seconds);
  return base::failure(option + " must be between " + fmt::format("{} and {}", least, most) + " seconds");
}

// CLI11's target values that Options does not hold as they are.
struct Raw {
  std::vector<std::string> images;
  std::vector<std::string> gpus;
  std::string benchmark_file;
  std::string timeseries_format = "csv";
  std::string plot_format = "png";
  double interval = 5.0;
  double idle_roll = 1.5;
  double stop_grace = 10.0;
  std::optional<double> timeout;
  std::string log_cap = "1g";
  std::optional<std::string> score_regex;
  ContainerFlags container;
  CarbonFlags carbon;
  std::optional<std::string> live_style;
  ExportFlags exporting;
  std::optional<std::string> serve;
  bool no_live_monitor = false;
  bool no_plot = false;
  bool no_html = false;
  bool show_version = false;
};

void describe_container(CLI::App& app, Options& options, Raw& raw) {
  constexpr const char* container = "The container";
  const auto repeated = [&](const char* name, std::vector<std::string>& values, const char* text) {
    return app.add_option(name, values, text)->group(container)->expected(1)->take_all()->allow_extra_args(false);
  };
  repeated("--volume", options.volumes, "Folder or file to mount (repeatable)")->type_name("SOURCE:TARGET[:ro]");
  repeated("--env", options.environment, "Environment variable (repeatable)")->type_name("NAME=VALUE");
  app.add_option("--entrypoint", options.entrypoint, "Program to run instead of the image's own")
      ->type_name("PROGRAM")
      ->group(container);
  repeated("--gpus", raw.gpus,
           "GPUs that the benchmark gets, also a command: all, none, a number, indices (0,2 or device=1) or UUIDs;\n"
           "with several images once for all or once for each")
      ->type_name("GPUS")
      ->default_str("all");
  describe_container_flags(app, raw.container, container);
}

void describe_measuring(CLI::App& app, Options& options, Raw& raw) {
  constexpr const char* measuring = "Measuring";
  app.add_option("--interval", raw.interval,
                 "Seconds between readings; decimals allowed. Power is sampled every 20 ms anyway")
      ->type_name("SECONDS")
      ->default_str("5")
      ->group(measuring);
  app.add_option("--idle_roll", raw.idle_roll, "Seconds of idle measured before and after the benchmark")
      ->type_name("SECONDS")
      ->default_str("1.5")
      ->group(measuring);
  app.add_option("--meter", options.meter,
                 "Where readings come from: nvml, or replay:FILE[,gpus=N] to play a recorded trace")
      ->type_name("SOURCE")
      ->default_str("nvml")
      ->group(measuring);
  app.add_option("--record_trace", options.record_trace, "Record everything that is read to FILE, for --meter replay:FILE")
      ->type_name("FILE")
      ->group(measuring);
}

void describe_carbon(CLI::App& app, Options& options, Raw& raw) {
  constexpr const char* carbon = "Carbon and export";
  app.add_option("--carbon_region", options.carbon_region,
                 "Where the power is drawn: a region of Great Britain, its number or a postcode;\n"
                 "a zone or country for the other sources; \"\" lists the regions")
      ->type_name("REGION")
      ->default_str("South England")
      ->group(carbon);
  describe_carbon_flags(app, raw.carbon, carbon);
  app.add_flag("--export_to_victoria", options.export_to_victoria,
               "Send everything that is measured to a metrics database, without loss")
      ->group(carbon);
  describe_export_flags(app, raw.exporting, carbon);
  app.add_option("--export_drain", raw.exporting.drain, "Maximum wait for the database at the end of the run")
      ->type_name("SECONDS")
      ->default_str("30")
      ->group(carbon);
  app.add_option("--serve", raw.serve,
                 "While the run lasts, answer Prometheus at http://ADDRESS:PORT/metrics; a PORT alone: this machine only")
      ->type_name("[ADDRESS:]PORT")
      ->group(carbon);
}

void describe_output(CLI::App& app, Options& options, Raw& raw) {
  constexpr const char* output = "Output";
  app.add_option("--results_dir", options.results_dir, "Folder in which each run gets a folder of its own")
      ->type_name("DIR")
      ->default_str("results")
      ->group(output);
  app.add_option("--timeseries_format", raw.timeseries_format, "Format of timeseries.csv and power.csv: csv, csv.gz or none")
      ->type_name("FORMAT")
      ->default_str("csv")
      ->group(output);
  app.add_option("--log_cap", raw.log_cap, "Maximum size of benchmark.log; the last lines are always kept")
      ->type_name("SIZE")
      ->default_str("1g")
      ->group(output);
  app.add_option("--score_regex", raw.score_regex, "Take the score from the log line that this matches: its first (group)")
      ->type_name("REGEX")
      ->group(output);
  app.add_flag("--quiet", options.quiet, "Print nothing but errors")->group(output);
  app.add_flag("--verbose", options.verbose, "Also print what runtime.log gets; shows the table instead of the full view")
      ->group(output);
  app.add_option("--log_level", options.log_level, "Lowest level in runtime.log: debug, info, warning or error")
      ->type_name("LEVEL")
      ->default_str("info")
      ->group(output);
  app.add_option("--live_style", raw.live_style,
                 "What is shown while it runs: full (the whole terminal), table or none;\n"
                 "the default is full on a terminal, table elsewhere")
      ->type_name("STYLE")
      ->group(output);
  app.add_flag("--no_live_monitor", raw.no_live_monitor, "The same as --live_style none")->group(output);
  app.add_flag("--monitor_benchmark_logs", options.monitor_benchmark_logs, "Show the benchmark's log while it is written")
      ->group(output);
  app.add_flag("--no_plot", raw.no_plot, "Do not draw the plot")->group(output);
  app.add_option("--plot_format", raw.plot_format, "png, svg or pdf: format of the plot, and the end of its name")
      ->type_name("FORMAT")
      ->default_str("png")
      ->group(output);
  app.add_flag("--live_plot", options.live_plot, "Update the plot at every interval")->group(output);
  app.add_flag("--no_html", raw.no_html, "Do not write report.html")->group(output);
}

void describe(CLI::App& app, Options& options, Raw& raw) {
  app.set_help_flag("--help,-h", "Show this and exit");
  app.add_flag("--version", raw.show_version, "Show the version and exit");
  constexpr const char* what = "What to run (one of the first two, or -- COMMAND [ARGUMENT...])";
  app.add_option("--benchmark_image", raw.images,
                 "Container image to run; \"\" lists the images. Given more than once: all of them,\n"
                 "side by side on their own GPUs")
      ->type_name("NAME")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false)
      ->group(what);
  app.add_option("--benchmark_file", raw.benchmark_file, "YAML file that lists containers, each with its own options")
      ->type_name("FILE")
      ->group(what);
  app.add_flag("--in_turn", options.in_turn, "Run several containers one after another, each with all GPUs")->group(what);
  app.add_option("--benchmark_command", options.benchmark_command, "Shell command line to run")
      ->type_name("LINE")
      ->group(what);
  describe_container(app, options, raw);
  app.add_option("--stop_grace", raw.stop_grace, "Seconds between asking the benchmark to stop and killing it")
      ->type_name("SECONDS")
      ->default_str("10")
      ->group(what);
  app.add_option("--timeout", raw.timeout, "Seconds after which the benchmark is stopped as by Ctrl-C (exit status 124)")
      ->type_name("SECONDS")
      ->group(what);
  describe_measuring(app, options, raw);
  describe_carbon(app, options, raw);
  describe_output(app, options, raw);
}

base::Result<void> take_log_flags(const Raw& raw, Options& options) {
  const auto cap = workload::parse_byte_size(raw.log_cap);
  if (!cap) return base::failure(cap.error().with_context("--log_cap"));
  options.log_cap_bytes = *cap;
  if (!raw.score_regex) return {};
  const auto pattern = benchmark::ScorePattern::compile(*raw.score_regex);
  if (!pattern) return base::failure(pattern.error());
  options.score_regex = raw.score_regex;
  return {};
}

base::Result<void> check_meter(const Options& options) {
  if (options.meter != "nvml" && !options.meter.starts_with("replay:"))
    return base::failure("unknown meter \"" + options.meter + "\"", "use --meter nvml or --meter replay:FILE");
  if (options.meter != "nvml" && !options.record_trace.empty())
    return base::failure("--record_trace records this machine's GPUs, not a replay", "leave out --record_trace or --meter");
  return {};
}

base::Result<void> take_serve_flag(const Raw& raw, Options& options) {
  if (!raw.serve) return {};
  const auto address = platform::parse_listen_address(*raw.serve);
  if (!address) return base::failure(address.error().with_context("--serve"));
  options.serve = *address;
  return {};
}

base::Result<void> take_live_flags(const Raw& raw, Options& options) {
  if (options.quiet && options.verbose) return base::failure("--quiet and --verbose exclude each other", "give one of them");
  constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warning", "error"};
  if (std::find(kLevels.begin(), kLevels.end(), options.log_level) == kLevels.end())
    return base::failure("unknown --log_level \"" + options.log_level + "\"", "use debug, info, warning or error");
  if (options.quiet) options.live_style = LiveStyle::none;
  if (options.verbose) options.live_style = LiveStyle::table;
  if (raw.no_live_monitor && raw.live_style && *raw.live_style != "none")
    return base::failure("--no_live_monitor and --live_style " + *raw.live_style + " exclude each other",
                         "give one of them");
  if (raw.no_live_monitor) options.live_style = LiveStyle::none;
  if (!raw.live_style) return {};
  const auto style = live_style(*raw.live_style);
  if (!style) return base::failure(style.error());
  options.live_style = *style;
  return {};
}

// The settings that the container's own flags give.
base::Result<void> take_container_flags(const ContainerFlags& flags, Options& options) {
  if (!options.benchmark_image && any_given(flags))
    return base::failure("--mount, --memory and similar options are for containers", "use them with --benchmark_image");
  auto settings = container_settings(flags);
  if (!settings) return base::failure(settings.error());
  options.container = std::move(*settings);
  auto tmpfs = checked_tmpfs(flags.tmpfs);
  if (!tmpfs) return base::failure(tmpfs.error());
  options.tmpfs = std::move(*tmpfs);
  std::vector<std::string> environment;
  for (const std::string& file : flags.env_files) {
    const auto lines = read_env_file(file);
    if (!lines) return base::failure(lines.error());
    environment.insert(environment.end(), lines->begin(), lines->end());
  }
  options.environment.insert(options.environment.begin(), environment.begin(),
                             environment.end());  // --env has the last word
  return {};
}

// The keys of one container in a file: see describe_container.
std::vector<std::string> container_option_names() {
  CLI::App app;
  Options options;
  Raw raw;
  describe_container(app, options, raw);
  std::vector<std::string> names = option_names(app);
  names.insert(names.end(), {"benchmark_image", "score_regex"});
  std::erase(names, "help");
  return names;
}

base::Result<void> take_containers_file(const Raw& raw, Options& options) {
  const bool other = !raw.images.empty() || options.benchmark_command || !options.arguments.empty() || !raw.gpus.empty() ||
                     any_given(raw.container) || !options.volumes.empty() || !options.environment.empty() ||
                     options.entrypoint || raw.score_regex;
  if (other)
    return base::failure("--benchmark_file says what to run: images, commands and container options belong in it",
                         "remove them from the command line");
  auto file = read_containers_file(raw.benchmark_file, container_option_names());
  if (!file) return base::failure(file.error());
  options.several = std::move(file->containers);
  for (BenchmarkOptions& container : options.several) container.stop_grace = options.stop_grace;
  options.in_turn = options.in_turn || file->in_turn;
  return {};
}

// More than one image, or a file of them: after all other options of a container.
base::Result<void> take_several(const Raw& raw, Options& options) {
  if (!raw.benchmark_file.empty()) {
    if (auto taken = take_containers_file(raw, options); !taken) return taken;
  } else if (raw.images.size() > 1 || raw.gpus.size() > 1) {
    auto containers = one_for_each(options, raw.images, raw.gpus);
    if (!containers) return base::failure(containers.error());
    options.several = std::move(*containers);
  }
  if (options.several.size() == 1) {
    static_cast<BenchmarkOptions&>(options) = options.several.front();
    options.several.clear();
  } else if (!options.several.empty()) {
    static_cast<BenchmarkOptions&>(options) = {};
  } else if (options.in_turn) {
    return base::failure("--in_turn is for several containers", "give --benchmark_image more than once");
  }
  return {};
}

base::Result<void> check_workload(const Options& options) {
  if (!options.several.empty()) return {};
  const bool image = options.benchmark_image.has_value();
  const bool line = options.benchmark_command.has_value();
  if (line && !options.arguments.empty())
    return base::failure("--benchmark_command takes one shell line, so nothing can follow \"--\"",
                         "put the arguments into the line, or give the command after \"--\" alone");
  if (!image && !line && options.arguments.empty())
    return base::failure(
        "nothing to run",
        "give --benchmark_image NAME, --benchmark_command \"LINE\" or -- COMMAND [ARGUMENT...]; see --help");
  if (line && options.benchmark_command->find_first_not_of(" \t") == std::string::npos)
    return base::failure("--benchmark_command is empty", "give a shell command line");
  if (!image && (!options.volumes.empty() || !options.environment.empty() || options.entrypoint))
    return base::failure("--volume, --env and --entrypoint are for containers", "use them with --benchmark_image");
  return {};
}

base::Result<Command> checked(Options options, const Raw& raw) {
  if (options.carbon_region.empty()) return Command(ListRegions{});
  if (std::count(raw.images.begin(), raw.images.end(), "") > 0) return Command(ListImages{});
  if (!raw.images.empty()) options.benchmark_image = raw.images.front();
  if (!raw.gpus.empty()) options.gpus = raw.gpus.front();
  if (const auto taken = take_live_flags(raw, options); !taken) return base::failure(taken.error());
  options.plot = !raw.no_plot;
  options.html = !raw.no_html;
  constexpr double kHour = 3600;
  const auto interval = duration_from(raw.interval, 0.05, kHour, "--interval");
  if (!interval) return base::failure(interval.error());
  options.interval = *interval;
  const auto roll = duration_from(raw.idle_roll, 0, kHour, "--idle_roll");
  if (!roll) return base::failure(roll.error());
  options.idle_roll = *roll;
  const auto grace = duration_from(raw.stop_grace, 0, kHour, "--stop_grace");
  if (!grace) return base::failure(grace.error());
  options.stop_grace = *grace;
  if (raw.timeout) {
    constexpr double kYear = 365 * 24 * kHour;
    const auto timeout = duration_from(*raw.timeout, 0.001, kYear, "--timeout");
    if (!timeout) return base::failure(timeout.error());
    options.timeout = *timeout;
  }
  if (const auto taken = take_log_flags(raw, options); !taken) return base::failure(taken.error());
  if (const auto taken = take_container_flags(raw.container, options); !taken) return base::failure(taken.error());
  auto carbon = checked_carbon_flags(raw.carbon);
  if (!carbon) return base::failure(carbon.error());
  options.carbon = *std::move(carbon);
  auto exporting = checked_export_flags(raw.exporting);
  if (!exporting) return base::failure(exporting.error());
  options.exporting = *std::move(exporting);
  if (const auto known = check_meter(options); !known) return base::failure(known.error());
  if (const auto taken = take_serve_flag(raw, options); !taken) return base::failure(taken.error());
  if (options.results_dir.empty()) return base::failure("--results_dir is empty", "name a folder");
  const auto format = timeseries_format(raw.timeseries_format);
  if (!format) return base::failure(format.error());
  options.timeseries_format = *format;
  const auto picture = report::plot_format(raw.plot_format);
  if (!picture) return base::failure(picture.error());
  options.plot_format = *picture;
  if (options.benchmark_image && options.benchmark_command)
    return base::failure("--benchmark_image and --benchmark_command exclude each other", "give one of them");
  if (const auto taken = take_several(raw, options); !taken) return base::failure(taken.error());
  if (const auto workload = check_workload(options); !workload) return base::failure(workload.error());
  return Command(std::move(options));
}

}  // namespace

std::string version() {
  return std::string("iris-gpubench ") + kVersion;
}

namespace {

constexpr const char* kCheckImageHelp =
    "Run an image to its end, without measuring, and say whether it starts, sees its GPUs, ends with 0 and leaves a score\n"
    "Usage: iris-gpubench check-image NAME [OPTIONS] [-- ARGUMENT...]\n"
    "\n"
    "Options:\n"
    "  -h,--help                   Show this and exit\n"
    "  and those of containers: see iris-gpubench --help\n"
    "\n"
    "The exit status is 0 if everything is right, 1 if not.\n";

bool asks_for_help(const std::string& argument) {
  return argument == "--help" || argument == "-h";
}

base::Result<Command> parse_check_image(std::vector<std::string> arguments) {
  if (arguments.size() == 2 && asks_for_help(arguments[1])) return Command(ShowText{kCheckImageHelp});
  if (arguments.size() < 2 || arguments[1].empty() || arguments[1].front() == '-')
    return base::failure("check-image needs the name of an image",
                         "write iris-gpubench check-image NAME [container options]");
  arguments.front() = "--benchmark_image";
  auto command = parse_command_line(arguments);
  if (!command) return command;
  auto* options = std::get_if<Options>(&*command);
  if (options != nullptr && !options->several.empty()) return base::failure("check-image checks one image at a time");
  if (options != nullptr) return Command(CheckImage{std::move(*options)});
  return command;
}

}  // namespace

base::Result<Command> parse_command_line(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments.front() == "check-image") return parse_check_image(arguments);
  CLI::App app(kIntroduction, "iris-gpubench");
  app.footer(kClosing);
  Options options;
  Raw raw;
  describe(app, options, raw);
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes != arguments.end()) options.arguments.assign(dashes + 1, arguments.end());
  auto own = canonical({arguments.begin(), dashes}, option_names(app));
  if (!own) return base::failure(own.error());
  options.invocation = cli::invocation_text(*own, options.arguments, {"--env"});
  std::reverse(own->begin(), own->end());  // CLI11 takes a vector last first
  try {
    app.parse(*own);
  } catch (const CLI::CallForHelp&) {
    return Command(ShowText{app.help()});
  } catch (const CLI::ParseError& error) {
    return base::failure(error.what(), "see iris-gpubench --help");
  }
  if (raw.show_version) return Command(ShowText{version() + "\n"});
  return checked(std::move(options), raw);
}

}  // namespace gpubench::app
