#include "report/gpu_event_tables.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "base/text_table.h"
#include "report/figure_text.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

using meter::ValueKind;

std::string count_text(const std::optional<std::uint64_t>& count) {
  return count ? std::to_string(*count) : std::string(kNotSupported);
}

// From the driver's counters, else what the readings show.
std::string held_down_text(const record::GpuRecord& gpu, std::string_view reason) {
  for (const record::ThrottleTime& time : gpu.events.throttle_times)
    if (time.reason == reason) return short_number(base::to_seconds(time.time), 3);
  const bool seen = std::any_of(gpu.statistics.throttling.begin(), gpu.statistics.throttling.end(),
                                [&](const record::ThrottleShare& share) { return share.reason == reason; });
  return std::string(kNotSupported) + (seen ? " (seen in readings)" : "");
}

std::string xids_text(const record::GpuEvents& events) {
  if (!events.xids_told) return kNotSupported;
  std::string text;
  for (const std::uint64_t xid : events.xids) base::add_item(text, std::to_string(xid), ", ");
  return text.empty() ? "none" : one_line(text, 60);
}

std::string users_text(const record::GpuEvents& events) {
  std::string text;
  for (const record::GpuUser& user : events.users) {
    if (user.kind == record::UserKind::benchmark) continue;
    const std::string id = std::to_string(user.id);
    base::add_item(text, user.name.empty() ? id : one_line(user.name, 40) + " (" + id + ")", ", ");
  }
  if (text.empty()) return events.users_untold.empty() ? "none seen" : "none seen, others may be hidden";
  return one_line(text, 80);
}

}  // namespace

std::string_view user_kind_name(record::UserKind kind) {
  if (kind == record::UserKind::benchmark) return "benchmark";
  return kind == record::UserKind::foreign ? "foreign" : "unknown";
}

std::vector<GpuEventTexts> gpu_event_texts(const record::RunRecord& run) {
  std::vector<GpuEventTexts> all;
  for (const record::GpuRecord& gpu : run.gpus) {
    const record::GpuEvents& events = gpu.events;
    if (events.checks == 0) continue;
    all.push_back({std::to_string(gpu.gpu.index), held_down_text(gpu, "software_power_cap"),
                   held_down_text(gpu, "software_thermal"), count_text(events.corrected_errors),
                   count_text(events.uncorrected_errors), xids_text(events), users_text(events)});
  }
  return all;
}

std::string gpu_events_table(const record::RunRecord& run) {
  const std::vector<GpuEventTexts> all = gpu_event_texts(run);
  if (all.empty()) return {};
  base::TextTable table({"GPU", "Power Cap (s)", "Heat (s)", "ECC Corrected", "ECC Not Corrected", "XID", "Other Users"});
  for (const GpuEventTexts& texts : all)
    table.add_row({texts.gpu, texts.power_cap, texts.heat, texts.corrected, texts.uncorrected, texts.xids, texts.users});
  return table.text();
}

std::string other_gpus_table(const record::RunRecord& run) {
  if (run.other_gpus.empty()) return {};
  base::TextTable table({"GPU", "Energy (J)", "Average (W)", "Peak (W)", "Util. (%)", "Name"});
  const auto watts = [](const std::optional<base::Power>& power) {
    return power ? short_number(power->watts(), 1) : std::string(kNotAvailable);
  };
  for (const record::GpuRecord& gpu : run.other_gpus) {
    const energy::EnergyEstimate* best = gpu.energy.best();
    table.add_row({std::to_string(gpu.gpu.index), joules_text(best), watts(gpu.average_power), watts(gpu.peak_power),
                   gpu.statistics[ValueKind::utilization]
                       ? short_number(gpu.statistics[ValueKind::utilization]->average_all, 1)
                       : absence_text(gpu.statistics, ValueKind::utilization),
                   one_line(gpu.gpu.name, 40)});
  }
  return table.text();
}

}  // namespace gpubench::report
