#include "carbon/place.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/spelling.h"
#include "base/text.h"

namespace gpubench::carbon {
namespace {

constexpr bool is_letter(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Without blanks, in capitals.
std::string compact(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == ' ' || c == '\t') continue;
    result += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return result;
}

// A for a letter, 9 for a digit, ? for anything else.
char shape(char c) {
  if (is_letter(c)) return 'A';
  return is_digit(c) ? '9' : '?';
}

std::string shape(std::string_view text) {
  std::string result;
  for (const char c : text) result += shape(c);
  return result;
}

bool is_outward(std::string_view code) {
  constexpr std::array<std::string_view, 6> shapes{"A9", "A99", "A9A", "AA9", "AA99", "AA9A"};
  return std::find(shapes.begin(), shapes.end(), shape(code)) != shapes.end();
}

std::optional<Postcode> parse_postcode(std::string_view text) {
  constexpr std::size_t inward = 3;  // "0QX"
  const std::string code = compact(text);
  if (is_outward(code)) return Postcode{code};
  if (code.size() <= inward) return std::nullopt;
  const std::string outward = code.substr(0, code.size() - inward);
  if (shape(code).substr(outward.size()) == "9AA" && is_outward(outward)) return Postcode{outward};
  return std::nullopt;
}

// Northern Ireland's grid is the island of Ireland's; Jersey, Guernsey and the Isle of Man have their own.
bool is_on_another_grid(const Postcode& postcode) {
  constexpr std::array<std::string_view, 4> areas{"BT", "JE", "GY", "IM"};
  const std::string_view area = std::string_view(postcode.outward).substr(0, postcode.outward.find_first_of("0123456789"));
  return std::find(areas.begin(), areas.end(), area) != areas.end();
}

std::optional<Region> region_by_number(std::string_view text) {
  const std::string digits = compact(text);
  for (const Region& region : regions())
    if (digits == std::to_string(region.id)) return region;
  return std::nullopt;
}

}  // namespace

base::Result<Place> parse_place(std::string_view text) {
  if (const auto region = find_region(text)) return Place(*region);
  if (const auto region = region_by_number(text)) return Place(*region);
  if (auto postcode = parse_postcode(text)) {
    if (!is_on_another_grid(*postcode)) return Place(*std::move(postcode));
    return base::failure(
        "postcode " + postcode->outward + " is not on the grid of Great Britain, the only one that is covered",
        "use another --carbon-source, or give your own value with --carbon-intensity");
  }
  std::string list;
  for (const Region& region : regions()) base::add_item(list, region.name, ", ");
  std::vector<std::string> names;
  for (const Region& region : regions()) names.emplace_back(region.name);
  const std::string nearest = base::nearest_word(text, names);
  return base::failure(
      "unknown carbon region \"" + std::string(text) + "\"" + (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"),
      "choose one of: " + list + "; or a region's number (1 to 18), or a British postcode such as OX11");
}

std::string place_text(const Place& place) {
  if (const auto* region = std::get_if<Region>(&place))
    return std::string(region->name) + " (region " + std::to_string(region->id) + ")";
  return "postcode " + std::get<Postcode>(place).outward;
}

}  // namespace gpubench::carbon
