#include "live/gpu_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text_table.h"
#include "meter/value_facts.h"

namespace gpubench::live {
namespace {

// A value with its digits, "n/s" where this GPU does not support it, "failed" where it could not be read this time.
std::string cell(const meter::Field<double>& value, int digits) {
  if (value) return fmt::format("{:.{}f}", *value, digits);
  switch (value.error()) {
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

// How the table calls a value, with and without much room; one that is not here goes by its own title.
struct Titles {
  meter::ValueKind kind;
  const char* wide;
  const char* narrow;
};
constexpr std::array<Titles, 6> kTitles{{
    {meter::ValueKind::utilization, "Utilization (%)", "Util (%)"},
    {meter::ValueKind::power, "Power (W)", "Power (W)"},
    {meter::ValueKind::temperature, "Temperature (C)", "Temp (C)"},
    {meter::ValueKind::memory_used, "Memory (MiB)", "Mem (MiB)"},
    {meter::ValueKind::sm_clock, "SM Clock (MHz)", "SM (MHz)"},
    {meter::ValueKind::memory_clock, "Memory Clock (MHz)", "Mem (MHz)"},
}};

std::string title_of(const meter::ValueFacts& facts, const char* Titles::* width) {
  for (const Titles& titles : kTitles)
    if (titles.kind == facts.kind) return titles.*width;
  return fmt::format("{} ({})", facts.title, facts.unit);
}

// `more` is put after the titles of its values.
std::vector<std::string> header(std::string first, const char* Titles::* width,
                                const meter::OfEachValue<std::string>& more = {}) {
  std::vector<std::string> header{std::move(first)};
  for (const meter::ValueFacts& facts : meter::kValueFacts)
    if (facts.shown) header.push_back(title_of(facts, width) + more[facts.kind]);
  return header;
}

std::vector<std::string> wide_header(const std::vector<meter::GpuDescription>& gpus) {
  const std::string limit = common(gpus, &meter::GpuDescription::power_limit, [](base::Power p) { return p.watts(); }, 1);
  const std::string memory =
      common(gpus, &meter::GpuDescription::memory_total, [](base::Bytes b) { return b.mebibytes(); }, 1);
  meter::OfEachValue<std::string> highest;
  if (!limit.empty()) highest[meter::ValueKind::power] = fmt::format(" / Max {} W", limit);
  if (!memory.empty()) highest[meter::ValueKind::memory_used] = fmt::format(" / Total {} MiB", memory);
  return header(fmt::format("GPU Index ({})", common_name(gpus)), &Titles::wide, highest);
}

std::string table(std::vector<std::string> header, const std::vector<meter::GpuDescription>& gpus,
                  const std::vector<meter::GpuReading>& readings) {
  base::TextTable text(std::move(header), base::Align::right);
  for (std::size_t i = 0; i < std::min(gpus.size(), readings.size()); ++i) {
    std::vector<std::string> row{std::to_string(gpus[i].index)};
    for (const meter::ValueFacts& facts : meter::kValueFacts)
      if (facts.shown) row.push_back(cell(facts.read(readings[i]), facts.decimals));
    text.add_row(std::move(row));
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
  return fmt::format("Current GPU Metrics ({}) as of {} UTC:\n{}", common_name(gpus), when,
                     table(header("GPU", &Titles::narrow), gpus, progress.readings));
}

}  // namespace gpubench::live
