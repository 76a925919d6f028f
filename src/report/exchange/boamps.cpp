#include "report/exchange/boamps.h"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json.h"
#include "base/text.h"

namespace gpubench::report {
namespace {

using Object = nlohmann::ordered_json;

Object measure_of(const record::RunRecord& run) {
  Object measure{{"measurementMethod", "iris-gpubench"},
                 {"version", run.facts.tool_version},
                 {"gpuTrackingMode", "energy counter of each GPU, checked by its power samples"},
                 {"powerConsumption", run.total_energy->kilowatt_hours()},
                 {"measurementDuration", base::to_seconds(run.elapsed())},
                 {"measurementDateTime", base::utc_table_text(run.start_time())}};
  double utilization = 0;
  for (const record::GpuRecord& gpu : run.gpus) {
    const auto& statistics = gpu.statistics[meter::ValueKind::utilization];
    if (!statistics) return measure;
    utilization += statistics->average_all / 100;
  }
  if (!run.gpus.empty()) measure["averageUtilizationGpu"] = utilization / static_cast<double>(run.gpus.size());
  return measure;
}

Object components_of(const record::RunRecord& run) {
  Object components = Object::array();
  std::set<std::string> told;
  for (const record::GpuRecord& gpu : run.gpus) {
    if (!told.insert(gpu.gpu.name).second) continue;
    std::size_t count = 0;
    for (const record::GpuRecord& other : run.gpus) count += other.gpu.name == gpu.gpu.name ? 1U : 0U;
    Object component{{"componentName", base::valid_utf8(gpu.gpu.name)}, {"componentType", "gpu"}, {"nbComponent", count}};
    constexpr double kMebibytesPerGibibyte = 1024;
    if (gpu.gpu.memory_total)
      component["memorySize"] = std::llround(gpu.gpu.memory_total->mebibytes() / kMebibytesPerGibibyte);
    if (gpu.gpu.name.starts_with("NVIDIA") || gpu.gpu.name.starts_with("Tesla")) component["manufacturer"] = "nvidia";
    components.push_back(component);
  }
  return components;
}

// BoAmps' three classes: within 10 %, 25 %, 50 %.
const char* quality_of(const record::RunRecord& run) {
  const double share = run.total_uncertainty.absolute() / *run.total_energy;
  if (share <= 0.10) return "high";
  return share <= 0.25 ? "medium" : "low";
}

Object known_of(const record::RunRecord& run) {
  Object report{{"header",
                 {{"reportId", run.facts.run_id},
                  {"reportDatetime", base::utc_table_text(run.end_time())},
                  {"reportStatus", "draft"}}},
                {"task", {{"taskDescription", base::valid_utf8(run.benchmark.name)}}},
                {"measures", Object::array({measure_of(run)})},
                {"system", {{"os", "linux"}}},
                {"infrastructure", {{"components", components_of(run)}}},
                {"environment", Object::object()},
                {"quality", quality_of(run)}};
  for (const record::EnvironmentFact& fact : run.facts.environment)
    if (fact.name == "operating_system") report["system"]["distribution"] = base::valid_utf8(fact.value);
  if (!run.carbon_place.empty()) report["environment"]["location"] = base::valid_utf8(run.carbon_place);
  if (run.emissions) report["environment"]["powerSourceCarbonIntensity"] = run.emissions->average.grams_per_kilowatt_hour();
  return report;
}

std::string missing_in(const Object& report) {
  constexpr std::array<std::pair<const char*, const char*>, 7> kWanted{{{"task", "taskStage"},
                                                                        {"task", "taskFamily"},
                                                                        {"task", "algorithms"},
                                                                        {"task", "dataset"},
                                                                        {"infrastructure", "infraType"},
                                                                        {"environment", "country"},
                                                                        {"software", "language"}}};
  std::string missing;
  for (const auto& [part, key] : kWanted)
    if (!report.contains(part) || !report[part].is_object() || !report[part].contains(key))
      base::add_item(missing, std::string(part) + "." + key, ", ");
  return missing;
}

}  // namespace

base::Result<std::string> boamps_report(const record::RunRecord& run, std::string_view about) {
  if (!run.total_energy) return base::failure("the energy of the run is not known, so there is no BoAmps report of it");
  Object report = known_of(run);
  if (!about.empty()) {
    const Object more = Object::parse(about, nullptr, false);
    if (!more.is_object())
      return base::failure("the file of --about is not a JSON object", "docs/howto/exchange.md has an example");
    report.merge_patch(more);
  }
  if (const std::string missing = missing_in(report); !missing.empty())
    return base::failure("BoAmps wants to know what no meter knows: " + missing,
                         "write them into a JSON file and name it with --about; docs/howto/exchange.md has an example");
  return base::json_text(report, 2) + "\n";
}

}  // namespace gpubench::report
