#include "commands/run_list_table.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

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

std::string run_list_table(const std::vector<runs::ListedRun>& runs) {
  base::TextTable table(
      {"Run", "Benchmark", "GPU", "Start (UTC)", "Time", "Energy", "Carbon", "Score", "Per Work", "Outcome"});
  for (const runs::ListedRun& run : runs) table.add_row(row_of(run));
  return table.text();
}

}  // namespace gpubench::commands
