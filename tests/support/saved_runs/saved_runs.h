// Folders of saved runs and sets, made without a measurement. Include it as "support/saved_runs/saved_runs.h", link
// support_saved_runs.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpubench::support {

// How far the tool came before it ended.
enum class Until { start, middle, end, closing };

// 200 W of one H200 for ten seconds from 2026-09-21 14:13:20 UTC. Closed, its carbon is a forecast of 360 g/kWh.
struct JournalledRun {
  std::string id = "run";
  Until until = Until::closing;
  std::string carbon_source = "yearly";      // needs no network
  std::optional<double> grams_per_kwh = {};  // the user's own value
  std::string invocation = "iris-gpubench -- train";
  std::string gpu = "GPU-a";  // its UUID
};

// Its folder with a journal as the program writes it, and no results.
void save_journal(const std::filesystem::path& results, const JournalledRun& run);
// The same, of a run that is under way until what is returned is destroyed.
std::shared_ptr<void> save_living_run(const std::filesystem::path& results, const std::string& id);

// A folder with what lists and comparisons read of metrics.json; `changes` is a JSON merge patch.
void save_metrics(const std::filesystem::path& results, const std::string& id, double joules,
                  const std::string& changes = "{}");

// A set, and the metrics.json of its runs SET-VARIANT-BLOCK.
using VariantJoules = std::vector<std::pair<std::string, std::vector<double>>>;
void save_set_of_runs(const std::filesystem::path& results, const std::string& id, const std::string& label,
                      const VariantJoules& variants);

}  // namespace gpubench::support
