#include "carbon/yearly_factors.h"

#include <algorithm>
#include <array>
#include <string>

namespace gpubench::carbon {
namespace {

constexpr base::CarbonIntensity grams(double per_kilowatt_hour) {
  return base::CarbonIntensity::from_grams_per_kilowatt_hour(per_kilowatt_hour);
}

// Average of the electricity generated in the United Kingdom in 2023, as given in the predecessor's documentation; the
// reasons for this figure, and other figures: docs/method.md, "Carbon".
constexpr base::WallTime kCarbonBrief =
    std::chrono::sys_days(std::chrono::year(2024) / std::chrono::January / 1);  // to the month

// The other countries' figures are Our World in Data's as CodeCarbon 3 carries them, which mixes two years.
constexpr std::string_view kOwid = "Our World in Data, as carried by CodeCarbon 3";
constexpr std::string_view kOwidYears = "2022 or 2023";
constexpr std::string_view kOwidLicence = "CC BY 4.0";

constexpr std::array<YearlyFactor, 7> kFactors{{
    {"GB", "United Kingdom", "2023", grams(162), "average of generation (Carbon Brief, January 2024)",
     "a figure, quoted with its source", kCarbonBrief},
    {"DE", "Germany", kOwidYears, grams(381), kOwid, kOwidLicence, {}},
    {"FR", "France", kOwidYears, grams(56), kOwid, kOwidLicence, {}},
    {"NO", "Norway", kOwidYears, grams(30.1), kOwid, kOwidLicence, {}},
    {"PL", "Poland", kOwidYears, grams(662), kOwid, kOwidLicence, {}},
    {"SE", "Sweden", kOwidYears, grams(40.7), kOwid, kOwidLicence, {}},
    {"US", "United States", kOwidYears, grams(369), kOwid, kOwidLicence, {}},
}};

constexpr char lower_case(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower_case(x) == lower_case(y); });
}

}  // namespace

std::span<const YearlyFactor> yearly_factors() {
  return kFactors;
}

const YearlyFactor& great_britain() {
  return kFactors.front();
}

std::optional<YearlyFactor> find_yearly_factor(std::string_view place) {
  const std::string_view code = place.substr(0, place.find_first_of("-_"));
  for (const YearlyFactor& factor : kFactors)
    if (same(code, factor.country) || same(place, factor.name)) return factor;
  return std::nullopt;
}

IntensitySlot yearly_factor_slot(base::WallTime from, base::WallTime to, const YearlyFactor& factor) {
  const std::string source =
      "yearly factor: " + std::string(factor.name) + " " + std::string(factor.year) + ", " + std::string(factor.source);
  return {from, to, factor.intensity, IntensityKind::yearly_factor, source, factor.published};
}

}  // namespace gpubench::carbon
