#include "carbon/watttime/watttime.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "carbon/service_words.h"
#include "carbon/utc_time.h"
#include "platform/http_retry.h"

namespace gpubench::carbon {
namespace {

using Json = nlohmann::json;

constexpr double kGramsPerPound = 453.59237;                // international avoirdupois pound, exact
constexpr double kHighestPounds = 4400;                     // per MWh, 2000 g/kWh: more than twice what coal makes
constexpr base::Duration kPoint = std::chrono::minutes(5);  // where the answer does not say
constexpr base::Duration kLongestPoint = std::chrono::hours(1);
constexpr base::Duration kLongestPast = std::chrono::hours(24 * 31);  // the service allows 32 days
constexpr std::size_t kLongestAnswer = std::size_t{8} << 20;

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string_view text_member(const Json& object, const char* name) {
  const Json* const found = member(object, name);
  return found && found->is_string() ? std::string_view(found->get_ref<const std::string&>()) : std::string_view();
}

base::Duration point_length(const Json* meta) {
  const Json* const seconds = meta ? member(*meta, "data_point_period_seconds") : nullptr;
  if (!seconds || !seconds->is_number_integer()) return kPoint;
  const auto value = seconds->get<std::int64_t>();
  const bool sane = value >= 60 && value <= std::chrono::seconds(std::chrono::hours(1)).count();
  return sane ? base::Duration(std::chrono::seconds(value)) : kPoint;
}

std::optional<IntensitySlot> read_point(const Json& point, base::Duration length) {
  const Json* const value = member(point, "value");
  if (!value || !value->is_number()) return std::nullopt;
  const double pounds = value->get<double>();  // per MWh
  if (pounds < 0 || pounds > kHighestPounds) return std::nullopt;
  const auto from = parse_utc_time(text_member(point, "point_time"));
  if (!from) return std::nullopt;
  const auto intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(pounds * kGramsPerPound / 1000);
  return IntensitySlot{*from, *from + length, intensity, IntensityKind::marginal, {}, {}};
}

// Sorted, of two values for one moment the higher one; each is cut where the next begins.
void straighten(std::vector<IntensitySlot>& slots) {
  std::sort(slots.begin(), slots.end(),
            [](const auto& a, const auto& b) { return a.from != b.from ? a.from < b.from : a.intensity > b.intensity; });
  const auto same = [](const auto& a, const auto& b) { return a.from == b.from; };
  slots.erase(std::unique(slots.begin(), slots.end(), same), slots.end());
  for (std::size_t i = 1; i < slots.size(); ++i) slots[i - 1].to = std::min(slots[i - 1].to, slots[i].from);
}

std::string words_of(const platform::HttpResponse& answer, std::string_view secret) {
  return service_words({answer.status, answer.body, answer.header("location"), secret});
}

class WattTimeProvider final : public IntensityProvider {
 public:
  WattTimeProvider(platform::HttpClient& http, const platform::Clock& clock, WattTimeAccess access, base::Duration patience)
      : http_(http), clock_(clock), access_(std::move(access)), patience_(patience) {
    while (!access_.base_url.empty() && access_.base_url.back() == '/') access_.base_url.pop_back();
  }

  base::Result<std::vector<IntensitySlot>> slots(base::WallTime from, base::WallTime to) override;

 private:
  base::Result<std::string> log_in(base::SteadyTime deadline);
  base::Result<std::vector<IntensitySlot>> ask(const std::string& path, const std::string& token, base::SteadyTime deadline);

