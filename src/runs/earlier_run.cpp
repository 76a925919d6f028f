#include "runs/earlier_run.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runs/saved_metrics.h"

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;
using Metrics = nlohmann::ordered_json;

constexpr std::size_t kMostRead = 20;
constexpr std::size_t kTimeOfId = sizeof("20260102t030405-123456789z") - 1;

// Of "20260102t030405-123456789z-name-2": "name", as far as ids of one benchmark have it in common.
std::string_view name_in(std::string_view id) {
  id.remove_prefix(std::min(kTimeOfId, id.size()));
  const std::size_t end = id.find_last_not_of("0123456789");
  if (end != std::string_view::npos && end > 0 && id[end] == '-') id = id.substr(0, end);
  return id;
}

// Those of the same name, the newest first: ids begin with the time.
std::vector<std::string> candidates(const fs::path& results_dir, const std::string& id) {
  std::vector<std::string> ids;
  std::error_code error;
  for (fs::directory_iterator entry(results_dir, error), end; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (name < id && name_in(name) == name_in(id)) ids.push_back(std::move(name));
  }
  std::sort(ids.rbegin(), ids.rend());
  ids.resize(std::min(ids.size(), kMostRead));
  return ids;
}

std::multiset<std::string> texts_of_gpus(const Metrics& metrics, const char* key) {
  std::multiset<std::string> texts;
  const Metrics* const gpus = member(metrics, "gpus");
  if (gpus == nullptr || !gpus->is_array()) return texts;
  for (const Metrics& gpu : *gpus)
    if (gpu.is_object()) texts.insert(text_in(gpu, key));
  return texts;
}

// Succeeded, and as much a replay as this run.
bool is_comparable(const Metrics& metrics, const record::RunRecord& run) {
  if (text_in(metrics, "benchmark") != run.benchmark.name) return false;
  const Metrics* const workload = object_in(metrics, "workload");
  if (workload == nullptr) return false;
  if (run.facts.name.empty() && text_in(*workload, "command") != run.benchmark.command_line) return false;
  const Metrics* const interrupted = member(*workload, "interrupted");
  const bool to_its_end = interrupted != nullptr && interrupted->is_boolean() && !interrupted->get<bool>();
  if (!to_its_end || number_in(*workload, "exit_code") != 0.0) return false;
  const Metrics* const source = object_in(metrics, "source");
  const bool replay = source != nullptr && text_in(*source, "kind") == meter::kReplay;
  return replay == run.facts.source.is_replay();
}

std::optional<record::EarlierRun> read_run(const std::string& id, const Metrics& metrics, const record::RunRecord& run) {
  std::multiset<std::string> names;
  std::multiset<std::string> uuids;
  for (const record::GpuRecord& gpu : run.gpus) {
    names.insert(gpu.gpu.name);
    uuids.insert(gpu.gpu.uuid);
  }
  const auto seconds = number_in(metrics, "elapsed_time");
  if (!is_comparable(metrics, run) || texts_of_gpus(metrics, "name") != names || !seconds) return std::nullopt;
  record::EarlierRun earlier;
  earlier.id = id;
  earlier.start = text_in(metrics, "start_datetime");
  earlier.elapsed = base::from_seconds(*seconds);
  earlier.same_boards = texts_of_gpus(metrics, "uuid") == uuids;
  const Metrics* const uncertainty = object_in(metrics, "total_energy_uncertainty");
  const auto joules = number_in(metrics, "total_energy_joules");
  if (!joules || uncertainty == nullptr) return earlier;
  const auto half_width = number_in(*uncertainty, earlier.same_boards ? "comparative_joules" : "absolute_joules");
  if (!half_width) return earlier;
  earlier.energy = base::Energy::from_joules(*joules);
  earlier.half_width = base::Energy::from_joules(*half_width);
  return earlier;
}

}  // namespace

std::optional<record::EarlierRun> find_earlier_run(const fs::path& results_dir, const record::RunRecord& run) {
  for (const std::string& id : candidates(results_dir, run.facts.run_id)) {
    const auto metrics = read_saved_metrics(results_dir / id);
    if (!metrics) continue;
    if (auto earlier = read_run(id, *metrics, run)) return earlier;
  }
  return std::nullopt;
}

}  // namespace gpubench::runs
