// The 18 regions of the GB Carbon Intensity API, built in so that a region is checked without a network.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace gpubench::carbon {

struct Region {
  int id;                      // 1 to 18, the API's regionid
  std::string_view name;       // the API's shortname, e.g. "South England"
  std::string_view alternate;  // another spelling the API uses, or ""
};

std::span<const Region> regions();
// By name (letter case ignored, either spelling).
std::optional<Region> find_region(std::string_view name);

}  // namespace gpubench::carbon
