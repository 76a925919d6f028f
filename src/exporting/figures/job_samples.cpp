#include "exporting/figures/job_samples.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "carbon/utc_time.h"
#include "runs/saved_metrics.h"

namespace gpubench::exporting {
namespace {

using Json = nlohmann::ordered_json;

Labels labels_of_job(const Json& job, const std::string& id) {
  RunLabels run;
  run.run_id = id;
  run.host = runs::text_in(job, "host");
  run.benchmark = runs::text_in(job, "benchmark");
  constexpr double kMostBoards = 1e6;
  const double boards = std::clamp(runs::number_in(job, "device_count").value_or(0), 0.0, kMostBoards);
  run.gpus.resize(static_cast<std::size_t>(boards));
  for (meter::GpuDescription& gpu : run.gpus) gpu.name = runs::text_in(job, "name");
  return result_labels(run);
}

class JobFigures {
 public:
  JobFigures(FigureSamples& out, Labels labels) : out_(out), labels_(std::move(labels)) {}

  void add(const std::string& name, const std::optional<double>& value) const {
    if (value) out_.add("gpubench_job_" + name, labels_, *value);
  }
  // The number that an object has under a key.
  void add(const std::string& name, const Json* object, const char* key) const {
    if (object != nullptr) add(name, runs::number_in(*object, key));
  }
  // Of one node.
  void add_node(const Json& node) const {
    Labels which = labels_;
    which.emplace_back("node", runs::text_in(node, "node"));
    const JobFigures of_node(out_, std::move(which));
    of_node.add("node_energy_joules", &node, "energy_joules");
    of_node.add("node_duration_seconds", &node, "elapsed_seconds");
    of_node.add("node_waiting_seconds", &node, "waiting_seconds");
  }

 private:
  FigureSamples& out_;
  Labels labels_;
};

void add_energy(const JobFigures& out, const Json& job) {
  const auto energy = runs::number_in(job, "total_energy_joules");
  const auto seconds = runs::number_in(job, "elapsed_time");
  out.add("duration_seconds", seconds);
  out.add("energy_joules", energy);
  out.add("energy_uncertainty_joules", runs::object_in(job, "total_energy_uncertainty"), "comparative_joules");
  out.add("known_energy_joules", &job, "known_energy_joules");
  if (energy && seconds && *seconds > 0) out.add("average_power_watts", *energy / *seconds);
  out.add("emissions_grams", runs::object_in(job, "emissions"), "total_grams");
  out.add("known_emissions_grams", &job, "known_emissions_grams");
}

void add_shape(const JobFigures& out, const Json& job) {
  const Json* const group = runs::object_in(job, "group");
  for (const char* const what : {"nodes", "nodes_expected", "ranks", "ranks_expected"}) out.add(what, group, what);
  out.add("exit_code", runs::object_in(job, "workload"), "exit_code");
  const Json* const findings = runs::member(job, "findings");
  if (findings != nullptr && findings->is_array()) out.add("findings", static_cast<double>(findings->size()));
  const Json* const balance = runs::object_in(job, "balance");
  out.add("time_imbalance_ratio", balance, "time");
  out.add("energy_imbalance_ratio", balance, "energy");
  const Json* const nodes = runs::member(job, "nodes");
  if (nodes == nullptr || !nodes->is_array()) return;
  std::for_each(nodes->begin(), nodes->end(), [&](const Json& node) {
    if (node.is_object()) out.add_node(node);
  });
}

}  // namespace

std::unique_ptr<Source> make_job_samples(const std::filesystem::path& job_folder, Names /*names*/) {
  const std::string id = job_folder.filename().string();
  const auto job = runs::read_saved_metrics(job_folder, "gpus");
  const auto end = carbon::parse_utc_time(job ? runs::text_in(*job, "end_time") : std::string());
  if (!end) return std::make_unique<FigureSamples>(id, 0, 0);
  const Json* const group = runs::object_in(*job, "group");
  const double parts = group == nullptr ? 0 : runs::number_in(*group, "parts").value_or(0);
  auto samples = std::make_unique<FigureSamples>(
      id, std::chrono::floor<std::chrono::milliseconds>(end->time_since_epoch()).count(),
      static_cast<std::uint64_t>(std::clamp(parts, 0.0, 1e9)));  // with a part more, all is sent again
  const JobFigures out(*samples, labels_of_job(*job, id));
  add_energy(out, *job);
  add_shape(out, *job);
  return samples;
}

}  // namespace gpubench::exporting
