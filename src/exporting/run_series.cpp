#include "exporting/run_series.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "meter/value_facts.h"

namespace gpubench::exporting {
namespace {

// One kind of value: its series' names, the value of its domain label (or none) and how it is read.
struct Quantity {
  std::string_view name;
  std::string_view domain;
  std::string_view classic;  // before "_gpuN"; empty: the predecessor had none
  double classic_scale;      // base units to the predecessor's: percent, MiB, MHz
  meter::Field<double> (*read)(const meter::GpuReading&);
  std::string_view help;
};

using meter::ValueKind;

// The predecessor's name is that of its column in timeseries.csv.
std::optional<double> classic_scale(ValueKind kind) {
  constexpr double kMebi = 1024.0 * 1024.0;
  switch (kind) {
    case ValueKind::power:
    case ValueKind::temperature:
      return 1;
    case ValueKind::utilization:
      return 100;
    case ValueKind::memory_used:
      return 1 / kMebi;
    case ValueKind::sm_clock:
    case ValueKind::memory_clock:
      return 1e-6;
    default:
      return std::nullopt;
  }
}

meter::Field<double> throttle_bits(const meter::GpuReading& reading) {
  if (!reading.throttle_reasons) return meter::absent(reading.throttle_reasons.error());
  return static_cast<double>(reading.throttle_reasons->bits);
}

// Their order is that of the samples of a reading: a run may be sent by one version and go on to be sent by another, so a
// new value comes last.
std::vector<Quantity> make_quantities() {
  constexpr std::size_t kBeforeReasons = 8;
  std::vector<Quantity> all;
  for (const ValueKind kind : meter::values_in_order({ValueKind::power, ValueKind::power_limit})) {
    const meter::ValueFacts& facts = meter::facts_of(kind);
    const auto scale = classic_scale(kind);
    all.push_back({facts.metric, facts.domain, scale ? facts.column : std::string_view(), scale.value_or(1),
                   facts.read_metric, facts.help});
    if (all.size() == kBeforeReasons)
      all.push_back({"gpubench_gpu_throttle_reasons", "", "", 1, throttle_bits,
                     "Why the clocks are below their maximum: the driver's bits."});
  }
  return all;
}

const std::vector<Quantity>& quantities() {
  static const std::vector<Quantity> all = make_quantities();
  return all;
}

// "NVIDIA H200" or, where they differ, "NVIDIA A30, NVIDIA H200".
std::string gpu_names(const RunLabels& run) {
  std::vector<std::string> names;
  names.reserve(run.gpus.size());
  for (const meter::GpuDescription& gpu : run.gpus) names.push_back(gpu.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string text;
  for (const std::string& name : names) base::add_item(text, name, ", ");
  return text;
}

Labels gpu_labels(const RunLabels& run, const meter::GpuDescription& gpu) {
  return {{"run_id", run.run_id}, {"host", run.host}, {"gpu", std::to_string(gpu.index)}, {"gpu_uuid", gpu.uuid}};
}

std::string underscored(std::string text) {
  std::replace(text.begin(), text.end(), ' ', '_');
  return text;
}

// The predecessor's three labels, and the run's, which its dashboards do not mind.
Series classic_series(const RunLabels& run, const meter::GpuDescription& gpu, std::string_view begin) {
  return make_series(std::string(begin) + "_gpu" + std::to_string(gpu.index),
                     {{"benchmark", underscored(run.benchmark)},
                      {"device_count", std::to_string(run.gpus.size())},
                      {"gpu_name", underscored(gpu.name)},
                      {"run_id", run.run_id}});
}

}  // namespace

std::string_view names_text(Names names) {
  return names == Names::classic ? "classic" : "standard";
}

Series run_info_series(const RunLabels& run) {
  return make_series("gpubench_run_info", {{"run_id", run.run_id},
                                           {"host", run.host},
                                           {"benchmark", run.benchmark},
                                           {"gpu_name", gpu_names(run)},
                                           {"gpu_count", std::to_string(run.gpus.size())},
                                           {"driver_version", run.driver_version},
                                           {"tool_version", run.tool_version},
                                           {"source", run.source}});
}

Labels result_labels(const RunLabels& run) {
  return {{"run_id", run.run_id},
          {"host", run.host},
          {"benchmark", run.benchmark},
          {"gpu_name", gpu_names(run)},
          {"gpu_count", std::to_string(run.gpus.size())}};
}

std::vector<Series> reading_series(const RunLabels& run, const meter::GpuDescription& gpu, Names names) {
  std::vector<Series> series;
  series.reserve(quantities().size());
  for (const Quantity& quantity : quantities()) {
    if (names == Names::classic && !quantity.classic.empty()) {
      series.push_back(classic_series(run, gpu, quantity.classic));
      continue;
    }
    Labels labels = gpu_labels(run, gpu);
    labels.emplace_back("domain", quantity.domain);
    series.push_back(make_series(quantity.name, std::move(labels)));
  }
  return series;
}

void visit_values(const meter::GpuReading& reading, Names names, const std::function<void(std::size_t, double)>& visit) {
  for (std::size_t i = 0; i < quantities().size(); ++i) {
    const Quantity& quantity = quantities()[i];
    const auto value = quantity.read(reading);
    const double scale = names == Names::classic && !quantity.classic.empty() ? quantity.classic_scale : 1;
    if (value && std::isfinite(*value)) visit(i, *value * scale);
  }
}

Series power_sample_series(const RunLabels& run, const meter::GpuDescription& gpu) {
  return make_series("gpubench_gpu_power_sample_watts", gpu_labels(run, gpu));
}

Series energy_series(const RunLabels& run, const meter::GpuDescription& gpu) {
  return make_series("gpubench_gpu_energy_joules_total", gpu_labels(run, gpu));
}

Series carbon_intensity_series(const RunLabels& run, const std::string& region, std::string_view kind,
                               const std::string& source) {
  return make_series(
      "gpubench_carbon_intensity_grams_per_kilowatt_hour",
      {{"run_id", run.run_id}, {"host", run.host}, {"region", region}, {"kind", std::string(kind)}, {"source", source}});
}

Series emissions_series(const RunLabels& run) {
  return make_series("gpubench_emissions_grams_total", {{"run_id", run.run_id}, {"host", run.host}});
}

Series event_series(const RunLabels& run, std::string_view name) {
  return make_series(name, {{"run_id", run.run_id}, {"host", run.host}, {"benchmark", run.benchmark}});
}

Series energy_so_far_series(const RunLabels& run, const meter::GpuDescription& gpu) {
  return make_series("gpubench_gpu_run_energy_joules_total", gpu_labels(run, gpu));
}

std::vector<Meaning> meanings() {
  std::vector<Meaning> all{{"gpubench_run_info", "gauge", "Labels of the whole run; always 1."}};
  for (const Quantity& quantity : quantities())
    if (quantity.name != all.back().name) all.push_back({quantity.name, "gauge", quantity.help});
  all.insert(
      all.end(),
      {{"gpubench_gpu_energy_joules_total", "counter", "The GPU's energy counter, since the driver was loaded."},
       {kRunStart, "gauge", "When the benchmark was started, in seconds since 1970."},
       {kRunEnd, "gauge", "When the benchmark ended, in seconds since 1970."},
       {"gpubench_gpu_run_energy_joules_total", "counter",
        "Energy of the benchmark's GPU since the benchmark's start: power times time."},
       {"gpubench_carbon_intensity_grams_per_kilowatt_hour", "gauge", "Carbon intensity of the grid, CO2 per energy."},
       {"gpubench_emissions_grams_total", "counter",
        "CO2 emitted since the benchmark's start, an estimate while it runs."}});
  return all;
}

}  // namespace gpubench::exporting