  platform::HttpClient& http_;
  const platform::Clock& clock_;
  WattTimeAccess access_;
  base::Duration patience_;
};

base::Result<std::vector<IntensitySlot>> WattTimeProvider::slots(base::WallTime from, base::WallTime to) {
  const base::SteadyTime deadline = clock_.now() + patience_;
  const base::WallTime now = clock_.wall_now();
  const auto token = log_in(deadline);
  if (!token) return base::failure(token.error());
  const std::string what = "region=" + access_.region + "&signal_type=co2_moer";
  std::vector<IntensitySlot> found;
  std::optional<base::Error> trouble;
  const auto take = [&](base::Result<std::vector<IntensitySlot>> part) {
    if (part) {
      found = merged(std::move(found), *std::move(part));
    } else if (!trouble) {
      trouble = part.error();
    }
  };
  if (to > now) take(ask("/v3/forecast?" + what + "&horizon_hours=48", *token, deadline));
  if (from < now) {
    const base::WallTime begin = std::max(from - kLongestPoint, now - kLongestPast);
    take(ask("/v3/historical?" + what + "&start=" + base::utc_text(begin) + "&end=" + base::utc_text(std::min(to, now)),
             *token, deadline));
  }
  std::erase_if(found, [&](const IntensitySlot& slot) { return slot.from > to || slot.to <= from; });
  if (!found.empty()) return found;
  return base::failure(trouble ? trouble->with_context("no carbon intensity from " + access_.base_url)
                               : base::Error{"WattTime has no values for this time", {}});
}

// A token for the next half-hour: requested each time, which is far below the service's limit of 100 in 5 minutes.
base::Result<std::string> WattTimeProvider::log_in(base::SteadyTime deadline) {
  platform::HttpRequest request;
  request.url = access_.base_url + "/login";
  request.basic_auth = {access_.user, access_.password};
  request.max_body_bytes = std::size_t{1} << 16;
  const auto response = platform::perform_with_retry(http_, clock_, request, deadline);
  if (!response) return base::failure(response.error().with_context("WattTime login"));
  const std::string words = words_of(*response, access_.password);
  if (response->status == 401 || response->status == 403)
    return base::failure("WattTime refused the login (" + words + ")", "check the user name and the password");
  if (response->status != 200) return base::failure("WattTime login: " + words);
  const Json answer = base::parse_json(response->body);
  std::string token(text_member(answer, "token"));
  const bool printable = std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (token.empty() || !printable) return base::failure("WattTime login: no token in the answer");
  return token;
}

base::Result<std::vector<IntensitySlot>> WattTimeProvider::ask(const std::string& path, const std::string& token,
                                                               base::SteadyTime deadline) {
  platform::HttpRequest request;
  request.url = access_.base_url + path;
  request.headers = {{"Accept", "application/json"}, {"Authorization", "Bearer " + token}};
  request.max_body_bytes = kLongestAnswer;
  const auto response = platform::perform_with_retry(http_, clock_, request, deadline);
  if (!response) return base::failure(response.error());
  const std::string words = words_of(*response, token);
  if (response->status == 401 || response->status == 403)
    return base::failure("this WattTime account has no access to region " + access_.region + " (" + words + ")",
                         "accounts without a subscription have CAISO_NORTH only");
  if (response->status != 200) return base::failure("WattTime, region " + access_.region + ": " + words);
  auto slots = parse_watttime_answer(response->body, access_.region);
  if (!slots) return base::failure(slots.error());
  for (IntensitySlot& slot : *slots) {
    slot.source = "WattTime, " + access_.region + ", marginal (MOER)";
    slot.fetched = clock_.wall_now();
  }
  return slots;
}

}  // namespace

bool is_watttime_region(std::string_view text) {
  constexpr std::size_t longest = 40;
  if (text.size() < 2 || text.size() > longest || text.front() < 'A' || text.front() > 'Z') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::unique_ptr<IntensityProvider> make_watttime_provider(platform::HttpClient& http, const platform::Clock& clock,
                                                          WattTimeAccess access, base::Duration patience) {
  return std::make_unique<WattTimeProvider>(http, clock, std::move(access), patience);
}

base::Result<std::vector<IntensitySlot>> parse_watttime_answer(std::string_view body, std::string_view region) {
  if (body.empty()) return base::failure("the answer is empty");
  const Json answer = base::parse_json(body);
  if (answer.is_discarded()) return base::failure("the answer is not JSON: " + base::excerpt(body));
  const Json* const meta = member(answer, "meta");
  const std::string_view answered = meta ? text_member(*meta, "region") : std::string_view();
  if (!answered.empty() && answered != region)
    return base::failure("the answer is about another region: " + base::excerpt(answered));
  const std::string_view units = meta ? text_member(*meta, "units") : std::string_view();
  if (units != "lbs_co2_per_mwh") return base::failure("the answer is not in lbs_co2_per_mwh: " + base::excerpt(body));
  const Json* const list = member(answer, "data");
  if (!list || !list->is_array()) return base::failure("no points in the answer: " + base::excerpt(body));
  std::vector<IntensitySlot> slots;
  const base::Duration length = point_length(meta);
  for (const Json& point : *list)
    if (auto slot = read_point(point, length)) slots.push_back(*std::move(slot));
  if (slots.empty()) return base::failure("no point in the answer has a usable value: " + base::excerpt(body));
  straighten(slots);
  return slots;
}

}  // namespace gpubench::carbon
