// How the services that tell carbon intensities are reached, as the environment says.
#pragma once

#include <string>

#include "base/secret.h"

namespace gpubench::carbon {

// Empty addresses: the services' own. Others are for tests.
struct Services {
  std::string grid_gb_url;
  std::string electricity_maps_url;
  base::Secret electricity_maps_token;
  std::string watttime_url;
  std::string watttime_user;
  base::Secret watttime_password;
  std::string ca_file;       // certificate authorities for HTTPS; empty: the system's
  std::string cache_folder;  // of this tool; empty: there is no place for a cache
};

}  // namespace gpubench::carbon
