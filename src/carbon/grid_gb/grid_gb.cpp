#include "carbon/grid_gb/grid_gb.h"

#include <algorithm>
#include <optional>
#include <ratio>
#include <utility>

#include "carbon/grid_gb/intensity_answer.h"
#include "carbon/service_words.h"
#include "platform/http_retry.h"

namespace gpubench::carbon {
namespace {

using HalfHours = std::chrono::duration<std::int64_t, std::ratio<1800>>;

// The API refuses more than 14 days at once.
constexpr base::Duration kLongestRange = std::chrono::hours(24 * 13);
constexpr std::size_t kLongestAnswer = std::size_t{4} << 20;  // 13 days with generation mix are about 0.4 MiB
constexpr auto kRemedy = "check the network or try again later";

std::string without_last_slash(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

// A place, or nothing for the whole country.
class GridGbProvider final : public IntensityProvider {
 public:
  GridGbProvider(platform::HttpClient& http, const platform::Clock& clock, std::string base_url, std::optional<Place> place,
                 base::Duration patience)
      : http_(http),
        clock_(clock),
        base_url_(without_last_slash(std::move(base_url))),
        place_(std::move(place)),
        patience_(patience) {}

  base::Result<std::vector<IntensitySlot>> slots(base::WallTime from, base::WallTime to) override;
  base::Result<void> check_place() override;

 private:
  base::Result<std::vector<IntensitySlot>> ask(base::WallTime from, base::WallTime to, base::SteadyTime deadline);
  base::Result<std::string> fetch(const std::string& url, base::SteadyTime deadline);
  [[nodiscard]] base::Result<std::vector<IntensitySlot>> parse(const std::string& body) const;
  [[nodiscard]] std::string url(base::WallTime from, base::WallTime to) const;
  [[nodiscard]] std::string source() const {
    return "Carbon Intensity API, " + (place_ ? place_text(*place_) : std::string("Great Britain (national)"));
  }

  platform::HttpClient& http_;
  const platform::Clock& clock_;
  std::string base_url_;
  std::optional<Place> place_;
  base::Duration patience_;
};

base::Result<std::vector<IntensitySlot>> GridGbProvider::slots(base::WallTime from, base::WallTime to) {
  const base::SteadyTime deadline = clock_.now() + patience_;
  // Whole half-hours; at least the one that `from` lies in.
  const base::WallTime first = std::chrono::floor<HalfHours>(from);
  const base::WallTime last = std::max<base::WallTime>(std::chrono::ceil<HalfHours>(to), first + HalfHours(1));

  std::vector<IntensitySlot> found;
  for (base::WallTime start = first; start < last;) {
    const base::WallTime end = std::min<base::WallTime>(start + kLongestRange, last);
    auto part = ask(start, end, deadline);
    if (!part) {
      if (!found.empty()) break;  // what came is better than nothing: the rest are gaps
      return base::failure(base::Error{part.error().message, kRemedy}.with_context("no carbon forecast from " + base_url_));
    }
    found.insert(found.end(), part->begin(), part->end());
    start = end;
  }
  return found;
}

// The regions are built in; of a postcode only its form is known here. Nothing but the postcode can be wrong with this
// request, so that a 400 is about it.
base::Result<void> GridGbProvider::check_place() {
  const auto* postcode = place_ ? std::get_if<Postcode>(&*place_) : nullptr;
  if (postcode == nullptr) return {};
  platform::HttpRequest request;
  request.url = base_url_ + "/regional/postcode/" + postcode->outward;
  request.headers = {{"Accept", "application/json"}};
  request.max_body_bytes = kLongestAnswer;
  request.timeout = patience_;
  const auto response = http_.perform(request);
  if (!response || response->status != 400) return {};
  return base::failure("the Carbon Intensity API does not know postcode " + postcode->outward + " (" +
                           service_words({response->status, response->body, {}, {}}) + ")",
                       "check it, or name the region: --carbon-region \"\" lists them");
}

std::string GridGbProvider::url(base::WallTime from, base::WallTime to) const {
  // Asked exactly on a boundary the service also returns the half-hour that ends there: one minute later it does not. What
  // it adds at either end is dropped by ask().
  const std::string range = "/intensity/" + api_time_text(from + std::chrono::minutes(1)) + "/" + api_time_text(to);
  if (!place_) return base_url_ + range;
  if (const auto* region = std::get_if<Region>(&*place_))
    return base_url_ + "/regional" + range + "/regionid/" + std::to_string(region->id);
  return base_url_ + "/regional" + range + "/postcode/" + std::get<Postcode>(*place_).outward;
}

base::Result<std::vector<IntensitySlot>> GridGbProvider::parse(const std::string& body) const {
  if (!place_) return parse_national_answer(body);
  const auto* region = std::get_if<Region>(&*place_);
  return parse_intensity_answer(body, region != nullptr ? std::optional(region->id) : std::nullopt);
}

// The slots within [from, to), both on half-hour boundaries.
base::Result<std::vector<IntensitySlot>> GridGbProvider::ask(base::WallTime from, base::WallTime to,
                                                             base::SteadyTime deadline) {
  const auto body = fetch(url(from, to), deadline);
  if (!body) return base::failure(body.error());
  const base::WallTime now = clock_.wall_now();
  auto slots = parse(*body);
  if (!slots) return base::failure(slots.error().with_context("HTTP 200"));
  std::erase_if(*slots, [&](const IntensitySlot& slot) { return slot.from < from || slot.to > to; });
  if (slots->empty()) return base::failure("the answer has none of the half-hours asked for");
  for (IntensitySlot& slot : *slots) {
    slot.source = source();
    slot.fetched = now;
  }
  return slots;
}

base::Result<std::string> GridGbProvider::fetch(const std::string& url, base::SteadyTime deadline) {
  platform::HttpRequest request;
  request.url = url;
  request.headers = {{"Accept", "application/json"}};
  request.max_body_bytes = kLongestAnswer;
  auto response = platform::perform_with_retry(http_, clock_, request, deadline);
  if (!response) return base::failure(response.error());
  if (response->status == 200) return std::move(response->body);
  return base::failure(service_words({response->status, response->body, response->header("location"), {}}));
}

}  // namespace

std::unique_ptr<IntensityProvider> make_grid_gb_provider(platform::HttpClient& http, const platform::Clock& clock,
                                                         std::string base_url, Place place, base::Duration patience) {
  return std::make_unique<GridGbProvider>(http, clock, std::move(base_url), std::move(place), patience);
}

std::unique_ptr<IntensityProvider> make_grid_gb_national_provider(platform::HttpClient& http, const platform::Clock& clock,
                                                                  std::string base_url, base::Duration patience) {
  return std::make_unique<GridGbProvider>(http, clock, std::move(base_url), std::nullopt, patience);
}

}  // namespace gpubench::carbon
