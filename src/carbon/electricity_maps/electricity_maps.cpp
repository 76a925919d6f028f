#include "carbon/electricity_maps/electricity_maps.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <ratio>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "carbon/service_words.h"
#include "carbon/utc_time.h"
#include "platform/http_retry.h"

namespace gpubench::carbon {
namespace {

using Json = nlohmann::json;
using Hours = std::chrono::duration<std::int64_t, std::ratio<3600>>;

constexpr base::Duration kHour = std::chrono::hours(1);
constexpr base::Duration kHistory = std::chrono::hours(24);  // how far /history goes back
constexpr std::size_t kLongestAnswer = std::size_t{4} << 20;
constexpr double kHighestIntensity = 2000;  // life-cycle figures of coal are below 1200

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::optional<IntensitySlot> read_hour(const Json& entry, IntensityKind kind) {
  const Json* const value = member(entry, "carbonIntensity");
  const Json* const time = member(entry, "datetime");
  if (!value || !value->is_number() || !time || !time->is_string()) return std::nullopt;
  const double grams = value->get<double>();
  if (grams < 0 || grams > kHighestIntensity) return std::nullopt;
  const auto from = parse_utc_time(time->get_ref<const std::string&>());
  if (!from) return std::nullopt;
  const base::WallTime hour = std::chrono::floor<Hours>(*from);  // an odd minute belongs to its hour
  const Json* const estimated = member(entry, "isEstimated");
  const bool is_estimate = estimated != nullptr && estimated->is_boolean() && estimated->get<bool>();
  return IntensitySlot{
      hour, hour + kHour, base::CarbonIntensity::from_grams_per_kilowatt_hour(grams), kind, is_estimate ? "estimated" : "",
      {}};
}

const Json* list_of_hours(const Json& answer) {
  for (const char* name : {"history", "forecast", "data"})
    if (const Json* const list = member(answer, name); list && list->is_array()) return list;
  return nullptr;
}

class ElectricityMapsProvider final : public IntensityProvider {
 public:
  ElectricityMapsProvider(platform::HttpClient& http, const platform::Clock& clock, ElectricityMapsAccess access,
                          base::Duration patience)
      : http_(http), clock_(clock), access_(std::move(access)), patience_(patience) {
    while (!access_.base_url.empty() && access_.base_url.back() == '/') access_.base_url.pop_back();
  }

  base::Result<std::vector<IntensitySlot>> slots(base::WallTime from, base::WallTime to) override;
  base::Result<void> check_place() override;

 private:
  [[nodiscard]] platform::HttpRequest request_for(const std::string& path) const;
  base::Result<std::vector<IntensitySlot>> ask(const std::string& path, IntensityKind kind, base::SteadyTime deadline);
  [[nodiscard]] base::Error refusal(const platform::HttpResponse& answer) const;
  [[nodiscard]] std::string past_path(base::WallTime from, base::WallTime to, base::WallTime now) const;

