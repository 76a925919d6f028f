#include "exporting/backoff.h"

#include <algorithm>

#include "exporting/answer.h"

namespace gpubench::exporting {
namespace {

constexpr int kMostDoublings = 10;

}  // namespace

Backoff::Backoff(const platform::Clock& clock, Limits limits)
    : clock_(clock),
      limits_(limits),
      random_(static_cast<std::minstd_rand::result_type>(clock.now().time_since_epoch().count())) {}

void Backoff::pause(std::string_view asked) {
  if (const auto wait = retry_after(asked, clock_.wall_now())) {
    pause_for(*wait);
    asked_to_wait_ = true;
  } else {
    const base::Duration full = std::min(limits_.longest, limits_.first * (1 << std::min(failures_, kMostDoublings)));
    pause_for(base::from_seconds(base::to_seconds(full) * std::uniform_real_distribution<double>(0.5, 1.0)(random_)));
  }
  ++failures_;
}

void Backoff::pause_for(base::Duration time) {
  next_try_ = clock_.now() + time;
}

void Backoff::hurry() {
  if (!asked_to_wait_) next_try_ = {};
}

}  // namespace gpubench::exporting
