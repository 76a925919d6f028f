// Hourly averages and forecasts of Electricity Maps (api.electricitymaps.com), for those who have a token.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "carbon/intensity.h"
#include "platform/clock.h"
#include "platform/http_client.h"

namespace gpubench::carbon {

constexpr std::string_view kElectricityMapsUrl = "https://api.electricitymaps.com/v3";

struct ElectricityMapsAccess {
  std::string base_url;  // normally kElectricityMapsUrl
  std::string zone;      // "GB", "US-CAL-CISO": always sent, or the service would guess it from the caller's address
  std::string token;     // goes into one request header and nowhere else
};

// Checks only its form: capitals and digits with hyphens, beginning with a country.
bool is_electricity_maps_zone(std::string_view text);

// Life-cycle averages: history for what is past (the last 24 hours), forecasts for what is to come. A call takes at most
// `patience`. `http` and `clock` must outlive the provider.
std::unique_ptr<IntensityProvider> make_electricity_maps_provider(platform::HttpClient& http, const platform::Clock& clock,
                                                                  ElectricityMapsAccess access,
                                                                  base::Duration patience = std::chrono::seconds(10));

// One answer of /carbon-intensity/history, /past-range or /forecast: sorted, one slot per hour, `kind` as given, `source`
// empty or "estimated". Hours without a usable value are left out. An error if there is none, or if the answer is of another
// zone.
base::Result<std::vector<IntensitySlot>> parse_electricity_maps_answer(std::string_view body, std::string_view zone,
                                                                       IntensityKind kind);

}  // namespace gpubench::carbon
