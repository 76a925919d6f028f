#include "app/carbon_choice.h"

#include <memory>
#include <utility>

#include "base/text.h"
#include "carbon/electricity_maps/electricity_maps.h"
#include "carbon/fallback_factor.h"
#include "carbon/file/intensity_file.h"
#include "carbon/grid_gb/grid_gb.h"
#include "carbon/place.h"
#include "carbon/watttime/watttime.h"
#include "platform/http_client.h"
#include "platform/secret.h"

namespace gpubench::app {
namespace {

std::string or_default(const std::string& url, std::string_view otherwise) {
  return url.empty() ? std::string(otherwise) : url;
}

base::Result<std::string> secret(const base::Secret& secret) {
  if (!secret.is_set())
    return base::failure(secret.variable + " is not set",
                         "set " + secret.variable + ", or " + secret.variable + "_FILE to a file with it");
  return platform::read_secret(secret);
}

constexpr const char* kNationalPlace = "Great Britain";

std::string name_of(const carbon::Place& place) {
  const auto* region = std::get_if<carbon::Region>(&place);
  return region != nullptr ? std::string(region->name) : carbon::place_text(place);
}

class Choosing {
 public:
  Choosing(const CarbonOptions& options, std::string region, const Environment& environment, const platform::Clock& clock)
      : options_(options), region_(std::move(region)), environment_(environment), clock_(clock) {}

  base::Result<CarbonChoice> choose() {
    auto choice = open();
    if (choice) choice->fallback = carbon::fallback_factor(options_, region_);
    return choice;
  }

 private:
  base::Result<CarbonChoice> open() {
    constexpr std::string_view file = "file:";
    if (options_.intensity) return user_value();
    if (options_.source == "grid_gb") return grid_gb();
    if (options_.source == "grid_gb_national") return grid_gb_national();
    if (options_.source == "electricity_maps") return electricity_maps();
    if (options_.source == "watttime") return watttime();
    if (options_.source == "yearly") return yearly();
    if (options_.source.starts_with(file)) return from_file(options_.source.substr(file.size()));
    return base::failure("unknown carbon source \"" + options_.source + "\"",
                         "choose one of: grid_gb, grid_gb_national, electricity_maps, watttime, file:PATH, yearly");
  }

  [[nodiscard]] base::Result<CarbonChoice> user_value() const {
    CarbonChoice choice;
    choice.ask = [value = *options_.intensity](base::WallTime from, base::WallTime to,
                                               base::Duration) -> CarbonChoice::Slots {
      return std::vector<carbon::IntensitySlot>{
          {from, to, value, carbon::IntensityKind::user_value, "user value (--carbon_intensity)", {}}};
    };
    return choice;
  }

  [[nodiscard]] base::Result<CarbonChoice> grid_gb() const {
    auto place = carbon::parse_place(region_);
    if (!place) return base::failure(place.error());
    CarbonChoice choice;
    choice.place = name_of(*place);
    const std::string url = or_default(environment_.carbon.grid_gb_url, carbon::kGridGbUrl);
    choice.ask = [url, place = *place, ca_file = environment_.carbon.ca_file, &clock = clock_](auto from, auto to,
                                                                                               auto patience) {
      const auto http = platform::make_http_client(ca_file);
      return carbon::make_grid_gb_provider(*http, clock, url, place, patience)->slots(from, to);
    };
    use_network(choice, url + " " + carbon::place_text(*place));
    return choice;
  }

  [[nodiscard]] base::Result<CarbonChoice> grid_gb_national() const {
    CarbonChoice choice;
    choice.place = kNationalPlace;
    const std::string url = or_default(environment_.carbon.grid_gb_url, carbon::kGridGbUrl);
    choice.ask = [url, ca_file = environment_.carbon.ca_file, &clock = clock_](auto from, auto to, auto patience) {
      const auto http = platform::make_http_client(ca_file);
      return carbon::make_grid_gb_national_provider(*http, clock, url, patience)->slots(from, to);
    };
    use_network(choice, url + " national");
    return choice;
  }

  [[nodiscard]] base::Result<CarbonChoice> electricity_maps() const {
    if (!carbon::is_electricity_maps_zone(region_))
      return base::failure("\"" + region_ + "\" is not a zone of Electricity Maps",
                           "give one: --carbon_region GB, DE, US-CAL-CISO");
    auto token = secret(environment_.carbon.electricity_maps_token);
    if (!token) return base::failure(token.error());
    const std::string url = or_default(environment_.carbon.electricity_maps_url, carbon::kElectricityMapsUrl);
    const carbon::ElectricityMapsAccess access{url, region_, *std::move(token)};
    CarbonChoice choice;
    choice.place = region_;
    choice.ask = [access, ca_file = environment_.carbon.ca_file, &clock = clock_](auto from, auto to, auto patience) {
      const auto http = platform::make_http_client(ca_file);
      return carbon::make_electricity_maps_provider(*http, clock, access, patience)->slots(from, to);
    };
    use_network(choice, url + " " + region_);
    return choice;
  }

