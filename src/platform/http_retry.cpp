#include "platform/http_retry.h"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

namespace gpubench::platform {
namespace {

constexpr base::Duration kTryTime = std::chrono::seconds(5);  // so that one hanging try leaves time for another
constexpr int kTries = 3;
constexpr base::Duration kFirstPause = std::chrono::milliseconds(300);

// Waits a little longer before each try, with jitter so that many runs do not return at one moment. False: no time left for
// it.
bool pause(const Clock& clock, int attempt, base::SteadyTime deadline) {
  std::minstd_rand random(static_cast<std::minstd_rand::result_type>(clock.now().time_since_epoch().count()));
  const double jitter = std::uniform_real_distribution<double>(0.5, 1.0)(random);
  const base::SteadyTime until = clock.now() + base::from_seconds(base::to_seconds(kFirstPause) * jitter * (1 << attempt));
  if (until >= deadline) return false;
  clock.sleep_until(until);
  return true;
}

bool worth_another_try(const base::Result<HttpResponse>& answer) {
  return !answer || answer->status == 429 || answer->status >= 500;
}

}  // namespace

base::Result<HttpResponse> perform_with_retry(HttpClient& http, const Clock& clock, HttpRequest request,
                                              base::SteadyTime deadline) {
  base::Result<HttpResponse> last = base::failure("no time left");
  for (int attempt = 0; attempt < kTries; ++attempt) {
    if (attempt > 0 && !pause(clock, attempt, deadline)) break;
    const base::Duration left = deadline - clock.now();
    if (left <= base::Duration::zero()) break;
    request.timeout = std::min(left, kTryTime);
    last = http.perform(request);
    if (!worth_another_try(last)) break;
  }
  return last;
}

}  // namespace gpubench::platform
