// The interval values of a reading, each described once: for statistics, files, pictures, views and exports.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "meter/reading.h"

namespace gpubench::meter {

// In the order of formats that keep a reading's values by their place: a new one comes last.
enum class ValueKind : std::uint8_t {
  utilization,
  memory_utilization,
  power,
  power_limit,
  temperature,
  memory_used,
  sm_clock,
  memory_clock,
  sm_activity,
  sm_occupancy,
  tensor_activity,
  fp64_activity,
  fp32_activity,
  fp16_activity,
  memory_activity,
  pcie_sent,
  pcie_received,
  nvlink_sent,
  nvlink_received,
};

struct ValueFacts {
  ValueKind kind;
  std::string_view key;                                     // of metrics, and of places in the page: "sm_clock"
  std::string_view key_unit;                                // behind it in keys: "mhz"
  std::string_view column;                                  // of timeseries.csv; the predecessor's where it had one
  std::string_view title;                                   // for a reader: "SM clock"
  std::string_view unit;                                    // for a reader: "MHz"
  int decimals;                                             // in the live table
  bool shown;                                               // has statistics, a panel, a chart and a place in the views
  Field<double> (*read)(const GpuReading&);                 // in `unit`
  std::optional<double> (*highest)(const GpuDescription&);  // that it can be, in `unit`; null: nobody tells
  std::string_view highest_name;                            // what that is: "limit"
  std::string_view metric;                                  // its name in a database, with the unit there
  std::string_view domain;                                  // label that tells series of one name apart; may be empty
  std::string_view help;                                    // what the metric means
  Field<double> (*read_metric)(const GpuReading&);          // in the unit of `metric`
  bool activity = false;  // what the GPU was doing since the reading before: `shown` is false, and reports have a place for
                          // it where the board reports it
};

template <auto kField, auto kUnit>
Field<double> read_value(const GpuReading& reading) {
  const auto& field = reading.*kField;
  if (!field) return absent(field.error());
  return ((*field).*kUnit)();
}

template <auto kField, auto kUnit>
Field<double> read_activity(const GpuReading& reading) {
  const auto& field = reading.activity.*kField;
  if (!field) return absent(field.error());
  return ((*field).*kUnit)();
}

template <auto kLimit, auto kUnit>
std::optional<double> highest_value(const GpuDescription& gpu) {
  const auto& limit = gpu.*kLimit;
  return limit ? std::optional(((*limit).*kUnit)()) : std::nullopt;
}

// A pipe's or a memory's share of the time.
template <auto kField>
constexpr ValueFacts activity_facts(ValueKind kind, std::string_view key, std::string_view title, std::string_view domain,
                                    std::string_view help) {
  return {.kind = kind,
          .key = key,
          .key_unit = "percent",
          .column = key,
          .title = title,
          .unit = "%",
          .decimals = 1,
          .shown = false,
          .read = read_activity<kField, &base::Ratio::percent>,
          .highest = [](const GpuDescription&) { return std::optional(100.0); },
          .highest_name = "",
          .metric = "gpubench_gpu_activity_ratio",
          .domain = domain,
          .help = help,
          .read_metric = read_activity<kField, &base::Ratio::fraction>,
          .activity = true};
}

template <auto kField>
constexpr ValueFacts transfer_facts(ValueKind kind, std::string_view key, std::string_view title, std::string_view domain) {
  return {.kind = kind,
          .key = key,
          .key_unit = "mb_per_second",
          .column = key,
          .title = title,
          .unit = "MB/s",
          .decimals = 1,
          .shown = false,
          .read = read_activity<kField, &base::DataRate::megabytes_per_second>,
          .highest = nullptr,
          .highest_name = "",
          .metric = "gpubench_gpu_transfer_bytes_per_second",
          .domain = domain,
          .help = "Bytes that the GPU moves over a link, as the mean since the reading before.",
          .read_metric = read_activity<kField, &base::DataRate::bytes_per_second>,
          .activity = true};
}

inline constexpr std::string_view kActivityHelp =
    "Share of the time in which a part of the GPU works, since the reading before.";

inline constexpr std::array kValueFacts{
    ValueFacts{.kind = ValueKind::utilization,
               .key = "utilization",
               .key_unit = "percent",
               .column = "util",
               .title = "GPU utilisation",
               .unit = "%",
               .decimals = 0,
               .shown = true,
               .read = read_value<&GpuReading::utilization, &base::Ratio::percent>,
               .highest = [](const GpuDescription&) { return std::optional(100.0); },
               .highest_name = "",
               .metric = "gpubench_gpu_utilization_ratio",
               .domain = "",
               .help = "Share of time with a kernel resident.",
               .read_metric = read_value<&GpuReading::utilization, &base::Ratio::fraction>},
    ValueFacts{.kind = ValueKind::memory_utilization,
               .key = "memory_utilization",
               .key_unit = "percent",
               .column = "mem_util",
               .title = "Memory utilisation",
               .unit = "%",
               .decimals = 0,
               .shown = false,
               .read = read_value<&GpuReading::memory_utilization, &base::Ratio::percent>,
               .highest = [](const GpuDescription&) { return std::optional(100.0); },
               .highest_name = "",
               .metric = "gpubench_gpu_memory_utilization_ratio",
               .domain = "",
               .help = "Share of time with memory being read or written.",
               .read_metric = read_value<&GpuReading::memory_utilization, &base::Ratio::fraction>},
    ValueFacts{.kind = ValueKind::power,
               .key = "power",
               .key_unit = "watts",
               .column = "power",
               .title = "Power",
               .unit = "W",
               .decimals = 3,
               .shown = true,
               .read = read_value<&GpuReading::power, &base::Power::watts>,
               .highest = highest_value<&GpuDescription::power_limit, &base::Power::watts>,
               .highest_name = "limit",
               .metric = "gpubench_gpu_power_watts",
               .domain = "",
               .help = "Power draw as the driver averages it.",
               .read_metric = read_value<&GpuReading::power, &base::Power::watts>},
    ValueFacts{.kind = ValueKind::power_limit,
               .key = "power_limit",
               .key_unit = "watts",
               .column = "power_limit",
               .title = "Power limit",
               .unit = "W",
               .decimals = 1,
               .shown = false,
               .read = read_value<&GpuReading::power_limit, &base::Power::watts>,
               .highest = highest_value<&GpuDescription::max_power_limit, &base::Power::watts>,
               .highest_name = "highest",
               .metric = "gpubench_gpu_power_limit_watts",
               .domain = "",
               .help = "Enforced power limit.",
               .read_metric = read_value<&GpuReading::power_limit, &base::Power::watts>},
    ValueFacts{.kind = ValueKind::temperature,
               .key = "temperature",
               .key_unit = "celsius",
               .column = "temp",
               .title = "Temperature",
               .unit = "\u00b0C",
               .decimals = 0,
               .shown = true,
               .read = read_value<&GpuReading::temperature, &base::Temperature::celsius>,
               .highest = highest_value<&GpuDescription::slowdown_temperature, &base::Temperature::celsius>,
               .highest_name = "slowdown",
               .metric = "gpubench_gpu_temperature_celsius",
               .domain = "",
               .help = "Temperature of the GPU core.",
               .read_metric = read_value<&GpuReading::temperature, &base::Temperature::celsius>},
    ValueFacts{.kind = ValueKind::memory_used,
               .key = "memory",
               .key_unit = "mib",
               .column = "mem",
               .title = "Memory used",
               .unit = "MiB",
               .decimals = 2,
               .shown = true,
               .read = read_value<&GpuReading::memory_used, &base::Bytes::mebibytes>,
               .highest = highest_value<&GpuDescription::memory_total, &base::Bytes::mebibytes>,
               .highest_name = "total",
               .metric = "gpubench_gpu_memory_used_bytes",
               .domain = "",
               .help = "Memory in use.",
               .read_metric = read_value<&GpuReading::memory_used, &base::Bytes::bytes>},
    ValueFacts{.kind = ValueKind::sm_clock,
               .key = "sm_clock",
               .key_unit = "mhz",
               .column = "clk_speed",
               .title = "SM clock",
               .unit = "MHz",
               .decimals = 0,
               .shown = true,
               .read = read_value<&GpuReading::sm_clock, &base::Frequency::megahertz>,
               .highest = highest_value<&GpuDescription::max_sm_clock, &base::Frequency::megahertz>,
               .highest_name = "highest",
               .metric = "gpubench_gpu_clock_hertz",
               .domain = "sm",
               .help = "Clock of the domain.",
               .read_metric = read_value<&GpuReading::sm_clock, &base::Frequency::hertz>},
    ValueFacts{.kind = ValueKind::memory_clock,
               .key = "memory_clock",
               .key_unit = "mhz",
               .column = "mem_clk_speed",
               .title = "Memory clock",
               .unit = "MHz",
               .decimals = 0,
               .shown = true,
               .read = read_value<&GpuReading::memory_clock, &base::Frequency::megahertz>,
               .highest = highest_value<&GpuDescription::max_memory_clock, &base::Frequency::megahertz>,
               .highest_name = "highest",
               .metric = "gpubench_gpu_clock_hertz",
               .domain = "memory",
               .help = "Clock of the domain.",
               .read_metric = read_value<&GpuReading::memory_clock, &base::Frequency::hertz>},
    activity_facts<&Activity::sm>(ValueKind::sm_activity, "sm_activity", "SM activity", "sm", kActivityHelp),
    activity_facts<&Activity::occupancy>(ValueKind::sm_occupancy, "sm_occupancy", "SM occupancy", "sm_occupancy",
                                         kActivityHelp),
    activity_facts<&Activity::tensor>(ValueKind::tensor_activity, "tensor_activity", "Tensor activity", "tensor",
                                      kActivityHelp),
    activity_facts<&Activity::fp64>(ValueKind::fp64_activity, "fp64_activity", "FP64 activity", "fp64", kActivityHelp),
    activity_facts<&Activity::fp32>(ValueKind::fp32_activity, "fp32_activity", "FP32 activity", "fp32", kActivityHelp),
    activity_facts<&Activity::fp16>(ValueKind::fp16_activity, "fp16_activity", "FP16 activity", "fp16", kActivityHelp),
    activity_facts<&Activity::memory>(ValueKind::memory_activity, "memory_activity", "Memory activity", "memory",
                                      kActivityHelp),
    transfer_facts<&Activity::pcie_sent>(ValueKind::pcie_sent, "pcie_sent", "PCIe sent", "pcie_sent"),
    transfer_facts<&Activity::pcie_received>(ValueKind::pcie_received, "pcie_received", "PCIe received", "pcie_received"),
    transfer_facts<&Activity::nvlink_sent>(ValueKind::nvlink_sent, "nvlink_sent", "NVLink sent", "nvlink_sent"),
    transfer_facts<&Activity::nvlink_received>(ValueKind::nvlink_received, "nvlink_received", "NVLink received",
                                               "nvlink_received"),
};

inline constexpr std::size_t kValues = kValueFacts.size();

constexpr std::size_t place_of(ValueKind kind) {
  return static_cast<std::size_t>(kind);
}
constexpr const ValueFacts& facts_of(ValueKind kind) {
  return kValueFacts[place_of(kind)];
}

// All values: those of `first` in this order, then the others as the table has them.
inline std::vector<ValueKind> values_in_order(std::initializer_list<ValueKind> first) {
  std::vector<ValueKind> order(first);
  for (const ValueFacts& facts : kValueFacts) {
    bool there = false;
    for (const ValueKind kind : first) there = there || kind == facts.kind;
    if (!there) order.push_back(facts.kind);
  }
  return order;
}

// Something of each value.
template <class T>
class OfEachValue {
 public:
  constexpr T& operator[](ValueKind kind) { return items_[place_of(kind)]; }
  constexpr const T& operator[](ValueKind kind) const { return items_[place_of(kind)]; }

 private:
  std::array<T, kValues> items_{};
};

// Values by their types, the throttle reasons included, in the order of formats that keep them by their place.
inline constexpr std::size_t kReadingFields = kValues + 1;
inline constexpr std::size_t kFirstReadingFields = 9;  // of the first versions; what they lack is unsupported
template <class Reading, class Visit>
void for_each_field(Reading& reading, Visit&& visit) {
  visit(reading.utilization);
  visit(reading.memory_utilization);
  visit(reading.power);
  visit(reading.power_limit);
  visit(reading.temperature);
  visit(reading.memory_used);
  visit(reading.sm_clock);
  visit(reading.memory_clock);
  visit(reading.throttle_reasons);
  visit(reading.activity.sm);
  visit(reading.activity.occupancy);
  visit(reading.activity.tensor);
  visit(reading.activity.fp64);
  visit(reading.activity.fp32);
  visit(reading.activity.fp16);
  visit(reading.activity.memory);
  visit(reading.activity.pcie_sent);
  visit(reading.activity.pcie_received);
  visit(reading.activity.nvlink_sent);
  visit(reading.activity.nvlink_received);
}

}  // namespace gpubench::meter
