#include "app/saved_run_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "app/saved_metrics.h"
#include "base/text_table.h"
#include "report/text.h"
#include "series/journal/read_journal.h"

namespace gpubench::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kUnknown = "-";

std::string text_of(const Json& run, const char* key) {
  const auto found = run.find(key);
  return found != run.end() && found->is_string() ? report::one_line(found->get<std::string>(), 40) : kUnknown;
}

std::string number_of(const Json& run, const char* key, const char* unit, int decimals) {
  const auto found = run.find(key);
  if (found == run.end() || !found->is_number()) return kUnknown;
  return report::short_number(found->get<double>(), decimals) + unit;
}

std::string gpus_of(const Json& run) {
  const auto count = run.find("device_count");
  const std::string name = text_of(run, "name");
  return count != run.end() && count->is_number_integer() && *count != 1 ? fmt::format("{} x {}", count->get<int>(), name)
                                                                         : name;
}

std::vector<std::string> row_without_figures(const std::string& id, const std::string& why) {
  return {id, why, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown};
}

std::string why_without_figures(const fs::path& directory, const std::string& error) {
  std::error_code ignored;
  if (series::journal_in_use(directory)) return "under way";
  if (!fs::exists(directory / "metrics.json", ignored) && series::has_journal(directory))
    return "not finished: iris-gpubench recover";
  return error;
}

// Why a run's figures are not those of a whole benchmark on this machine.
std::string outcome_of(const Json& run) {
  constexpr std::array<std::pair<const char*, const char*>, 5> kTold{{{"replayed", "REPLAY"},
                                                                      {"recovered", "recovered"},
                                                                      {"timed_out", "timed out"},
                                                                      {"interrupted", "interrupted"},
                                                                      {"workload_failed", "FAILED"}}};
  const auto findings = run.find("findings");
  if (findings == run.end() || !findings->is_array()) return kUnknown;
  std::string text;
  for (const auto& [name, word] : kTold) {
    const bool there = std::any_of(findings->begin(), findings->end(), [&, wanted = name](const Json& finding) {
      return finding.is_object() && finding.value("name", Json()) == wanted;
    });
    if (there) text += (text.empty() ? "" : ", ") + std::string(word);
  }
  return text.empty() ? "complete" : text;
}

std::string energy_per_work(const Json& run) {
  const auto work = run.find("work");
  if (work == run.end() || !work->is_object()) return kUnknown;
  return number_of(*work, "joules_per_unit", " J", 4);
}

std::vector<std::string> row_of(const fs::path& directory) {
  const std::string id = report::one_line(directory.filename().string(), 64);
  const auto metrics = read_saved_metrics(directory);
  if (!metrics) return row_without_figures(id, why_without_figures(directory, metrics.error().message));
  const Json& run = *metrics;
  return {id,
          text_of(run, "benchmark"),
          gpus_of(run),
          text_of(run, "start_datetime"),
          number_of(run, "elapsed_time", " s", 2),
          number_of(run, "total_energy", " kWh", 5),
          number_of(run, "total_carbon", " g", 4),
          number_of(run, "score", " s", 3),
          energy_per_work(run),
          outcome_of(run)};
}

bool is_run(const fs::directory_entry& entry) {
  std::error_code error;
  if (entry.is_symlink(error) || !entry.is_directory(error)) return false;
  return fs::exists(entry.path() / "metrics.json", error) || fs::exists(entry.path() / "metrics.yml", error) ||
         series::has_journal(entry.path());
}

}  // namespace

base::Result<std::string> list_runs(const fs::path& results_dir) {
  std::error_code error;
  std::vector<fs::path> runs;
  for (fs::directory_iterator entry(results_dir, error), end; !error && entry != end; entry.increment(error))
    if (is_run(*entry)) runs.push_back(entry->path());
  if (error)
    return base::failure("cannot list " + results_dir.string() + ": " + error.message(), "name a folder of results");
  if (runs.empty()) return "No runs in " + results_dir.string() + "\n";
  std::sort(runs.begin(), runs.end());
  base::TextTable table(
      {"Run", "Benchmark", "GPU", "Start (UTC)", "Time", "Energy", "Carbon", "Score", "Per Work", "Outcome"});
  for (const fs::path& run : runs) table.add_row(row_of(run));
  return table.text();
}

}  // namespace gpubench::app
