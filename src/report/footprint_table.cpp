#include "report/footprint_table.h"

#include <fmt/format.h>

#include <optional>

#include "base/text_table.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

constexpr std::size_t kLongestSource = 160;

std::string grams_or(const std::optional<base::Emissions>& emissions, const char* otherwise) {
  return emissions ? short_number(emissions->grams(), kTableDecimals) : otherwise;
}

std::string score_row(const carbon::Footprint& footprint) {
  return "SCI Score (gCO2 per " + one_line(footprint.functional_unit, kLongestUnit) + ")";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> footprint_rows(const carbon::Footprint& footprint) {
  constexpr const char* unknown = "not known (give --embodied-kg)";
  std::vector<std::pair<std::string, std::string>> rows;
  rows.emplace_back("PUE of the Data Centre", plain_number(footprint.pue.fraction(), 3));
  std::string operational = grams_or(footprint.operational, "");
  if (footprint.operational_uncertainty) {
    const double half_width = footprint.operational_uncertainty->grams();
    operational = rounded(footprint.operational.grams(), half_width) + " ± " + rounded(half_width, half_width) +
                  " (from the energy, k = 2)";
  }
  rows.emplace_back("Operational (gCO2)", operational);
  rows.emplace_back("Operational Above Idle (gCO2)", grams_or(footprint.above_idle, "not available (no idle level)"));
  rows.emplace_back("Embodied (gCO2)", grams_or(footprint.embodied, unknown));
  if (footprint.embodied_share)
    rows.emplace_back("Embodied Figure From", one_line(footprint.embodied_share->source, kLongestSource));
  rows.emplace_back("Total: Operational and Embodied (gCO2)", grams_or(footprint.total, unknown));
  rows.emplace_back(score_row(footprint), grams_or(footprint.sci, unknown));
  return rows;
}

std::string footprint_table(const carbon::Footprint& footprint) {
  base::TextTable table({"Metric", "Value"});
  for (const auto& [name, value] : footprint_rows(footprint)) table.add_row({name, value});
  return table.text();
}

}  // namespace gpubench::report
