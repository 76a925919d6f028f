#include "carbon/open.h"

#include <filesystem>
#include <memory>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "carbon/electricity_maps/electricity_maps.h"
#include "carbon/fallback_factor.h"
#include "carbon/file/forecast_cache.h"
#include "carbon/file/intensity_file.h"
#include "carbon/grid_gb/grid_gb.h"
#include "carbon/place.h"
#include "carbon/watttime/watttime.h"
#include "platform/http_client.h"
#include "platform/secret.h"

namespace gpubench::carbon {
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

// A place that is known already is not asked for, and a service that does not answer holds up a run this long at most.
constexpr base::Duration kPlacePatience = std::chrono::seconds(2);

bool has_answered(const Source& source) {
  const auto kept = source.cache ? source.cache->load() : base::Result<std::vector<IntensitySlot>>();
  return kept && !kept->empty();
}

class Opening {
 public:
  Opening(const CarbonSpec& spec, const platform::Clock& clock)
      : options_(spec.options), region_(spec.region), services_(spec.services), clock_(clock) {}

  base::Result<Source> open() {
    auto source = open_named();
    if (source) source->fallback = fallback_factor(options_, region_);
    return source;
  }

 private:
  base::Result<Source> open_named() {
    constexpr std::string_view file = "file:";
    if (options_.intensity) return user_value();
    const auto known = known_source(options_.source);
    if (!known) return base::failure(known.error());
    if (options_.source == "grid_gb") return grid_gb();
    if (options_.source == "grid_gb_national") return grid_gb_national();
    if (options_.source == "electricity_maps") return electricity_maps();
    if (options_.source == "watttime") return watttime();
    if (options_.source == "yearly") return yearly();
    return from_file(options_.source.substr(file.size()));
  }

  [[nodiscard]] base::Result<Source> user_value() const {
    Source source;
    source.ask = [value = *options_.intensity](base::WallTime from, base::WallTime to, base::Duration) -> Source::Slots {
      return std::vector<IntensitySlot>{{from, to, value, IntensityKind::user_value, "user value (--carbon-intensity)", {}}};
    };
    return source;
  }

  [[nodiscard]] base::Result<Source> grid_gb() const {
    auto place = parse_place(region_);
    if (!place) return base::failure(place.error());
    const std::string url = or_default(services_.grid_gb_url, kGridGbUrl);
    return service(url + " " + place_text(*place), [url, place = *place](auto& http, auto& clock, auto patience) {
      return make_grid_gb_provider(http, clock, url, place, patience);
    });
  }

  [[nodiscard]] base::Result<Source> grid_gb_national() const {
    const std::string url = or_default(services_.grid_gb_url, kGridGbUrl);
    return service(url + " national", [url](auto& http, auto& clock, auto patience) {
      return make_grid_gb_national_provider(http, clock, url, patience);
    });
  }

  [[nodiscard]] base::Result<Source> electricity_maps() const {
    if (!is_electricity_maps_zone(region_))
      return base::failure("\"" + region_ + "\" is not a zone of Electricity Maps",
                           "give one: --carbon-region GB, DE, US-CAL-CISO");
    std::string token;
    GPUBENCH_ASSIGN_OR_RETURN(token, secret(services_.electricity_maps_token));
    const std::string url = or_default(services_.electricity_maps_url, kElectricityMapsUrl);
    const ElectricityMapsAccess access{url, region_, token};
    return service(url + " " + region_, [access](auto& http, auto& clock, auto patience) {
      return make_electricity_maps_provider(http, clock, access, patience);
    });
  }

  [[nodiscard]] base::Result<Source> watttime() const {
    if (!is_watttime_region(region_))
      return base::failure("\"" + region_ + "\" is not a region of WattTime", "give one: --carbon-region CAISO_NORTH");
    if (services_.watttime_user.empty())
      return base::failure("IRIS_GPUBENCH_WATTTIME_USERNAME is not set", "set it and IRIS_GPUBENCH_WATTTIME_PASSWORD");
    std::string password;
    GPUBENCH_ASSIGN_OR_RETURN(password, secret(services_.watttime_password));
    const std::string url = or_default(services_.watttime_url, kWattTimeUrl);
    const WattTimeAccess access{url, region_, services_.watttime_user, password};
    return service(url + " " + region_, [access](auto& http, auto& clock, auto patience) {
      return make_watttime_provider(http, clock, access, patience);
    });
  }

  [[nodiscard]] base::Result<Source> from_file(const std::string& path) const {
    auto provider = open_intensity_file(path, clock_.wall_now());
    if (!provider) return base::failure(provider.error());
    Source source;
    source.ask = [file = std::shared_ptr(*std::move(provider))](auto from, auto to, auto) { return file->slots(from, to); };
    return source;
  }

  [[nodiscard]] base::Result<Source> yearly() const {
    if (const auto factor = fallback_factor(options_, region_)) {
      Source source;
      source.place = factor->name;
      return source;
    }
    std::string list;
    for (const YearlyFactor& factor : yearly_factors()) base::add_item(list, factor.country, ", ");
    return base::failure("no yearly factor is built in for \"" + region_ + "\"",
                         "choose one of: " + list + "; or give your own figure with --carbon-intensity");
  }

  // A source over the network, by what makes its provider of (HTTP client, clock, patience). `key` tells its cache from
  // others.
  template <class MakeProvider>
  base::Result<Source> service(const std::string& key, MakeProvider make_provider) const {
    Source source;
    source.place = place_name(options_, region_);
    source.ask = [make_provider, ca_file = services_.ca_file, &clock = clock_](auto from, auto to, auto patience) {
      const auto http = platform::make_http_client(ca_file);
      return make_provider(*http, clock, patience)->slots(from, to);
    };
    if (!services_.cache_folder.empty())
      source.cache = std::make_shared<ForecastCache>(std::filesystem::path(services_.cache_folder) / "carbon",
                                                     options_.source + " " + key);
    if (has_answered(source)) return source;
    const auto http = platform::make_http_client(services_.ca_file);
    GPUBENCH_TRY(make_provider(*http, clock_, kPlacePatience)->check_place());
    return source;
  }

  const CarbonOptions& options_;
  const std::string& region_;
  const Services& services_;
  const platform::Clock& clock_;
};

}  // namespace

base::Result<Source> open_source(const CarbonSpec& spec, const platform::Clock& clock) {
  return Opening(spec, clock).open();
}

}  // namespace gpubench::carbon
