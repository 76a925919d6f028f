#include "compare/run_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "carbon/utc_time.h"
#include "platform/regular_file.h"
#include "statistics/floors.h"

namespace gpubench::compare {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kLargestFile = std::uint64_t{64} << 20U;
constexpr int kSchemaVersion = 1;
constexpr double kStartAndEnd = 0.001;  // seconds that each of them may be off (docs/method.md)

// A member of an object, or null. Copies nothing: a file of anybody's may be nested deep.
const Json& member(const Json& object, const char* key) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

std::string text_in(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<double> number_in(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_number()) return std::nullopt;
  const auto number = value.get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

double disagreement_of(const Json& uncertainty) {
  double squares = 0;
  const Json& terms = member(uncertainty, "terms");
  if (!terms.is_array()) return 0;
  for (const Json& term : terms)
    if (text_in(term, "name") == "disagreement") squares += std::pow(number_in(term, "standard_joules").value_or(0), 2);
  return std::sqrt(squares);
}

// The file states half-widths for k = 2.
Figure energy_figure(double joules, const Json& uncertainty) {
  const double standard = number_in(uncertainty, "comparative_joules").value_or(0) / 2;
  const auto parts = statistics::own_and_common(standard, disagreement_of(uncertainty));
  return {joules, parts.own, parts.common};
}

Figure scaled(const Figure& figure, double factor) {
  return {figure.value * factor, figure.meter * std::abs(factor), figure.common * std::abs(factor)};
}

// Digits after the point in the shortest text that reads back as the number.
int decimals_of(double value) {
  std::array<char, 40> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (written.ec != std::errc()) return -1;
  const std::string_view all(text.data(), static_cast<std::size_t>(written.ptr - text.data()));
  const std::size_t point = all.find('.');
  return point == std::string_view::npos ? 0 : static_cast<int>(all.size() - point - 1);
}

Board board_of(const Json& gpu, const std::string& host) {
  Board board;
  board.uuid = text_in(gpu, "uuid");
  if (board.uuid.empty()) board.uuid = "no UUID: " + host + " " + text_in(gpu, "pci_bus_id");
  board.name = text_in(gpu, "name");
  board.joules = number_in(gpu, "energy_joules");
  board.power_limit_watts = number_in(member(gpu, "limits"), "power_limit_watts");
  const Json& before = member(member(member(gpu, "energy"), "idle"), "before");
  board.start_celsius = number_in(before, "temperature_celsius");
  board.mean_celsius = number_in(member(gpu, "temperature_celsius"), "average_all");
  board.sm_clock_mhz = number_in(member(gpu, "sm_clock_mhz"), "average_all");
  return board;
}

// Of the driver's accumulators where it has them, else of the readings.
bool is_slowed_by_heat(const Json& gpu) {
  const auto names_heat = [](const Json& list) {
    return list.is_array() && std::any_of(list.begin(), list.end(), [](const Json& entry) {
             const bool lasted = number_in(entry, "seconds").value_or(0) > 0 || number_in(entry, "share").value_or(0) > 0;
             return lasted && text_in(entry, "reason").find("thermal") != std::string::npos;
           });
  };
  return names_heat(member(gpu, "throttling")) || names_heat(member(member(gpu, "events"), "throttle_times"));
}

std::optional<Figure> above_idle_figure(const Json& gpus) {
  Figure sum;
  if (!gpus.is_array() || gpus.empty()) return std::nullopt;
  for (const Json& gpu : gpus) {
    const Json& idle = member(member(gpu, "energy"), "idle");
    const auto joules = number_in(idle, "energy_above_joules");
    if (!joules) return std::nullopt;
    const Figure one = energy_figure(*joules, member(idle, "uncertainty"));
    sum = {sum.value + one.value, std::hypot(sum.meter, one.meter), std::hypot(sum.common, one.common)};
  }
  return sum;
}

void read_gpus(RunValues& run, const Json& gpus) {
  if (!gpus.is_array()) return;
  for (const Json& gpu : gpus) {
    run.boards.push_back(board_of(gpu, run.host));
    run.slowed_by_heat = run.slowed_by_heat || is_slowed_by_heat(gpu);
  }
}

void read_work(RunValues& run, const Json& work, const std::optional<Figure>& energy, double seconds) {
  const auto amount = number_in(work, "amount");
  if (!amount || *amount <= 0) return;
  run.work_unit = text_in(work, "unit");
  if (seconds > 0) run.figures[index_of(Metric::work)] = Figure{*amount / seconds};
  if (energy) run.figures[index_of(Metric::energy_per_work)] = scaled(*energy, 1 / *amount);
}

void read_figures(RunValues& run, const Json& metrics) {
  const auto put = [&run](Metric metric, const std::optional<Figure>& figure) { run.figures[index_of(metric)] = figure; };
  const auto joules = number_in(metrics, "total_energy_joules");
  const auto energy =
      joules ? std::optional(energy_figure(*joules, member(metrics, "total_energy_uncertainty"))) : std::nullopt;
  const double seconds = number_in(metrics, "elapsed_time").value_or(0);
  put(Metric::energy, energy);
  if (seconds > 0) put(Metric::time, Figure{seconds, kStartAndEnd / std::numbers::sqrt3});
  if (energy && seconds > 0) put(Metric::power, scaled(*energy, 1 / seconds));
  run.grams_per_kwh = number_in(metrics, "av_carbon_forecast");
  const auto grams = number_in(metrics, "total_carbon");
  if (energy && grams && energy->value > 0) put(Metric::carbon, scaled(*energy, *grams / energy->value));
  if (const auto score = number_in(metrics, "score")) put(Metric::score, Figure{*score, 0, 0, decimals_of(*score)});
  read_work(run, member(metrics, "work"), energy, seconds);
  put(Metric::energy_above_idle, above_idle_figure(member(metrics, "gpus")));
}

void read_phases(RunValues& run, const Json& phases) {
  constexpr std::size_t kMostPhases = 1000;
  if (!phases.is_array()) return;
  for (const Json& phase : phases) {
    const auto seconds = number_in(phase, "seconds");
    if (!seconds || run.phases.size() == kMostPhases) continue;
    PhaseValues values{text_in(phase, "path"), *seconds, std::nullopt};
    const auto joules = number_in(phase, "energy_joules");
    const auto own = number_in(phase, "self_uncertainty_joules");  // the unmarked time has no other
    const Json& uncertainty = member(phase, "uncertainty");
    if (joules && uncertainty.is_object())
      values.energy = energy_figure(*joules, uncertainty);
    else if (joules)
      values.energy = Figure{*joules, own.value_or(0) / 2};
    run.phases.push_back(std::move(values));
  }
}

std::vector<std::string> finding_names(const Json& findings) {
  std::vector<std::string> names;
  if (!findings.is_array()) return names;
  for (const Json& finding : findings) names.push_back(text_in(finding, "name"));
  return names;
}

double start_of(const Json& metrics) {
  const auto start = carbon::parse_utc_time(text_in(metrics, "start_time"));
  return start ? std::chrono::duration<double>(start->time_since_epoch()).count() : 0;
}

}  // namespace

std::string RunValues::key() const {
  return benchmark + (command.empty() ? "" : " [" + command + "]") + ", " + std::to_string(boards.size()) + " GPU";
}

base::Result<RunValues> run_values(const Json& metrics) {
  const auto version = number_in(metrics, "schema_version");
  if (!version) return base::failure("it is not the metrics.json of a run");
  RunValues run;
  run.id = text_in(metrics, "run_id");
  run.benchmark = text_in(metrics, "benchmark");
  if (*version != kSchemaVersion) {
    run.unusable = fmt::format("schema version {:g}, not {}", *version, kSchemaVersion);
    return run;
  }
  const Json& workload = member(metrics, "workload");
  run.kind = text_in(workload, "kind");
  run.command = text_in(workload, "command");
  run.image = text_in(workload, "image_id");
  run.host = text_in(metrics, "host");
  run.tool_version = text_in(metrics, "tool_version");
  const Json& source = member(metrics, "source");
  run.driver = text_in(source, "driver_version");
  const Json& replay = member(source, "replay");
  run.replayed = replay.is_boolean() && replay.get<bool>();
  run.start_seconds = start_of(metrics);
  run.findings = finding_names(member(metrics, "findings"));
  read_gpus(run, member(metrics, "gpus"));
  read_figures(run, metrics);
  read_phases(run, member(metrics, "phases"));
  return run;
}

base::Result<RunValues> read_run_values(const std::filesystem::path& metrics_file) {
  const auto text = platform::read_regular_file(metrics_file, kLargestFile);
  if (!text) return base::failure("cannot read " + metrics_file.string());
  const Json metrics = base::parse_json(*text);
  if (!metrics.is_object()) return base::failure(metrics_file.string() + " is damaged");
  auto run = run_values(metrics);
  if (!run) return base::failure(run.error().with_context(metrics_file.string()));
  if (run->id.empty()) run->id = metrics_file.parent_path().filename().string();
  return run;
}

std::vector<std::string> causes_not_to_count(const RunValues& run) {
  static constexpr std::array<std::string_view, 8> kCauses{"interrupted", "timed_out", "workload_failed", "energy_unknown",
                                                           "gpu_lost",    "recovered", "xid_errors",      "foreign_process"};
  std::vector<std::string> causes;
  if (!run.unusable.empty()) causes.push_back(run.unusable);
  for (const std::string& name : run.findings)
    if (std::find(kCauses.begin(), kCauses.end(), name) != kCauses.end() &&
        std::find(causes.begin(), causes.end(), name) == causes.end())
      causes.push_back(name);
  return causes;
}

}  // namespace gpubench::compare
