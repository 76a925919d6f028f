#include "carbon/fallback_factor.h"

#include "carbon/place.h"

namespace gpubench::carbon {

std::optional<YearlyFactor> fallback_factor(const CarbonOptions& options, const std::string& region) {
  if (options.intensity) return great_britain();  // never needed: the value holds at all times
  if (options.source == "grid_gb" || options.source == "grid_gb_national") return great_britain();
  if (options.source == "electricity_maps") return find_yearly_factor(region);
  if (options.source == "watttime") return std::nullopt;  // marginal, and its regions name no country
  if (parse_place(region)) return great_britain();
  return find_yearly_factor(region);
}

}  // namespace gpubench::carbon
