#include "carbon/regions.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gpubench::carbon {
namespace {

// As the API's documentation numbers them (carbonintensity.org.uk, CC BY 4.0). 18 is answered but not documented.
constexpr std::array<Region, 18> kRegions{{
    {1, "North Scotland", ""},
    {2, "South Scotland", ""},
    {3, "North West England", ""},
    {4, "North East England", ""},
    {5, "Yorkshire", ""},
    {6, "North Wales & Merseyside", "North Wales"},
    {7, "South Wales", ""},
    {8, "West Midlands", ""},
    {9, "East Midlands", ""},
    {10, "East England", ""},
    {11, "South West England", ""},
    {12, "South England", ""},
    {13, "London", ""},
    {14, "South East England", ""},
    {15, "England", ""},
    {16, "Scotland", ""},
    {17, "Wales", ""},
    {18, "GB", ""},
}};

constexpr char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::span<const Region> regions() {
  return kRegions;
}

std::optional<Region> find_region(std::string_view name) {
  const std::string_view wanted = base::trimmed(name);
  if (wanted.empty()) return std::nullopt;  // "" is no alternate spelling
  for (const Region& region : kRegions) {
    if (same_name(wanted, region.name) || same_name(wanted, region.alternate)) return region;
  }
  return std::nullopt;
}

}  // namespace gpubench::carbon
