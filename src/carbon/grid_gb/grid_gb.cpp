#include "carbon/grid_gb/grid_gb.h"

#include <algorithm>
#include <random>
#include <ratio>
#include <utility>

#include "carbon/grid_gb/intensity_answer.h"

namespace gpubench::carbon {
namespace {

using HalfHours = std::chrono::duration<std::int64_t, std::ratio<1800>>;

constexpr base::Duration kTotalTime = std::chrono::seconds(10);  // of one call of slots()
constexpr base::Duration kTryTime = std::chrono::seconds(5);     // so that one hanging try leaves room for another
constexpr int kTries = 3;
constexpr base::Duration kFirstPause = std::chrono::milliseconds(300);
// The API refuses more than 14 days at once.
constexpr base::Duration kLongestRange = std::chrono::hours(24 * 13);
constexpr std::size_t kLongestAnswer = std::size_t{4} << 20;  // 13 days with generation mix are about 0.4 MiB
constexpr auto kRemedy = "the yearly factor is used instead; check the network or try again later";

bool worth_another_try(int status) {
  return status >= 500;
}

class GridGbProvider final : public IntensityProvider {
 public:
  GridGbProvider(platform::HttpClient& http, const platform::Clock& clock, std::string base_url, Region region)
      : http_(http), clock_(clock), base_url_(std::move(base_url)), region_(region) {
    while (!base_url_.empty() && base_url_.back() == '/') base_url_.pop_back();
  }

  base::Result<std::vector<IntensitySlot>> slots(base::WallTime from, base::WallTime to) override;

 private:
  base::Result<std::vector<IntensitySlot>> ask(base::WallTime from, base::WallTime to, base::SteadyTime deadline);
  base::Result<platform::HttpResponse> fetch(const std::string& url, base::SteadyTime deadline);
  bool pause(int attempt, base::SteadyTime deadline);
  [[nodiscard]] std::string source() const {
    return "Carbon Intensity API, " + std::string(region_.name) + " (region " + std::to_string(region_.id) + ")";
  }

  platform::HttpClient& http_;
  const platform::Clock& clock_;
  std::string base_url_;
  Region region_;
};

base::Result<std::vector<IntensitySlot>> GridGbProvider::slots(base::WallTime from, base::WallTime to) {
  const base::SteadyTime deadline = clock_.now() + kTotalTime;
  // Whole half-hours; at least the one that `from` lies in.
  const base::WallTime first = std::chrono::floor<HalfHours>(from);
  const base::WallTime last = std::max<base::WallTime>(std::chrono::ceil<HalfHours>(to), first + HalfHours(1));

  std::vector<IntensitySlot> found;
  for (base::WallTime start = first; start < last;) {
    const base::WallTime end = std::min<base::WallTime>(start + kLongestRange, last);
    auto part = ask(start, end, deadline);
    if (!part) {
      if (!found.empty()) break;  // what came is better than nothing: the rest are holes
      return base::failure(base::Error{part.error().message, kRemedy}.with_context("no carbon forecast from " + base_url_));
    }
    found.insert(found.end(), part->begin(), part->end());
    start = end;
  }
  return found;
}

// The slots within [from, to), both on half-hour boundaries.
base::Result<std::vector<IntensitySlot>> GridGbProvider::ask(base::WallTime from, base::WallTime to,
                                                             base::SteadyTime deadline) {
  // Asked exactly on a boundary the service also returns the half-hour that ends there: one minute later it does not. What
  // it adds at either end is dropped below.
  const std::string url = base_url_ + "/regional/intensity/" + api_time_text(from + std::chrono::minutes(1)) + "/" +
                          api_time_text(to) + "/regionid/" + std::to_string(region_.id);
  const auto response = fetch(url, deadline);
  if (!response) return base::failure(response.error());
  const base::WallTime now = clock_.wall_now();
  auto slots = parse_intensity_answer(response->body, region_.id);
  if (!slots) return base::failure(slots.error().with_context("HTTP " + std::to_string(response->status)));
  std::erase_if(*slots, [&](const IntensitySlot& slot) { return slot.from < from || slot.to > to; });
  if (slots->empty()) return base::failure("the answer has no half-hour of those asked for");
  for (IntensitySlot& slot : *slots) {
    slot.source = source();
    slot.fetched = now;
  }
  return slots;
}

base::Result<platform::HttpResponse> GridGbProvider::fetch(const std::string& url, base::SteadyTime deadline) {
  base::Error last{"no time left", {}};
  for (int attempt = 0; attempt < kTries; ++attempt) {
    if (attempt > 0 && !pause(attempt, deadline)) break;
    const base::Duration left = deadline - clock_.now();
    if (left <= base::Duration::zero()) break;
    platform::HttpRequest request;
    request.url = url;
    request.headers = {{"Accept", "application/json"}};
    request.timeout = std::min(left, kTryTime);
    request.max_body_bytes = kLongestAnswer;
    auto response = http_.perform(request);
    if (response && response->status == 200) return response;
    if (response) {
      // The body of an error says why, if anything does.
      const auto words = parse_intensity_answer(response->body, region_.id);
      last = {"HTTP " + std::to_string(response->status) + (words ? "" : ": " + words.error().message), {}};
      if (!worth_another_try(response->status)) break;
    } else {
      last = response.error();
    }
  }
  return base::failure(last);
}

// Waits a little longer before each try, with jitter so that many runs do not return at one moment. False: no time left for
// it.
bool GridGbProvider::pause(int attempt, base::SteadyTime deadline) {
  std::minstd_rand random(static_cast<std::minstd_rand::result_type>(clock_.now().time_since_epoch().count()));
  const double jitter = std::uniform_real_distribution<double>(0.5, 1.0)(random);
  const base::SteadyTime until = clock_.now() + base::from_seconds(base::to_seconds(kFirstPause) * jitter * (1 << attempt));
  if (until >= deadline) return false;
  clock_.sleep_until(until);
  return true;
}

}  // namespace

std::unique_ptr<IntensityProvider> make_grid_gb_provider(platform::HttpClient& http, const platform::Clock& clock,
                                                         std::string base_url, Region region) {
  return std::make_unique<GridGbProvider>(http, clock, std::move(base_url), region);
}

}  // namespace gpubench::carbon
