#include "cli/carbon_options.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include "carbon/regions.h"
#include "carbon/source.h"

namespace gpubench::cli {
namespace {

constexpr const char* kUnitExample = "write for example --functional-unit \"1000 images\"";

// "1000 images": a number above 0, a space, a unit; a unit alone is one of it.
base::Result<void> take_functional_unit(const std::string& option, std::string_view text, carbon::CarbonOptions& options) {
  const char* const end = text.data() + text.size();
  double count = 0;
  // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): `end` bounds it
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  const bool is_word = error == std::errc() && !std::isfinite(count) && rest != end && *rest != ' ';  // "inferences"
  if (error != std::errc::invalid_argument && !is_word) {
    const bool is_count = error == std::errc() && rest != end && *rest == ' ' && std::isfinite(count) && count > 0;
    if (!is_count) return base::failure(option + " must be a unit, or a number above 0 and a unit", kUnitExample);
    options.functional_units = count;
    text.remove_prefix(static_cast<std::size_t>(rest + 1 - text.data()));
  } else {
    options.functional_units = 1;
  }
  constexpr std::size_t longest = 40;
  if (text.find_first_not_of(' ') == std::string_view::npos || text.size() > longest)
    return base::failure("the unit of " + option + " is missing or longer than 40 characters", kUnitExample);
  if (const auto last = text.substr(text.rfind(' ') + 1); last.find_first_not_of("0123456789.") == std::string_view::npos)
    return base::failure(option + " \"" + std::string(text) + "\": the number comes first", kUnitExample);
  options.functional_unit = text;
  return {};
}

std::vector<std::string> region_names() {
  std::vector<std::string> names;
  for (const carbon::Region& region : carbon::regions()) names.emplace_back(region.name);
  return names;
}

Value functional_unit(carbon::CarbonOptions& options) {
  const auto take = [&options](const std::string& option, const std::string& text) {
    return take_functional_unit(option, text, options);
  };
  return {take, options.functional_unit};
}

}  // namespace

Option carbon_source_option(std::string& source) {
  return {"--carbon_source", "SOURCE",
          "Where the carbon intensity comes from: grid_gb (regional), grid_gb_national, electricity_maps,\n"
          "watttime, file:PATH or yearly (the built-in factor of a country)",
          with_choices({"grid_gb", "grid_gb_national", "electricity_maps", "watttime", "file:", "yearly"},
                       parsed(source, carbon::known_source, source))};
}

std::vector<Option> carbon_options(carbon::CarbonOptions& options, std::string& region) {
  const auto intensity = [&options](double value) {
    options.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(value);
  };
  const auto pue = [&options](double value) { options.pue = base::Ratio::from_fraction(value); };
  const auto embodied = [&options](double value) { options.embodied = base::Emissions::from_grams(value * 1000); };
  const auto lifetime = [&options](double value) { options.lifetime_years = value; };
  return {
      {"--carbon_region", "REGION",
       "Where the power is drawn: a region of Great Britain, its number or a postcode;\n"
       "a zone or country for the other sources; \"\" lists the regions",
       with_choices(region_names(), text(region))},
      carbon_source_option(options.source),
      {"--carbon_intensity", "G_PER_KWH", "The intensity itself, in gCO2 per kWh; no source is asked",
       number({0, 10000}, intensity)},
      {"--pue", "FACTOR", "Power usage effectiveness (PUE) of the data centre: a factor on the energy",
       number({1, 10}, pue, options.pue.fraction())},
      {"--embodied_kg", "KG",
       "kgCO2 from making one GPU (default: the published figure of its model, if any).\n"
       "The run gets a share by its length",
       number({0, 1e6}, embodied)},
      {"--lifetime_years", "YEARS", "Lifetime of a GPU, in years", number({0.1, 100}, lifetime, options.lifetime_years)},
      {"--functional_unit", "\"N UNIT\"", "What the run did, for the SCI score: \"1000 images\"", functional_unit(options)},
  };
}

base::Result<void> check_carbon(const carbon::CarbonOptions& options) {
  if (options.intensity && options.source != carbon::CarbonOptions{}.source)
    return base::failure("--carbon-intensity and --carbon-source cannot be used together", "use only one of them");
  return {};
}

}  // namespace gpubench::cli
