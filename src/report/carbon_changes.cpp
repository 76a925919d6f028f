#include "report/carbon_changes.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <ratio>

#include "base/text.h"
#include "base/text_table.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

using HalfHours = std::chrono::duration<std::int64_t, std::ratio<1800>>;

constexpr const char* kUnknown = "not known";

// What an account has in one half-hour; its slots never cross the boundary.
struct HalfHour {
  base::Energy energy;
  base::Emissions emissions;
  double gram_seconds = 0;  // intensity times length, for its average
  double seconds = 0;
  std::string kinds;

  [[nodiscard]] std::string intensity() const {
    return seconds > 0 ? plain_number(gram_seconds / seconds, 3) + " (" + kinds + ")" : kUnknown;
  }
};
using Account = std::map<base::WallTime, HalfHour>;

Account by_half_hour(const std::optional<carbon::EmissionsAccount>& emissions) {
  Account account;
  if (!emissions) return account;
  for (const carbon::SlotEmissions& slot : emissions->slots) {
    HalfHour& half_hour = account[std::chrono::floor<HalfHours>(slot.from)];
    const double seconds = base::to_seconds(slot.to - slot.from);
    half_hour.energy += slot.energy;
    half_hour.emissions += slot.emissions;
    half_hour.gram_seconds += slot.intensity.intensity.grams_per_kilowatt_hour() * seconds;
    half_hour.seconds += seconds;
    const std::string kind(carbon::kind_text(slot.intensity.kind));
    if (half_hour.kinds.find(kind) == std::string::npos) base::add_item(half_hour.kinds, kind, ", ");
  }
  return account;
}

std::string grams(const std::optional<base::Emissions>& emissions) {
  return emissions ? short_number(emissions->grams(), kTableDecimals) : kUnknown;
}

std::string changed_half_hours(const record::RunRecord& before, const record::RunRecord& after) {
  Account old = by_half_hour(before.emissions);
  Account now = by_half_hour(after.emissions);
  for (const auto& [time, half_hour] : old) now.try_emplace(time);
  base::TextTable table({"Half-Hour (UTC)", "Energy (kWh)", "Old gCO2/kWh", "New gCO2/kWh", "Old gCO2", "New gCO2"});
  for (const auto& [time, half_hour] : now) {
    const HalfHour& was = old[time];
    const base::Energy energy = half_hour.seconds > 0 ? half_hour.energy : was.energy;
    table.add_row({base::utc_table_text(time), short_number(energy.kilowatt_hours(), kTableDecimals), was.intensity(),
                   half_hour.intensity(), before.emissions ? grams(was.emissions) : kUnknown,
                   after.emissions ? grams(half_hour.emissions) : kUnknown});
  }
  return table.text();
}

std::string totals_table(const record::RunRecord& before, const record::RunRecord& after) {
  base::TextTable table({"Metric", "Old", "New"});
  const auto row = [&](const std::string& name, const auto& value) { table.add_row({name, value(before), value(after)}); };
  const auto footprint = [&](const std::string& name, auto member) {
    row(name, [&](const record::RunRecord& run) { return run.footprint ? grams((*run.footprint).*member) : kUnknown; });
  };
  row("Carbon Region", [](const record::RunRecord& run) { return one_line(run.carbon_place, kLongestCell); });
  row("Carbon Source", [](const record::RunRecord& run) { return run.emissions ? sources_text(*run.emissions) : kUnknown; });
  row("Total GPU Carbon Emissions (gCO2)", [](const record::RunRecord& run) {
    return grams(run.emissions ? std::optional(run.emissions->total) : std::nullopt);
  });
  row("PUE of the Data Centre", [](const record::RunRecord& run) {
    return run.footprint ? plain_number(run.footprint->pue.fraction(), 3) : kUnknown;
  });
  row("Operational (gCO2)", [](const record::RunRecord& run) {
    return grams(run.footprint ? std::optional(run.footprint->operational) : std::nullopt);
  });
  footprint("Operational Above Idle (gCO2)", &carbon::Footprint::above_idle);
  footprint("Embodied (gCO2)", &carbon::Footprint::embodied);
  footprint("Total: Operational and Embodied (gCO2)", &carbon::Footprint::total);
  footprint("SCI Score (gCO2 per functional unit)", &carbon::Footprint::sci);
  return table.text();
}

}  // namespace

std::string carbon_changes(const record::RunRecord& before, const record::RunRecord& after) {
  return "Carbon of " + before.facts.run_id + ", recalculated\n\n" + changed_half_hours(before, after) + "\n" +
         totals_table(before, after);
}

}  // namespace gpubench::report
