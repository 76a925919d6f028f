#include "app/carbon_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <string_view>

namespace gpubench::app {
namespace {

base::Result<double> within(double value, double least, double most, const char* option) {
  if (std::isfinite(value) && value >= least && value <= most) return value;
  return base::failure(fmt::format("{} must be a number from {} to {}", option, least, most));
}

// "1000 images": a number above 0, a space, a unit; a unit alone is one of it.
base::Result<void> read_functional_unit(std::string_view text, CarbonOptions& options) {
  const char* const end = text.data() + text.size();
  double count = 0;
  // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): `end` bounds it
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error == std::errc()) {
    const bool is_count = rest != end && *rest == ' ' && std::isfinite(count) && count > 0;
    if (!is_count)
      return base::failure("--functional_unit must be a unit, or a number above 0 and a unit", "\"1000 images\"");
    options.functional_units = count;
    text.remove_prefix(static_cast<std::size_t>(rest + 1 - text.data()));
  }
  constexpr std::size_t longest = 40;
  if (text.find_first_not_of(' ') == std::string_view::npos || text.size() > longest)
    return base::failure("--functional_unit names no unit of at most 40 characters", "\"1000 images\"");
  options.functional_unit = text;
  return {};
}

}  // namespace

void describe_carbon_flags(CLI::App& app, CarbonFlags& flags, const char* group) {
  app.add_option("--carbon_source", flags.source,
                 "Where the carbon intensity comes from: grid_gb (regional), grid_gb_national, electricity_maps,\n"
                 "watttime, file:PATH or yearly (the built-in factor of a country)")
      ->type_name("SOURCE")
      ->default_str("grid_gb")
      ->group(group);
  app.add_option("--carbon_intensity", flags.intensity, "The intensity itself, in gCO2 per kWh; no source is asked")
      ->type_name("G_PER_KWH")
      ->group(group);
  app.add_option("--pue", flags.pue, "Power usage effectiveness of the data centre, which multiplies the energy")
      ->type_name("FACTOR")
      ->default_str("1")
      ->group(group);
  app.add_option("--embodied_kg", flags.embodied_kg,
                 "kgCO2 of making one GPU (default: the published figure of its model, if any);\n"
                 "the run's share of its lifetime is counted")
      ->type_name("KG")
      ->group(group);
  app.add_option("--lifetime_years", flags.lifetime_years, "Years that a GPU is in use")
      ->type_name("YEARS")
      ->default_str("4")
      ->group(group);
  app.add_option("--functional_unit", flags.functional_unit, "What the run did, for the SCI score: \"1000 images\"")
      ->type_name("\"N UNIT\"")
      ->default_str("run")
      ->group(group);
}

base::Result<CarbonOptions> checked_carbon_flags(const CarbonFlags& flags) {
  CarbonOptions options;
  options.source = flags.source;
  if (flags.intensity) {
    const auto intensity = within(*flags.intensity, 0, 10000, "--carbon_intensity");
    if (!intensity) return base::failure(intensity.error());
    if (flags.source != CarbonFlags{}.source)
      return base::failure("--carbon_intensity and --carbon_source exclude each other", "give one of them");
    options.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(*intensity);
  }
  const auto pue = within(flags.pue, 1, 10, "--pue");
  if (!pue) return base::failure(pue.error());
  options.pue = base::Ratio::from_fraction(*pue);
  if (flags.embodied_kg) {
    const auto embodied = within(*flags.embodied_kg, 0, 1e6, "--embodied_kg");
    if (!embodied) return base::failure(embodied.error());
    options.embodied = base::Emissions::from_grams(*embodied * 1000);
  }
  const auto years = within(flags.lifetime_years, 0.1, 100, "--lifetime_years");
  if (!years) return base::failure(years.error());
  options.lifetime_years = *years;
  if (const auto unit = read_functional_unit(flags.functional_unit, options); !unit) return base::failure(unit.error());
  return options;
}

}  // namespace gpubench::app
