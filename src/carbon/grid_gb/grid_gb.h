// Regional half-hour forecasts for Great Britain from the Carbon Intensity API (carbonintensity.org.uk, CC BY 4.0).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "carbon/intensity.h"
#include "carbon/place.h"
#include "platform/clock.h"
#include "platform/http_client.h"

namespace gpubench::carbon {

constexpr std::string_view kGridGbUrl = "https://api.carbonintensity.org.uk";

// Asks `base_url` (without a path, normally kGridGbUrl) for the half-hours that overlap the range; past and future alike. A
// call takes at most `patience`. Periods that the service does not have are gaps; an error means that it has none. `http`
// and `clock` must outlive the provider.
std::unique_ptr<IntensityProvider> make_grid_gb_provider(platform::HttpClient& http, const platform::Clock& clock,
                                                         std::string base_url, Place place,
                                                         base::Duration patience = std::chrono::seconds(10));

// The same for the whole of Great Britain: actual values where there are any, else forecasts.
std::unique_ptr<IntensityProvider> make_grid_gb_national_provider(platform::HttpClient& http, const platform::Clock& clock,
                                                                  std::string base_url,
                                                                  base::Duration patience = std::chrono::seconds(10));

}  // namespace gpubench::carbon
