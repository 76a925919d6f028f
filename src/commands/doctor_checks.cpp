#include "commands/doctor_checks.h"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "carbon/open.h"
#include "meter/open.h"
#include "platform/child_process.h"
#include "platform/clock.h"
#include "platform/http_client.h"
#include "platform/process.h"
#include "platform/terminal.h"
#include "record/run_settings.h"
#include "workload/engine_choice.h"
#include "workload/open.h"

namespace gpubench::commands {
namespace {

namespace fs = std::filesystem;

constexpr base::Duration kNetworkPatience = std::chrono::seconds(5);

Check not_good(std::string name, Health health, const base::Error& error) {
  return {std::move(name), health, error.message, error.remedy};
}

// Whether the GPU has what energy is measured with.
Check check_gpu(meter::GpuMeter& meter, std::size_t position, const platform::Clock& clock) {
  const meter::GpuDescription& gpu = meter.gpus()[position];
  const meter::GpuReading reading = meter.read(position);
  const bool counter = meter.read_energy_counter(position).has_value();
  static_cast<void>(meter.drain_power(position));
  clock.sleep_until(clock.now() + std::chrono::milliseconds(500));
  const auto samples = meter.drain_power(position);
  std::string text = fmt::format("GPU {}: {}", gpu.index, gpu.name);
  text += counter ? ", energy counter" : ", no energy counter";
  if (samples && samples->size() >= 2) {
    const auto span = base::to_seconds(samples->back().time - samples->front().time);
    text += fmt::format(", power samples every {:.0f} ms", span * 1000 / static_cast<double>(samples->size() - 1));
  } else {
    text += ", no power samples";
  }
  text += reading.utilization ? ", utilisation" : ", no utilisation";
  if (gpu.partitioned) text += ", divided by MIG";
  const std::string name = fmt::format("gpu_{}", gpu.index);
  if (!reading.power && !counter)
    return {name, Health::bad, text, "this GPU reports neither power nor energy: its energy cannot be measured"};
  if (!counter || !samples || samples->size() < 2)
    return {name, Health::doubtful, text, "the energy's interval is wider without both: docs/method.md says how much"};
  if (gpu.partitioned) return {name, Health::doubtful, text, "power and energy are those of the whole board"};
  return {name, Health::good, text};
}

void check_gpus(const meter::MeterSpec& spec, std::vector<Check>& checks) {
  const platform::SystemClock clock;
  auto meter = meter::open_meter(spec, clock);
  if (!meter) {
    checks.push_back(not_good("driver", Health::bad, meter.error()));
    return;
  }
  const meter::MeterSource& source = (*meter)->source();
  checks.push_back({"driver", source.is_replay() ? Health::doubtful : Health::good,
                    source.description + (source.driver_version.empty() ? "" : ", driver " + source.driver_version),
                    source.is_replay() ? "a replay is no measurement" : ""});
  if ((*meter)->gpus().empty())
    checks.push_back({"gpus", Health::bad, "the driver lists no GPU", "nvidia-smi must list one"});
  for (std::size_t i = 0; i < (*meter)->gpus().size(); ++i) checks.push_back(check_gpu(**meter, i, clock));
}

// What runs images: an engine with a socket, and programs that run a file.
struct Engines {
  base::Result<std::vector<std::string>> images;  // of the one with a socket
  std::string programs;                           // of the user's PATH; empty: none
};

Engines engines_here(const cli::Environment& environment) {
  const std::vector<char*> entries = platform::users_environment();
  const std::vector<std::string> variables(entries.begin(), entries.end());
  Engines engines{workload::list_images(environment.engine), {}};
  for (const char* program : {"apptainer", "singularity", "ch-run"})
    if (workload::is_in_path(program, variables)) base::add_item(engines.programs, program, ", ");
  return engines;
}

Check check_engine(const Engines& engines) {
  const std::string files = engines.programs.empty() ? "" : engines.programs + " can run images that are files or folders";
  if (!engines.images) {
    if (files.empty()) return not_good("engine", Health::doubtful, engines.images.error());
    return {"engine", Health::good, files + "; no Docker or Podman answers"};
  }
  const std::size_t count = engines.images->size();
  return {"engine", Health::good,
          fmt::format("a container engine answers; {} image{} can be run", count, count == 1 ? "" : "s") +
              (files.empty() ? "" : "; " + files)};
}

bool has_files(const char* folder, std::string_view ending) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ending) return true;
  return false;
}

Check check_toolkit(const Engines& engines) {
  constexpr std::array<const char*, 2> programs{"/usr/bin/nvidia-container-runtime", "/usr/bin/nvidia-ctk"};
  std::error_code error;
  std::string found;
  for (const char* program : programs)
    if (fs::exists(program, error)) base::add_item(found, fs::path(program).filename().string(), ", ");
  for (const char* folder : {"/etc/cdi", "/var/run/cdi"})
    if (has_files(folder, ".yaml") || has_files(folder, ".json"))
      base::add_item(found, std::string("CDI files in ") + folder, ", ");
  if (!found.empty()) return {"toolkit", Health::good, found};
  if (!engines.images && !engines.programs.empty())
    return {"toolkit", Health::skipped, engines.programs + " gives GPUs to containers without NVIDIA's toolkit"};
  return {"toolkit", Health::doubtful, "no NVIDIA Container Toolkit and no CDI files",
          "install nvidia-container-toolkit; without it device nodes are given to containers, which most images accept"};
}

