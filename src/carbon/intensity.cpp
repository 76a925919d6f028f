#include "carbon/intensity.h"

namespace gpubench::carbon {
namespace {

// Average of the electricity generated in the United Kingdom in 2023, as given in the predecessor's documentation; the
// reasons for this figure and the others there are: docs/method.md, "Carbon".
constexpr auto kYearlyFactor = base::CarbonIntensity::from_grams_per_kilowatt_hour(162);
constexpr auto kYearlyFactorSource =
    "yearly factor: United Kingdom 2023, average of generation (Carbon Brief, January 2024)";
constexpr auto kYearlyFactorPublished =
    std::chrono::sys_days(std::chrono::year(2024) / std::chrono::January / 1);  // to the month

}  // namespace

std::string_view kind_text(IntensityKind kind) {
  switch (kind) {
    case IntensityKind::forecast:
      return "forecast";
    case IntensityKind::yearly_factor:
      return "yearly factor";
  }
  return "unknown";
}

IntensitySlot yearly_factor_slot(base::WallTime from, base::WallTime to) {
  return {from, to, kYearlyFactor, IntensityKind::yearly_factor, kYearlyFactorSource, kYearlyFactorPublished};
}

}  // namespace gpubench::carbon
