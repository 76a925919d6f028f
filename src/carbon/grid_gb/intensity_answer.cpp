#include "carbon/grid_gb/intensity_answer.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

namespace gpubench::carbon {
namespace {

using Json = nlohmann::json;

constexpr base::Duration kHalfHour = std::chrono::minutes(30);
// Coal alone makes 937 g/kWh by the API's own factors: more than twice that is no intensity.
constexpr double kHighestIntensity = 2000;
constexpr std::size_t kExcerptLength = 80;

std::optional<int> number_at(std::string_view text, std::size_t position, std::size_t length) {
  int value = 0;
  const char* const first = text.data() + position;
  const auto [end, error] = std::from_chars(first, first + length, value);
  if (error != std::errc() || end != first + length || *first == '-') return std::nullopt;
  return value;
}

// The beginning of an answer, fit for one line of a terminal.
std::string excerpt(std::string_view body) {
  std::string text(body.substr(0, kExcerptLength));
  for (char& letter : text) {
    if (letter < ' ' || letter > '~') letter = ' ';
  }
  return body.size() > kExcerptLength ? text + "..." : text;
}

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

std::optional<IntensitySlot> read_period(const Json& period) {
  const Json* const intensity = member(period, "intensity");
  const Json* const forecast = intensity ? member(*intensity, "forecast") : nullptr;
  if (!forecast || !forecast->is_number()) return std::nullopt;
  const double value = forecast->get<double>();
  if (value < 0 || value > kHighestIntensity) return std::nullopt;
  const auto from = time_member(period, "from");
  const auto to = time_member(period, "to");
  const auto is_half_hour =
      from && to && *to - *from == kHalfHour && from->time_since_epoch() % kHalfHour == base::Duration::zero();
  if (!is_half_hour) return std::nullopt;
  return IntensitySlot{*from, *to, base::CarbonIntensity::from_grams_per_kilowatt_hour(value), IntensityKind::forecast,
                       {},    {}};
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
void take_region(const Json& region, int region_id, Harvest& harvest) {
  const Json* const id = member(region, "regionid");
  if (id && (!id->is_number_integer() || id->get<std::int64_t>() != region_id)) {
    harvest.other_region = true;
    return;
  }
  const Json* const periods = member(region, "data");
  if (periods && periods->is_array()) take_periods(*periods, harvest);
}

void keep_one_per_half_hour(std::vector<IntensitySlot>& slots) {
  std::sort(slots.begin(), slots.end(), [](const IntensitySlot& a, const IntensitySlot& b) {
    return a.from != b.from ? a.from < b.from : a.intensity > b.intensity;  // the higher value first: it stays
  });
  const auto same = [](const IntensitySlot& a, const IntensitySlot& b) { return a.from == b.from; };
  slots.erase(std::unique(slots.begin(), slots.end(), same), slots.end());
}

tl::unexpected<base::Error> nothing_usable(const Json& answer, const Harvest& harvest, std::string_view body) {
  if (const Json* const error = member(answer, "error")) {
    const Json* const message = member(*error, "message");
    const bool is_text = message != nullptr && message->is_string();
    return base::failure("the service answered with an error: " +
                         excerpt(is_text ? message->get_ref<const std::string&>() : body));
  }
  if (harvest.other_region) return base::failure("the answer is about another region: " + excerpt(body));
  if (harvest.periods > 0) {
    return base::failure("none of " + std::to_string(harvest.periods) + " half-hours in the answer has a usable forecast");
  }
  return base::failure("no half-hours in the answer: " + excerpt(body));
}

}  // namespace

base::Result<base::WallTime> parse_api_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00Z";
  const auto bad = [&] { return base::failure("not a time of the form " + std::string(form) + ": " + excerpt(text)); };
  if (text.size() != form.size()) return bad();
  for (const std::size_t position : {std::size_t{4}, std::size_t{7}, std::size_t{10}, std::size_t{13}, std::size_t{16}}) {
    if (text[position] != form[position]) return bad();
  }
  const auto year = number_at(text, 0, 4);
  const auto month = number_at(text, 5, 2);
  const auto day = number_at(text, 8, 2);
  const auto hour = number_at(text, 11, 2);
  const auto minute = number_at(text, 14, 2);
  if (!year || !month || !day || !hour || !minute || *hour > 23 || *minute > 59) return bad();
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1970 || *year > 2200) return bad();  // nanoseconds since 1970 hold until 2262
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute);
}

std::string api_time_text(base::WallTime time) {
  return base::utc_text(time).substr(0, 16) + "Z";  // without the seconds
}

base::Result<std::vector<IntensitySlot>> parse_intensity_answer(std::string_view body, int region_id) {
  if (body.empty()) return base::failure("the answer is empty");
  const Json answer = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (answer.is_discarded()) return base::failure("the answer is not JSON: " + excerpt(body));

  Harvest harvest;
  const Json* const data = member(answer, "data");
  if (data && data->is_object()) take_region(*data, region_id, harvest);  // what live clients see
  if (data && data->is_array()) {                                         // what is documented
    for (const Json& region : *data) take_region(region, region_id, harvest);
  }
  if (harvest.slots.empty()) return nothing_usable(answer, harvest, body);
  keep_one_per_half_hour(harvest.slots);
  return std::move(harvest.slots);
}

}  // namespace gpubench::carbon
