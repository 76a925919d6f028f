#include "app/saved_run_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/text_table.h"
#include "report/text.h"
#include "series/journal/read_journal.h"

namespace gpubench::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uintmax_t kLargestFile = std::uintmax_t{64} << 20U;
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

std::vector<std::string> unreadable_row(const fs::path& directory, const std::string& id) {
  std::string why = "no metrics.json";
  if (series::journal_in_use(directory))
    why = "under way";
  else if (series::has_journal(directory))
    why = "not finished: iris-gpubench recover";
  return {id, why, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown};
}

std::vector<std::string> row_of(const fs::path& directory) {
  const std::string id = report::one_line(directory.filename().string(), 64);
  const fs::path file = directory / "metrics.json";
  std::error_code error;
  if (!fs::is_regular_file(file, error) || fs::file_size(file, error) > kLargestFile) return unreadable_row(directory, id);
  std::ifstream in(file, std::ios::binary);
  const Json run = Json::parse(in, nullptr, false);
  if (!run.is_object()) return {id, "metrics.json is damaged", kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown};
  return {id,
          text_of(run, "benchmark"),
          gpus_of(run),
          text_of(run, "start_datetime"),
          number_of(run, "elapsed_time", " s", 2),
          number_of(run, "total_energy", " kWh", 5),
          number_of(run, "total_carbon", " g", 4),
          number_of(run, "score", " s", 3)};
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
  base::TextTable table({"Run", "Benchmark", "GPU", "Start (UTC)", "Time", "Energy", "Carbon", "Score"});
  for (const fs::path& run : runs) table.add_row(row_of(run));
  return table.text();
}

}  // namespace gpubench::app