  platform::HttpClient& http_;
  const platform::Clock& clock_;
  ElectricityMapsAccess access_;
  base::Duration patience_;
};

// What is older than /history needs the paid /past-range.
std::string ElectricityMapsProvider::past_path(base::WallTime from, base::WallTime to, base::WallTime now) const {
  if (from >= now - kHistory) return "/carbon-intensity/history?zone=" + access_.zone;
  return "/carbon-intensity/past-range?zone=" + access_.zone + "&start=" + base::utc_text(std::chrono::floor<Hours>(from)) +
         "&end=" + base::utc_text(std::chrono::ceil<Hours>(std::min(to, now)));
}

base::Result<std::vector<IntensitySlot>> ElectricityMapsProvider::slots(base::WallTime from, base::WallTime to) {
  const base::SteadyTime deadline = clock_.now() + patience_;
  const base::WallTime now = clock_.wall_now();
  std::vector<IntensitySlot> found;
  std::optional<base::Error> trouble;
  const auto take = [&](base::Result<std::vector<IntensitySlot>> part) {
    if (part) {
      found = merged(std::move(found), *std::move(part));
    } else if (!trouble) {
      trouble = part.error();
    }
  };
  if (to >= std::chrono::floor<Hours>(now))
    take(ask("/carbon-intensity/forecast?zone=" + access_.zone, IntensityKind::forecast, deadline));
  if (from < now) take(ask(past_path(from, to, now), IntensityKind::actual, deadline));
  std::erase_if(found, [&](const IntensitySlot& slot) { return slot.from > to || slot.to <= from; });
  if (!found.empty()) return found;
  return base::failure(trouble ? trouble->with_context("no carbon intensity from " + access_.base_url)
                               : base::Error{"Electricity Maps has no values for this time", {}});
}

base::Result<std::vector<IntensitySlot>> ElectricityMapsProvider::ask(const std::string& path, IntensityKind kind,
                                                                      base::SteadyTime deadline) {
  const auto response = platform::perform_with_retry(http_, clock_, request_for(path), deadline);
  if (!response) return base::failure(response.error());
  if (response->status != 200) return base::failure(refusal(*response));
  auto slots = parse_electricity_maps_answer(response->body, access_.zone, kind);
  if (!slots) return base::failure(slots.error());
  for (IntensitySlot& slot : *slots) {
    slot.source = "Electricity Maps, " + access_.zone + ", life cycle" + (slot.source.empty() ? "" : ", " + slot.source);
    slot.fetched = clock_.wall_now();
  }
  return slots;
}

// A 404 is about the zone only if it says so: an address of another service answers 404, too.
base::Result<void> ElectricityMapsProvider::check_place() {
  platform::HttpRequest request = request_for("/carbon-intensity/history?zone=" + access_.zone);
  request.timeout = patience_;
  const auto response = http_.perform(request);
  if (!response || response->status != 404) return {};
  const std::string words = service_words({response->status, response->body, {}, access_.token});
  if (words.find("zone") == std::string::npos && words.find("Zone") == std::string::npos) return {};
  return base::failure("Electricity Maps does not know zone " + access_.zone + " (" + words + ")",
                       "check it: the service's map shows the zones, such as GB, DE, US-CAL-CISO");
}

platform::HttpRequest ElectricityMapsProvider::request_for(const std::string& path) const {
  platform::HttpRequest request;
  request.url = access_.base_url + path;
  request.headers = {{"Accept", "application/json"}, {"auth-token", access_.token}};
  request.max_body_bytes = kLongestAnswer;
  return request;
}

// The token may be good and the plan too small, or the zone another one: only the service knows.
base::Error ElectricityMapsProvider::refusal(const platform::HttpResponse& answer) const {
  const std::string words = service_words({answer.status, answer.body, answer.header("location"), access_.token});
  if (answer.status == 401) return {"Electricity Maps refused the token (" + words + ")", "check the token"};
  if (answer.status == 403)
    return {"Electricity Maps refused this for zone " + access_.zone + " (" + words + ")",
            "check that the token's plan includes it, and that it is for this zone"};
  return {"Electricity Maps, zone " + access_.zone + ": " + words, {}};
}

}  // namespace

bool is_electricity_maps_zone(std::string_view text) {
  constexpr std::size_t longest = 20;
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.size() < 2 || text.size() > longest || !capital(text[0]) || !capital(text[1])) return false;
  if (text.size() > 2 && (text[2] != '-' || text.size() == 3)) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return capital(c) || c == '-' || (c >= '0' && c <= '9'); });
}

std::unique_ptr<IntensityProvider> make_electricity_maps_provider(platform::HttpClient& http, const platform::Clock& clock,
                                                                  ElectricityMapsAccess access, base::Duration patience) {
  return std::make_unique<ElectricityMapsProvider>(http, clock, std::move(access), patience);
}

base::Result<std::vector<IntensitySlot>> parse_electricity_maps_answer(std::string_view body, std::string_view zone,
                                                                       IntensityKind kind) {
  if (body.empty()) return base::failure("the answer is empty");
  const Json answer = base::parse_json(body);
  if (answer.is_discarded()) return base::failure("the answer is not JSON: " + base::excerpt(body));
  const Json* const answered = member(answer, "zone");
  if (answered && answered->is_string() && answered->get_ref<const std::string&>() != zone)
    return base::failure("the answer is about another zone: " + base::excerpt(answered->get_ref<const std::string&>()));
  const Json* const list = list_of_hours(answer);
  if (!list) return base::failure("no hours in the answer: " + base::excerpt(body));
  std::vector<IntensitySlot> slots;
  for (const Json& entry : *list)
    if (auto slot = read_hour(entry, kind)) slots.push_back(*std::move(slot));
  if (slots.empty()) return base::failure("no hour in the answer has a usable intensity: " + base::excerpt(body));
  std::sort(slots.begin(), slots.end(), [](const auto& a, const auto& b) {
    return a.from != b.from ? a.from < b.from : a.intensity > b.intensity;  // of two, the higher one stays
  });
  const auto same = [](const auto& a, const auto& b) { return a.from == b.from; };
  slots.erase(std::unique(slots.begin(), slots.end(), same), slots.end());
  return slots;
}

}  // namespace gpubench::carbon