  [[nodiscard]] base::Result<CarbonChoice> watttime() const {
    if (!carbon::is_watttime_region(region_))
      return base::failure("\"" + region_ + "\" is not a region of WattTime", "give one: --carbon_region CAISO_NORTH");
    if (environment_.carbon.watttime_user.empty())
      return base::failure("IRIS_GPUBENCH_WATTTIME_USERNAME is not set", "set it and IRIS_GPUBENCH_WATTTIME_PASSWORD");
    auto password = secret(environment_.carbon.watttime_password);
    if (!password) return base::failure(password.error());
    const std::string url = or_default(environment_.carbon.watttime_url, carbon::kWattTimeUrl);
    const carbon::WattTimeAccess access{url, region_, environment_.carbon.watttime_user, *std::move(password)};
    CarbonChoice choice;
    choice.place = region_;
    choice.ask = [access, ca_file = environment_.carbon.ca_file, &clock = clock_](auto from, auto to, auto patience) {
      const auto http = platform::make_http_client(ca_file);
      return carbon::make_watttime_provider(*http, clock, access, patience)->slots(from, to);
    };
    use_network(choice, url + " " + region_);
    return choice;
  }

  [[nodiscard]] base::Result<CarbonChoice> from_file(const std::string& path) const {
    auto provider = carbon::open_intensity_file(path, clock_.wall_now());
    if (!provider) return base::failure(provider.error());
    CarbonChoice choice;
    choice.ask = [file = std::shared_ptr(*std::move(provider))](auto from, auto to, auto) { return file->slots(from, to); };
    return choice;
  }

  [[nodiscard]] base::Result<CarbonChoice> yearly() const {
    if (const auto factor = carbon::fallback_factor(options_, region_)) {
      CarbonChoice choice;
      choice.place = factor->name;
      return choice;
    }
    std::string list;
    for (const carbon::YearlyFactor& factor : carbon::yearly_factors()) base::add_item(list, factor.country, ", ");
    return base::failure("no yearly factor is built in for \"" + region_ + "\"",
                         "choose one of: " + list + "; or give your own figure with --carbon_intensity");
  }

  void use_network(CarbonChoice& choice, const std::string& key) const {
    choice.needs_network = true;
    if (!environment_.carbon.cache_folder.empty())
      choice.cache.emplace(std::filesystem::path(environment_.carbon.cache_folder) / "carbon", options_.source + " " + key);
  }

  const CarbonOptions& options_;
  std::string region_;
  const Environment& environment_;
  const platform::Clock& clock_;
};

}  // namespace

carbon::Answer empty_answer(const CarbonChoice& choice) {
  carbon::Answer answer;
  answer.place = choice.place;
  answer.fallback = choice.fallback;
  answer.fallback_was_chosen = !choice.ask;
  return answer;
}

carbon::Answer ask_once(const CarbonChoice& choice, base::WallTime from, base::WallTime to, base::Duration patience,
                        const platform::Clock& clock) {
  carbon::Answer answer = empty_answer(choice);
  if (choice.cache)
    if (auto kept = choice.cache->load()) answer.slots = *std::move(kept);
  if (choice.ask) {
    auto found = choice.ask(from, to, patience);
    if (!found) answer.trouble = found.error().message;
    if (found) answer.slots = carbon::merged(std::move(answer.slots), *std::move(found));
    if (found && choice.cache) static_cast<void>(choice.cache->store(answer.slots, clock.wall_now()));
  }
  std::erase_if(answer.slots, [&](const carbon::IntensitySlot& slot) { return slot.from > to || slot.to < from; });
  if (answer.trouble.empty() && !carbon::covers(answer.slots, from, to))
    answer.trouble = "the source has nothing for part of the run";
  return answer;
}

bool has_regions(const CarbonOptions& options) {
  return !options.intensity && !options.source.starts_with("file:") && options.source != "grid_gb_national";
}

std::string place_name(const CarbonOptions& options, const std::string& region) {
  if (!has_regions(options)) return options.intensity || options.source != "grid_gb_national" ? "" : kNationalPlace;
  if (options.source != "grid_gb") return region;
  const auto place = carbon::parse_place(region);
  return place ? name_of(*place) : region;
}

base::Result<CarbonChoice> choose_carbon(const CarbonOptions& options, const std::string& region,
                                         const Environment& environment, const platform::Clock& clock) {
  return Choosing(options, region, environment, clock).choose();
}

}  // namespace gpubench::app
