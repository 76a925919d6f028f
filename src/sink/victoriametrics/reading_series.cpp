#include "sink/victoriametrics/reading_series.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "sink/victoriametrics/import_lines.h"

namespace gpubench::sink {
namespace {

template <class T, class Read>
std::optional<double> value_of(const meter::Field<T>& field, Read read) {
  return field ? std::optional(std::invoke(read, *field)) : std::nullopt;
}

// One kind of value: its series' name, the value of its domain label (or none) and how it is read.
struct Quantity {
  std::string_view name;
  std::string_view domain;
  std::optional<double> (*read)(const meter::GpuReading&);
};

using Reading = meter::GpuReading;
constexpr std::array<Quantity, 8> kQuantities{{
    {"gpubench_gpu_power_watts", "", [](const Reading& r) { return value_of(r.power, &base::Power::watts); }},
    {"gpubench_gpu_power_limit_watts", "", [](const Reading& r) { return value_of(r.power_limit, &base::Power::watts); }},
    {"gpubench_gpu_utilization_ratio", "", [](const Reading& r) { return value_of(r.utilization, &base::Ratio::fraction); }},
    {"gpubench_gpu_memory_utilization_ratio", "",
     [](const Reading& r) { return value_of(r.memory_utilization, &base::Ratio::fraction); }},
    {"gpubench_gpu_temperature_celsius", "",
     [](const Reading& r) { return value_of(r.temperature, &base::Temperature::celsius); }},
    {"gpubench_gpu_memory_used_bytes", "", [](const Reading& r) { return value_of(r.memory_used, &base::Bytes::bytes); }},
    {"gpubench_gpu_clock_hertz", "sm", [](const Reading& r) { return value_of(r.sm_clock, &base::Frequency::hertz); }},
    {"gpubench_gpu_clock_hertz", "memory",
     [](const Reading& r) { return value_of(r.memory_clock, &base::Frequency::hertz); }},
}};

// "NVIDIA H200" or, where they differ, "NVIDIA A30, NVIDIA H200".
std::string gpu_names(const RunIdentity& run) {
  std::vector<std::string> names;
  names.reserve(run.gpus.size());
  for (const meter::GpuDescription& gpu : run.gpus) names.push_back(gpu.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::vector<std::string> gpu_series(const RunIdentity& run, const meter::GpuDescription& gpu) {
  std::vector<std::string> series;
  series.reserve(kQuantities.size());
  for (const Quantity& quantity : kQuantities) {
    series.push_back(series_json(quantity.name, {{"run_id", run.run_id},
                                                 {"gpu", std::to_string(gpu.index)},
                                                 {"gpu_uuid", gpu.uuid},
                                                 {"host", run.host},
                                                 {"domain", std::string(quantity.domain)}}));
  }
  return series;
}

std::string run_info_series(const RunIdentity& run) {
  return series_json("gpubench_run_info", {{"run_id", run.run_id},
                                           {"host", run.host},
                                           {"benchmark", run.benchmark},
                                           {"gpu_name", gpu_names(run)},
                                           {"gpu_count", std::to_string(run.gpus.size())},
                                           {"source", std::string(meter::source_name(run.source))}});
}

void visit_values(const meter::GpuReading& reading, const std::function<void(std::size_t, double)>& visit) {
  for (std::size_t i = 0; i < kQuantities.size(); ++i) {
    const std::optional<double> value = kQuantities[i].read(reading);
    if (value && std::isfinite(*value)) visit(i, *value);
  }
}

}  // namespace gpubench::sink