// The folder itself, or the nearest above it that is there: also a file, or a link to nothing, in the place of one.
fs::path existing(fs::path folder) {
  std::error_code error;
  folder = fs::absolute(folder, error);
  while (!fs::exists(fs::symlink_status(folder, error)) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

Check check_permissions(const std::string& results_dir) {
  const fs::path folder = existing(results_dir);
  std::error_code error;
  const bool is_folder = fs::is_directory(folder, error);
  if (!is_folder || ::access(folder.c_str(), W_OK) != 0)
    return {"permissions", Health::bad,
            "results cannot be written to " + folder.string() + (is_folder ? "" : ": it is no folder"),
            "choose a folder with --results-dir"};
  if (!platform::sees_all_processes())
    return {"permissions", Health::doubtful, "other processes of the machine are hidden",
            "whoever else uses a GPU is not named; run outside a process namespace"};
  return {"permissions", Health::good, "results can be written, and other users of a GPU are seen"};
}

Check check_clock() {
  timex state{};
  const int status = ::adjtimex(&state);
  if (status == -1) return {"clock", Health::skipped, "whether the clock is synchronised is not known"};
  if (status == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
    return {"clock", Health::doubtful, "the clock is not synchronised",
            "start chrony or systemd-timesyncd: carbon goes by time of day"};
  return {"clock", Health::good, "the clock is synchronised"};
}

Check check_carbon(const DoctorQuestion& question, const cli::Environment& environment) {
  if (!question.asks_network) return {"carbon_service", Health::skipped, "the carbon service was not asked"};
  const platform::SystemClock clock;
  const record::RunSettings usual;
  const auto source = carbon::open_source({usual.carbon, usual.carbon_region, environment.carbon}, clock);
  if (!source) return not_good("carbon_service", Health::doubtful, source.error());
  const base::WallTime now = clock.wall_now();
  const auto slots = source->ask(now, now + std::chrono::minutes(1), kNetworkPatience);
  if (slots) return {"carbon_service", Health::good, "the carbon service answers for " + source->place};
  return {"carbon_service", Health::doubtful, slots.error().message,
          "runs use a yearly average; iris-gpubench recarbon RUN corrects it later"};
}

Check check_database(const DoctorQuestion& question, const cli::Environment& environment) {
  const std::string& url = environment.metrics_database.url;
  if (url.empty()) return {"database", Health::skipped, "no metrics database is named (IRIS_GPUBENCH_VICTORIA_URL)"};
  if (!question.asks_network) return {"database", Health::skipped, "the metrics database was not asked"};
  platform::HttpRequest request;
  request.url = url;
  request.timeout = kNetworkPatience;
  request.ca_file = environment.metrics_database.ca_file;
  const auto answer = platform::make_http_client(environment.ca_file)->perform(request);
  if (!answer) return not_good("database", Health::doubtful, answer.error());
  return {"database", Health::good, fmt::format("the metrics database answers (status {})", answer->status)};
}

Check check_disk(const std::string& results_dir) {
  constexpr double kGibibyte = 1024.0 * 1024 * 1024;
  struct statvfs disk{};
  const fs::path folder = existing(results_dir);
  if (::statvfs(folder.c_str(), &disk) != 0) return {"disk", Health::skipped, "the free space is not known"};
  const double free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize) / kGibibyte;
  const std::string text = fmt::format("{:.1f} GiB are free for results", free);
  if (free < 0.05) return {"disk", Health::bad, text, "make room, or choose another folder with --results-dir"};
  if (free < 1) return {"disk", Health::doubtful, text, "a day on 8 GPUs takes about 0.5 GiB"};
  return {"disk", Health::good, text};
}

Check check_terminal(const cli::Environment& environment) {
  const platform::Terminal terminal;
  if (!terminal.is_terminal() || environment.dumb_terminal)
    return {"terminal", Health::skipped, "standard output is no terminal: runs print a table at each interval"};
  const platform::TerminalSize size = terminal.size();
  const std::string text = fmt::format("{} columns, {} lines, {} colours", size.columns, size.rows, environment.colours);
  if (size.columns < 80 || size.rows < 24)
    return {"terminal", Health::doubtful, text, "the live view needs 80 columns and 24 lines"};
  return {"terminal", Health::good, text};
}

Check check_locale(const cli::Environment& environment) {
  if (environment.utf8) return {"locale", Health::good, "UTF-8"};
  return {"locale", Health::doubtful, "the locale is not UTF-8: curves are drawn in ASCII", "export LC_ALL=C.UTF-8"};
}

Check check_gnuplot() {
  platform::ChildRequest request;
  request.argv = {"gnuplot", "--version"};
  request.timeout = std::chrono::seconds(5);
  const auto outcome = platform::run_child(request);
  if (!outcome || outcome->exit_code != 0)
    return {"plot", Health::doubtful, "there is no gnuplot: runs have no plot",
            "install gnuplot-nox; report.html needs none"};
  return {"plot", Health::good, base::one_line(base::trimmed(outcome->output), 80)};
}

}  // namespace

std::vector<Check> check_machine(const DoctorQuestion& question, const cli::Environment& environment) {
  std::vector<Check> checks;
  check_gpus(question.meter, checks);
  const Engines engines = engines_here(environment);
  checks.push_back(check_engine(engines));
  checks.push_back(check_toolkit(engines));
  checks.push_back(check_permissions(question.results_dir));
  checks.push_back(check_clock());
  checks.push_back(check_carbon(question, environment));
  checks.push_back(check_database(question, environment));
  checks.push_back(check_disk(question.results_dir));
  checks.push_back(check_terminal(environment));
  checks.push_back(check_locale(environment));
  checks.push_back(check_gnuplot());
  return checks;
}

}  // namespace gpubench::commands
