#include "commands/run_list_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text_table.h"
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

std::vector<std::string> row_of(const runs::ListedRun& run) {
  const std::string id = report::one_line(run.id, 64);
  if (!run.why_unknown.empty())
    return {id, run.why_unknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown};
  return {id,
          text_cell(run.benchmark),
          gpus_cell(run),
          text_cell(run.start),
          number_cell(run.seconds, " s", 2),
          number_cell(run.kilowatt_hours, " kWh", 5),
          number_cell(run.grams, " g", 4),
          number_cell(run.score, " s", 3),
          number_cell(run.joules_per_work, " J", 4),
          run.outcome.value_or(kUnknown)};
}

}  // namespace

namespace {

constexpr std::size_t kShortestId = sizeof("20261122t120512") - 1;  // its time to the second
constexpr const char* kNarrowRow = "{:<15}  {:<18}  {:<10}  {:>8}  {:>8}  {}\n";

// The shortest beginnings that name one run each.
std::vector<std::string> short_ids(const std::vector<runs::ListedRun>& runs) {
  std::vector<std::string> ids;
  for (const runs::ListedRun& run : runs) {
    std::size_t length = kShortestId;
    const auto same = [&](const runs::ListedRun& other) {
      return other.id != run.id && other.id.compare(0, length, run.id, 0, length) == 0;
    };
    while (length < run.id.size() && std::any_of(runs.begin(), runs.end(), same)) ++length;
    ids.push_back(report::one_line(run.id.substr(0, length), 64));
  }
  return ids;
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

std::string narrow_row(const runs::ListedRun& run, const std::string& id) {
  constexpr double kJoulesPerKilowattHour = 3.6e6;
  if (!run.why_unknown.empty()) return fmt::format("{:<15}  {}\n", id, run.why_unknown);
  std::optional<double> joules;
  if (run.kilowatt_hours) joules = *run.kilowatt_hours * kJoulesPerKilowattHour;
  return fmt::format(kNarrowRow, id, report::one_line(run.benchmark.empty() ? kUnknown : run.benchmark, 18), narrow_gpu(run),
                     scaled(run.seconds, {{1, "s"}, {60, "min"}, {3600, "h"}}),
                     scaled(joules, {{1, "J"}, {1e3, "kJ"}, {1e6, "MJ"}, {1e9, "GJ"}}), run.outcome.value_or(kUnknown));
}

}  // namespace

std::string run_list(const std::vector<runs::ListedRun>& runs) {
  const std::vector<std::string> ids = short_ids(runs);
  std::string text = fmt::format(kNarrowRow, "Run", "Benchmark", "GPU", "Time", "Energy", "Outcome");
  for (std::size_t i = 0; i < runs.size(); ++i) text += narrow_row(runs[i], ids[i]);
  return text;
}

std::string wide_run_list(const std::vector<runs::ListedRun>& runs) {
  base::TextTable table(
      {"Run", "Benchmark", "GPU", "Start (UTC)", "Time", "Energy", "Carbon", "Score", "Per Work", "Outcome"});
  for (const runs::ListedRun& run : runs) table.add_row(row_of(run));
  return table.text();
}

}  // namespace gpubench::commands
