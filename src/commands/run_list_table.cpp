#include "commands/run_list_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text_table.h"
#include "report/figure_text.h"
#include "report/text.h"

namespace gpubench::commands {
namespace {

constexpr const char* kUnknown = "-";
constexpr double kLargestInFull = 1e12;  // no run comes near it; a file may say anything

std::string text_cell(const std::string& text) {
  return text.empty() ? kUnknown : report::one_line(text, 40);
}

std::string number_cell(const std::optional<double>& value, const char* unit, int decimals) {
  if (!value) return kUnknown;
  const bool fits = std::abs(*value) < kLargestInFull;
  return (fits ? report::short_number(*value, decimals) : fmt::format("{:.3g}", *value)) + unit;
}

std::string gpus_cell(const runs::ListedRun& run) {
  const std::string name = text_cell(run.gpu_name);
  return run.gpu_count && *run.gpu_count != 1 ? fmt::format("{} x {}", *run.gpu_count, name) : name;
}

std::string name_of(const runs::ListedRun& run) {
  const std::string benchmark = run.benchmark.empty() ? kUnknown : run.benchmark;
  return run.label.empty() || !run.in.set.empty() ? benchmark : run.label + " (" + benchmark + ")";
}

// Of a run in a set also what it is there.
std::string outcome_of(const runs::ListedRun& run) {
  const std::string outcome = run.outcome.value_or(kUnknown);
  return outcome == "complete" && !run.in.role.empty() ? run.in.role : outcome;
}

std::string energy_cell(const runs::ListedRun& run) {
  if (!run.kilowatt_hours || !run.half_width.joules || std::abs(*run.kilowatt_hours) >= kLargestInFull)
    return number_cell(run.kilowatt_hours, " kWh", 5);
  return report::kilowatt_hours_text(base::Energy::from_kilowatt_hours(*run.kilowatt_hours),
                                     base::Energy::from_joules(*run.half_width.joules));
}

// "training, 71 %"
std::string phase_cell(const runs::ListedRun& run) {
  const runs::ListedPhase* const largest = runs::largest_phase(run);
  if (largest == nullptr || !run.joules || !(*run.joules > 0)) return kUnknown;
  return text_cell(largest->name) + fmt::format(", {:.0f} %", *largest->joules / *run.joules * 100);
}

std::vector<std::string> row_of(const runs::ListedRun& run) {
  const std::string id = report::one_line(run.id, 64);
  if (!run.why_unknown.empty())
    return {id, run.why_unknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown};
  return {id,
          text_cell(name_of(run)),
          gpus_cell(run),
          text_cell(run.start),
          number_cell(run.seconds, " s", 2),
          energy_cell(run),
          number_cell(run.grams, " g", 4),
          number_cell(run.score, " s", 3),
          number_cell(run.joules_per_work, " J", 4),
          phase_cell(run),
          outcome_of(run)};
}

}  // namespace

namespace {

constexpr std::size_t kShortestId = sizeof("20261122t120512") - 1;  // its time to the second
constexpr std::size_t kIdAndBenchmark = 33;                         // columns of both
constexpr std::size_t kLeastOfABenchmark = 8;
constexpr const char* kNarrowRow = "{:<{}}  {:<{}}  {:<10}  {:>8}  {:>8}  {}\n";

// As sorted, those next to each other are most alike.
std::vector<std::string> sorted_ids(const std::vector<runs::ListedRun>& all) {
  std::vector<std::string> ids;
  ids.reserve(all.size());
  for (const runs::ListedRun& run : all) ids.push_back(run.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::size_t common_length(const std::string& a, const std::string& b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

// The shortest beginning that names this one alone.
std::string short_id(const std::string& id, const std::vector<std::string>& sorted) {
  std::size_t length = kShortestId;
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), id);
  if (first != sorted.begin()) length = std::max(length, common_length(id, *(first - 1)) + 1);
  if (last != sorted.end()) length = std::max(length, common_length(id, *last) + 1);
  return report::one_line(id.substr(0, length), 64);
}

std::string narrow_gpu(const runs::ListedRun& run) {
  constexpr std::string_view kMaker = "NVIDIA ";
  runs::ListedRun shorter = run;
  if (shorter.gpu_name.starts_with(kMaker)) shorter.gpu_name.erase(0, kMaker.size());
  return report::one_line(gpus_cell(shorter), 10);
}

// Three digits and a unit: "20.8 kJ", "12.5 min".
std::string scaled(const std::optional<double>& value, std::initializer_list<std::pair<double, const char*>> units) {
  if (!value || !std::isfinite(*value)) return kUnknown;
  std::pair<double, const char*> unit = *units.begin();
  for (const auto& larger : units)
    if (std::abs(*value) >= larger.first) unit = larger;
  const double scaled_value = *value / unit.first;
  const double size = std::abs(scaled_value);
  if (size > kLargestInFull) return fmt::format("{:.1g} {}", scaled_value, unit.second);
  const int digits_of_large = size < 100 ? 1 : 0;
  return fmt::format("{:.{}f} {}", scaled_value, size < 10 ? 2 : digits_of_large, unit.second);
}

struct NarrowColumns {
  std::size_t id;
  std::size_t benchmark;
};

std::string narrow_row(const runs::ListedRun& run, const std::string& id, const NarrowColumns& columns) {
  constexpr double kJoulesPerKilowattHour = 3.6e6;
  if (!run.why_unknown.empty()) return fmt::format("{:<{}}  {}\n", id, columns.id, run.why_unknown);
  std::optional<double> joules;
  if (run.kilowatt_hours) joules = *run.kilowatt_hours * kJoulesPerKilowattHour;
  return fmt::format(kNarrowRow, id, columns.id, report::one_line(name_of(run), columns.benchmark), columns.benchmark,
                     narrow_gpu(run), scaled(run.seconds, {{1, "s"}, {60, "min"}, {3600, "h"}}),
                     scaled(joules, {{1, "J"}, {1e3, "kJ"}, {1e6, "MJ"}, {1e9, "GJ"}}), outcome_of(run));
}

}  // namespace

std::string run_list(const std::vector<runs::ListedRun>& runs, const std::vector<runs::ListedRun>& all) {
  const std::vector<std::string> sorted = sorted_ids(all);
  std::vector<std::string> ids;
  NarrowColumns columns{kShortestId, 0};
  for (const runs::ListedRun& run : runs) {
    ids.push_back((run.in.set.empty() ? "" : "  ") + short_id(run.id, sorted));
    columns.id = std::max(columns.id, ids.back().size());
  }
  columns.benchmark = std::max(kIdAndBenchmark, columns.id + kLeastOfABenchmark) - columns.id;
  std::string text =
      fmt::format(kNarrowRow, "Run", columns.id, "Benchmark", columns.benchmark, "GPU", "Time", "Energy", "Outcome");
  for (std::size_t i = 0; i < runs.size(); ++i) text += narrow_row(runs[i], ids[i], columns);
  return text;
}

std::string wide_run_list(const std::vector<runs::ListedRun>& runs) {
  base::TextTable table({"Run", "Benchmark", "GPU", "Start (UTC)", "Time", "Energy", "Carbon", "Score", "Per Work",
                         "Largest Phase", "Outcome"});
  for (const runs::ListedRun& run : runs) table.add_row(row_of(run));
  return table.text();
}

}  // namespace gpubench::commands
