#include "report/footprint_table.h"

#include <fmt/format.h>

#include <optional>

#include "base/text_table.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

constexpr int kDecimals = 5;
constexpr std::size_t kLongestUnit = 40;
constexpr std::size_t kLongestSource = 160;

std::string grams(const std::optional<base::Emissions>& emissions, const char* otherwise) {
  return emissions ? short_number(emissions->grams(), kDecimals) : otherwise;
}

std::string score_row(const carbon::Footprint& footprint) {
  return "SCI Score (gCO2 per " + one_line(footprint.functional_unit, kLongestUnit) + ")";
}

}  // namespace

std::string footprint_table(const carbon::Footprint& footprint) {
  constexpr const char* unknown = "not known (give --embodied_kg)";
  base::TextTable table({"Metric", "Value"});
  table.add_row({"PUE of the Data Centre", plain_number(footprint.pue.fraction(), 3)});
  std::string operational = grams(footprint.operational, "");
  if (footprint.operational_uncertainty)
    operational +=
        " +- " + short_number(footprint.operational_uncertainty->grams(), kDecimals) + " (from the energy, k = 2)";
  table.add_row({"Operational (gCO2)", operational});
  table.add_row({"Operational Above Idle (gCO2)", grams(footprint.above_idle, "not available (no idle level)")});
  table.add_row({"Embodied (gCO2)", grams(footprint.embodied, unknown)});
  if (footprint.embodied_share)
    table.add_row({"Embodied Figure From", one_line(footprint.embodied_share->source, kLongestSource)});
  table.add_row({"Total: Operational and Embodied (gCO2)", grams(footprint.total, unknown)});
  table.add_row({score_row(footprint), grams(footprint.sci, unknown)});
  return table.text();
}

}  // namespace gpubench::report
