#include "exporting/journal/results.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/json.h"
#include "exporting/run_series.h"
#include "record/work_rate.h"
#include "runs/json_fields.h"

namespace gpubench::exporting {
namespace {

using meter::ValueKind;

using Json = nlohmann::ordered_json;

constexpr std::string_view kNote = "results";

std::int64_t milliseconds(base::WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

RunLabels labels_of(const record::RunRecord& run) {
  RunLabels labels;
  labels.run_id = run.facts.run_id;
  labels.host = run.facts.host;
  labels.benchmark = run.benchmark.name;
  labels.source = run.facts.source.name;
  for (const record::GpuRecord& gpu : run.gpus) labels.gpus.push_back(gpu.gpu);
  return labels;
}

// Collects values that belong to the end of the run.
class Results {
 public:
  explicit Results(const record::RunRecord& run)
      : labels_(result_labels(labels_of(run))), end_ms_(milliseconds(run.end_time())) {}

  void add(std::string name, std::optional<double> value, const Labels& more = {}) {
    if (!value || !std::isfinite(*value)) return;
    ResultSample sample{std::move(name), labels_, end_ms_, *value};
    sample.labels.insert(sample.labels.end(), more.begin(), more.end());
    samples.push_back(std::move(sample));
  }

  std::vector<ResultSample> samples;

 private:
  Labels labels_;
  std::int64_t end_ms_;
};

template <class T, class Read>
std::optional<double> read(const std::optional<T>& value, Read unit) {
  return value ? std::optional(std::invoke(unit, *value)) : std::nullopt;
}

void add_run(Results& out, const record::RunRecord& run) {
  out.add("gpubench_run_duration_seconds", base::to_seconds(run.elapsed()));
  out.add("gpubench_run_score", run.benchmark.score);
  const record::WorkRate rate = record::work_rate(run);
  if (run.benchmark.work) out.add("gpubench_run_work", run.benchmark.work->amount, {{"unit", run.benchmark.work->unit}});
  out.add("gpubench_run_work_per_second", rate.per_second);
  out.add("gpubench_run_work_energy_joules", read(rate.energy, &base::Energy::joules));
  if (run.benchmark.exit_code) out.add("gpubench_run_exit_code", *run.benchmark.exit_code);
  out.add("gpubench_run_findings", static_cast<double>(run.findings.size()));
  out.add("gpubench_run_energy_joules", read(run.total_energy, &base::Energy::joules));
  if (run.total_energy && !run.total_uncertainty.terms.empty())
    out.add("gpubench_run_energy_uncertainty_joules", run.total_uncertainty.comparative().joules());
  const double seconds = base::to_seconds(run.elapsed());
  if (run.total_energy && seconds > 0) out.add("gpubench_run_average_power_watts", run.total_energy->joules() / seconds);
  for (const record::Finding& finding : run.findings)
    out.add("gpubench_run_finding_info", 1,
            {{"finding", record::finding_name(finding)}, {"text", record::finding_text(finding)}});
}

void add_gpus(Results& out, const record::RunRecord& run) {
  for (const record::GpuRecord& gpu : run.gpus) {
    const Labels which{{"gpu", std::to_string(gpu.gpu.index)}, {"gpu_uuid", gpu.gpu.uuid}};
    if (const energy::EnergyEstimate* best = gpu.energy.best())
      out.add("gpubench_run_gpu_energy_joules", best->energy.joules(), which);
    out.add("gpubench_run_gpu_average_power_watts", read(gpu.average_power, &base::Power::watts), which);
    out.add("gpubench_run_gpu_peak_power_watts", read(gpu.peak_power, &base::Power::watts), which);
    const auto percent = [](const record::Statistics& all) { return all.average_all / 100; };
    out.add("gpubench_run_gpu_average_utilization_ratio", read(gpu.statistics[ValueKind::utilization], percent), which);
    const auto highest = [](const record::Statistics& all) { return all.maximum; };
    out.add("gpubench_run_gpu_maximum_temperature_celsius", read(gpu.statistics[ValueKind::temperature], highest), which);
  }
}

// "epoch/step"
std::string path_of(const phases::PhaseAccount& account, std::size_t phase) {
  std::string path = account.phases[phase].name;
  for (auto parent = account.phases[phase].parent; parent; parent = account.phases[*parent].parent)
    path.insert(0, account.phases[*parent].name + "/");
  return path;
}

void add_phase(Results& out, const phases::Phase& phase, const std::string& path) {
  const Labels which{{"phase", path}};
  out.add("gpubench_run_phase_duration_seconds", base::to_seconds(phase.time), which);
  out.add("gpubench_run_phase_energy_joules", read(phase.energy, &base::Energy::joules), which);
  if (phase.energy && !phase.uncertainty.terms.empty())
    out.add("gpubench_run_phase_energy_uncertainty_joules", phase.uncertainty.comparative().joules(), which);
  out.add("gpubench_run_phase_average_power_watts", read(phase.average_power(), &base::Power::watts), which);
}

// The longest of the outermost phases, for those who draw the run: when each began.
void add_phase_starts(Results& out, const record::RunRecord& run) {
  constexpr std::size_t kMostStarts = 50;
  const phases::PhaseAccount& account = *run.phases;
  std::vector<const phases::PhaseBar*> outermost;
  for (const phases::PhaseBar& bar : account.bars)
    if (account.phases[bar.phase].depth == 0) outermost.push_back(&bar);
  const auto longer = [](const auto* a, const auto* b) { return a->time.length() > b->time.length(); };
  std::stable_sort(outermost.begin(), outermost.end(), longer);
  if (outermost.size() > kMostStarts) outermost.resize(kMostStarts);
  for (std::size_t number = 0; number < outermost.size(); ++number) {
    const base::WallTime start = run.facts.anchor.to_wall(outermost[number]->time.start);
    out.add("gpubench_run_phase_start_timestamp_seconds", static_cast<double>(milliseconds(start)) / 1e3,
            {{"phase", path_of(account, outermost[number]->phase)}, {"number", std::to_string(number + 1)}});
  }
}

void add_phases(Results& out, const record::RunRecord& run) {
  constexpr std::size_t kMostPhases = 100;
  if (!run.phases) return;
  const std::vector<phases::Phase>& phases = run.phases->phases;
  for (std::size_t i = 0; i < std::min(phases.size(), kMostPhases); ++i) add_phase(out, phases[i], path_of(*run.phases, i));
  add_phase(out, run.phases->unmarked, run.phases->unmarked.name);
  add_phase_starts(out, run);
}

void add_carbon(Results& out, const record::RunRecord& run) {
  if (!run.emissions) return;
  out.add("gpubench_run_emissions_grams", run.emissions->total.grams());
  out.add("gpubench_run_carbon_intensity_grams_per_kilowatt_hour", run.emissions->average.grams_per_kilowatt_hour());
  if (run.footprint) {
    out.add("gpubench_run_embodied_emissions_grams", read(run.footprint->embodied, &base::Emissions::grams));
    out.add("gpubench_run_total_emissions_grams", read(run.footprint->total, &base::Emissions::grams));
  }
}

}  // namespace

std::vector<ResultSample> result_samples(const record::RunRecord& run) {
  Results out(run);
  add_run(out, run);
  add_gpus(out, run);
  add_carbon(out, run);
  add_phases(out, run);
  return std::move(out.samples);
}

std::string results_note(const record::RunRecord& run) {
  Json all = Json::array();
  for (const ResultSample& sample : result_samples(run)) {
    Json labels = Json::object();
    for (const auto& [label, value] : sample.labels) labels[label] = value;
    if (all.empty() || all.back().at("name") != sample.name || all.back().at("labels") != labels)
      all.push_back({{"name", sample.name}, {"labels", std::move(labels)}, {"values", Json::array()}});
    all.back().at("values").push_back(Json::array({sample.time_ms, sample.value}));
  }
  const Json note{{"note", kNote}, {"series", std::move(all)}};
  return base::json_text(note);
}

std::vector<ResultSample> results_in(std::string_view note) {
  std::vector<ResultSample> samples;
  try {
    const Json json = base::parse_ordered_json(note);
    if (json.at("note") != kNote) return {};
    for (const Json& series : json.at("series")) {
      ResultSample sample;
      sample.name = series.at("name").get<std::string>();
      for (const auto& [label, value] : series.at("labels").items())
        sample.labels.emplace_back(label, value.get<std::string>());
      for (const Json& pair : series.at("values")) {
        sample.time_ms = runs::whole<std::int64_t>(pair.at(0));
        sample.value = pair.at(1).get<double>();
        samples.push_back(sample);
      }
    }
  } catch (const std::exception&) {
    return {};  // of another version, or not ours
  }
  return samples;
}

}  // namespace gpubench::exporting
