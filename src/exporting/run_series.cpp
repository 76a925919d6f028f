#include "exporting/run_series.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gpubench::exporting {
namespace {

template <class T, class Read>
std::optional<double> value_of(const meter::Field<T>& field, Read read) {
  return field ? std::optional(std::invoke(read, *field)) : std::nullopt;
}

// One kind of value: its series' names, the value of its domain label (or none) and how it is read.
struct Quantity {
  std::string_view name;
  std::string_view domain;
  std::string_view classic;  // before "_gpuN"; empty: the predecessor had none
  double classic_scale;      // base units to the predecessor's: percent, MiB, MHz
  std::optional<double> (*read)(const meter::GpuReading&);
  std::string_view help;
};

using Reading = meter::GpuReading;
using Ratio = base::Ratio;
constexpr double kMebi = 1024.0 * 1024.0;
constexpr std::array<Quantity, 9> kQuantities{{
    {"gpubench_gpu_power_watts", "", "power", 1, [](const Reading& r) { return value_of(r.power, &base::Power::watts); },
     "Power draw as the driver averages it."},
    {"gpubench_gpu_power_limit_watts", "", "", 1,
     [](const Reading& r) { return value_of(r.power_limit, &base::Power::watts); }, "Enforced power limit."},
    {"gpubench_gpu_utilization_ratio", "", "util", 100,
     [](const Reading& r) { return value_of(r.utilization, &Ratio::fraction); }, "Share of time with a kernel resident."},
    {"gpubench_gpu_memory_utilization_ratio", "", "", 1,
     [](const Reading& r) { return value_of(r.memory_utilization, &Ratio::fraction); },
     "Share of time with memory being read or written."},
    {"gpubench_gpu_temperature_celsius", "", "temp", 1,
     [](const Reading& r) { return value_of(r.temperature, &base::Temperature::celsius); }, "Temperature of the GPU core."},
    {"gpubench_gpu_memory_used_bytes", "", "mem", 1 / kMebi,
     [](const Reading& r) { return value_of(r.memory_used, &base::Bytes::bytes); }, "Memory in use."},
    {"gpubench_gpu_clock_hertz", "sm", "clk_speed", 1e-6,
     [](const Reading& r) { return value_of(r.sm_clock, &base::Frequency::hertz); }, "Clock of the domain."},
    {"gpubench_gpu_clock_hertz", "memory", "mem_clk_speed", 1e-6,
     [](const Reading& r) { return value_of(r.memory_clock, &base::Frequency::hertz); }, "Clock of the domain."},
    {"gpubench_gpu_throttle_reasons", "", "", 1,
     [](const Reading& r) {
       return value_of(r.throttle_reasons, [](meter::ThrottleReasons reasons) { return static_cast<double>(reasons.bits); });
     },
     "Why the clocks are below their maximum: the driver's bits."},
}};

// "NVIDIA H200" or, where they differ, "NVIDIA A30, NVIDIA H200".
std::string gpu_names(const RunLabels& run) {
  std::vector<std::string> names;
  names.reserve(run.gpus.size());
  for (const meter::GpuDescription& gpu : run.gpus) names.push_back(gpu.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
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

std::optional<Names> names_from(std::string_view text) {
  for (const Names names : {Names::standard, Names::classic})
    if (text == names_text(names)) return names;
  return std::nullopt;
}

Series run_info_series(const RunLabels& run) {
  return make_series("gpubench_run_info", {{"run_id", run.run_id},
                                           {"host", run.host},
                                           {"benchmark", run.benchmark},
                                           {"gpu_name", gpu_names(run)},
                                           {"gpu_count", std::to_string(run.gpus.size())},
                                           {"driver_version", run.driver_version},
                                           {"tool_version", run.tool_version},
                                           {"source", std::string(meter::source_name(run.source))}});
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
  series.reserve(kQuantities.size());
  for (const Quantity& quantity : kQuantities) {
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
  for (std::size_t i = 0; i < kQuantities.size(); ++i) {
    const Quantity& quantity = kQuantities[i];
    const std::optional<double> value = quantity.read(reading);
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
  for (const Quantity& quantity : kQuantities)
    if (quantity.name != all.back().name) all.push_back({quantity.name, "gauge", quantity.help});
  all.insert(
      all.end(),
      {{"gpubench_gpu_energy_joules_total", "counter", "The driver's energy counter, since it was loaded."},
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
