#include "carbon/grid_gb/intensity_answer.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json.h"
#include "base/text.h"
#include "carbon/utc_time.h"

namespace gpubench::carbon {
namespace {

using Json = nlohmann::json;

constexpr base::Duration kHalfHour = std::chrono::minutes(30);
// Coal alone makes 937 g/kWh by the API's own factors: more than twice that is not an intensity.
constexpr double kHighestIntensity = 2000;

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::optional<base::WallTime> time_member(const Json& period, const char* name) {
  const Json* const text = member(period, name);
  if (!text || !text->is_string()) return std::nullopt;
  const auto time = parse_api_time(text->get_ref<const std::string&>());
  return time ? std::optional(*time) : std::nullopt;
}

std::optional<base::CarbonIntensity> intensity_member(const Json& period, const char* name) {
  const Json* const intensity = member(period, "intensity");
  const Json* const number = intensity ? member(*intensity, name) : nullptr;
  if (!number || !number->is_number()) return std::nullopt;
  const double value = number->get<double>();
  if (value < 0 || value > kHighestIntensity) return std::nullopt;
  return base::CarbonIntensity::from_grams_per_kilowatt_hour(value);
}

std::optional<IntensitySlot> read_period(const Json& period) {
  const auto actual = intensity_member(period, "actual");  // regions have none
  const auto value = actual ? actual : intensity_member(period, "forecast");
  if (!value) return std::nullopt;
  const auto from = time_member(period, "from");
  const auto to = time_member(period, "to");
  const auto is_half_hour =
      from && to && *to - *from == kHalfHour && from->time_since_epoch() % kHalfHour == base::Duration::zero();
  if (!is_half_hour) return std::nullopt;
  return IntensitySlot{*from, *to, *value, actual ? IntensityKind::actual : IntensityKind::forecast, {}, {}};
}

// What was found in an answer so far.
struct Harvest {
  std::vector<IntensitySlot> slots;
  std::size_t periods = 0;
  bool other_region = false;
};

void take_periods(const Json& periods, Harvest& harvest) {
  for (const Json& period : periods) {
    ++harvest.periods;
    if (auto slot = read_period(period)) harvest.slots.push_back(*std::move(slot));
  }
}

// {"regionid":13, ..., "data":[periods]}
void take_region(const Json& region, std::optional<int> region_id, Harvest& harvest) {
  const Json* const id = member(region, "regionid");
  if (id && region_id && (!id->is_number_integer() || id->get<std::int64_t>() != *region_id)) {
    harvest.other_region = true;
    return;
  }
  const Json* const periods = member(region, "data");
  if (periods && periods->is_array()) take_periods(*periods, harvest);
}

void keep_one_per_half_hour(std::vector<IntensitySlot>& slots) {
  std::sort(slots.begin(), slots.end(), [](const IntensitySlot& a, const IntensitySlot& b) {
    if (a.from != b.from) return a.from < b.from;
    if (a.kind != b.kind) return a.kind == IntensityKind::actual;  // the first stays
    return a.intensity > b.intensity;                              // the higher one
  });
  const auto same = [](const IntensitySlot& a, const IntensitySlot& b) { return a.from == b.from; };
  slots.erase(std::unique(slots.begin(), slots.end(), same), slots.end());
}

tl::unexpected<base::Error> nothing_usable(const Json& answer, const Harvest& harvest, std::string_view body) {
  if (const Json* const error = member(answer, "error")) {
    const Json* const message = member(*error, "message");
    const bool is_text = message != nullptr && message->is_string();
    return base::failure("the service answered with an error: " +
                         base::excerpt(is_text ? message->get_ref<const std::string&>() : body));
  }
  if (harvest.other_region) return base::failure("the answer is about another region: " + base::excerpt(body));
  if (harvest.periods > 0) {
    return base::failure("none of " + std::to_string(harvest.periods) + " half-hours in the answer has a usable forecast");
  }
  return base::failure("no half-hours in the answer: " + base::excerpt(body));
}

template <class TakeData>
base::Result<std::vector<IntensitySlot>> parse_answer(std::string_view body, TakeData take_data) {
  if (body.empty()) return base::failure("the answer is empty");
  const Json answer = base::parse_json(body);
  if (answer.is_discarded()) return base::failure("the answer is not JSON: " + base::excerpt(body));
  Harvest harvest;
  if (const Json* const data = member(answer, "data")) take_data(*data, harvest);
  if (harvest.slots.empty()) return nothing_usable(answer, harvest, body);
  keep_one_per_half_hour(harvest.slots);
  return std::move(harvest.slots);
}

}  // namespace

base::Result<base::WallTime> parse_api_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00Z";
  if (text.size() == form.size() && text[10] == 'T' && text.back() == 'Z')
    if (auto time = parse_utc_time(text)) return time;
  return base::failure("not a time of the form " + std::string(form) + ": " + base::excerpt(text));
}

std::string api_time_text(base::WallTime time) {
  return base::utc_text(time).substr(0, 16) + "Z";  // without the seconds
}

base::Result<std::vector<IntensitySlot>> parse_intensity_answer(std::string_view body, std::optional<int> region_id) {
  return parse_answer(body, [&](const Json& data, Harvest& harvest) {
    if (data.is_object()) take_region(data, region_id, harvest);  // what live clients see
    if (data.is_array()) {                                        // what is documented
      for (const Json& region : data) take_region(region, region_id, harvest);
    }
  });
}

base::Result<std::vector<IntensitySlot>> parse_national_answer(std::string_view body) {
  return parse_answer(body, [](const Json& data, Harvest& harvest) {
    if (data.is_array()) take_periods(data, harvest);
    if (data.is_object()) take_region(data, std::nullopt, harvest);
  });
}

}  // namespace gpubench::carbon
