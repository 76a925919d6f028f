#include "live/gpu_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text_table.h"

namespace gpubench::live {
namespace {

// A value with its digits, "n/s" where this GPU does not support it, "failed" where it could not be read this time.
template <class T, class Value>
std::string cell(const meter::Field<T>& field, int digits, Value value) {
  if (field) return fmt::format("{:.{}f}", value(*field), digits);
  switch (field.error()) {
    case meter::Absent::unsupported:
      return "n/s";
    case meter::Absent::gpu_lost:
      return "lost";
    default:
      return "failed";
  }
}

// "x", or "several" where the GPUs differ, or "" if none reports it.
template <class Member, class Value>
std::string common(const std::vector<meter::GpuDescription>& gpus, Member member, Value value, int digits) {
  std::string text;
  for (const auto& gpu : gpus) {
    if (!(gpu.*member)) continue;
    const std::string own = fmt::format("{:.{}f}", value(*(gpu.*member)), digits);
    if (!text.empty() && text != own) return "several";
    text = own;
  }
  return text;
}

std::string common_name(const std::vector<meter::GpuDescription>& gpus) {
  const bool same = std::all_of(gpus.begin(), gpus.end(), [&](const auto& gpu) { return gpu.name == gpus.front().name; });
  if (gpus.empty()) return "";
  return same ? gpus.front().name : "several types";
}

std::vector<std::string> wide_header(const std::vector<meter::GpuDescription>& gpus) {
  const std::string limit = common(gpus, &meter::GpuDescription::power_limit, [](base::Power p) { return p.watts(); }, 1);
  const std::string memory =
      common(gpus, &meter::GpuDescription::memory_total, [](base::Bytes b) { return b.mebibytes(); }, 1);
  return {fmt::format("GPU Index ({})", common_name(gpus)),
          "Utilization (%)",
          limit.empty() ? "Power (W)" : fmt::format("Power (W) / Max {} W", limit),
          "Temperature (C)",
          memory.empty() ? "Memory (MiB)" : fmt::format("Memory (MiB) / Total {} MiB", memory),
          "SM Clock (MHz)",
          "Memory Clock (MHz)"};
}

std::string table(std::vector<std::string> header, const std::vector<meter::GpuDescription>& gpus,
                  const std::vector<meter::GpuReading>& readings) {
  base::TextTable text(std::move(header), base::Align::right);
  for (std::size_t i = 0; i < std::min(gpus.size(), readings.size()); ++i) {
    const meter::GpuReading& reading = readings[i];
    text.add_row({std::to_string(gpus[i].index), cell(reading.utilization, 0, [](base::Ratio r) { return r.percent(); }),
                  cell(reading.power, 3, [](base::Power p) { return p.watts(); }),
                  cell(reading.temperature, 0, [](base::Temperature t) { return t.celsius(); }),
                  cell(reading.memory_used, 2, [](base::Bytes b) { return b.mebibytes(); }),
                  cell(reading.sm_clock, 0, [](base::Frequency f) { return f.megahertz(); }),
                  cell(reading.memory_clock, 0, [](base::Frequency f) { return f.megahertz(); })});
  }
  return text.text();
}

bool fits(const std::string& text, int columns) {
  return text.find('\n') <= static_cast<std::size_t>(columns);
}

}  // namespace

std::string current_metrics_table(const std::vector<meter::GpuDescription>& gpus, const record::Progress& progress,
                                  int columns) {
  const std::string when = base::utc_table_text(progress.time);
  const std::string wide = table(wide_header(gpus), gpus, progress.readings);
  if (fits(wide, columns)) return fmt::format("Current GPU Metrics as of {} UTC:\n{}", when, wide);
  return fmt::format(
      "Current GPU Metrics ({}) as of {} UTC:\n{}", common_name(gpus), when,
      table({"GPU", "Util (%)", "Power (W)", "Temp (C)", "Mem (MiB)", "SM (MHz)", "Mem (MHz)"}, gpus, progress.readings));
}

}  // namespace gpubench::live
