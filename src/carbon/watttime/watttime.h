// Marginal emissions of WattTime (api.watttime.org), for those who have an account. Not averages: the kind says so.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "carbon/intensity.h"
#include "platform/clock.h"
#include "platform/http_client.h"

namespace gpubench::carbon {

constexpr std::string_view kWattTimeUrl = "https://api.watttime.org";

struct WattTimeAccess {
  std::string base_url;  // normally kWattTimeUrl
  std::string region;    // "CAISO_NORTH"
  std::string user;
  std::string password;  // goes into the login request and nowhere else
};

// Its form alone: capitals, digits and underscores.
bool is_watttime_region(std::string_view text);

// Logs in, then asks for the past and the coming part of the range. A call takes at most `patience`. `http` and `clock`
// must outlive the provider.
std::unique_ptr<IntensityProvider> make_watttime_provider(platform::HttpClient& http, const platform::Clock& clock,
                                                          WattTimeAccess access,
                                                          base::Duration patience = std::chrono::seconds(10));

// One answer of /v3/historical or /v3/forecast in g/kWh: sorted, without overlaps, kind marginal, `source` empty. Points
// without a usable value are left out. An error if there is none, or if region or unit are not those asked for.
base::Result<std::vector<IntensitySlot>> parse_watttime_answer(std::string_view body, std::string_view region);

}  // namespace gpubench::carbon
