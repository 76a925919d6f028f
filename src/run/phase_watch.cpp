#include "run/phase_watch.h"

#include <algorithm>

#include "base/text.h"

namespace gpubench::run {

std::optional<base::Energy> PhaseWatch::used_until(base::SteadyTime time, const Point& now) const {
  if (time >= now.time) return now.energy;
  if (!last_ || time < last_->time || now.time <= last_->time) return std::nullopt;
  const double share = base::to_seconds(time - last_->time) / base::to_seconds(now.time - last_->time);
  return last_->energy + (now.energy - last_->energy) * share;
}

std::optional<record::PhaseNow> PhaseWatch::at(base::SteadyTime time, const std::optional<record::EnergyNow>& energy) {
  follower_.read();
  const phases::MarkCollector::Current current = follower_.current();
  const auto used = energy ? energy->of(gpus_) : std::nullopt;
  std::optional<record::PhaseNow> phase;
  if (!current.path.empty()) {
    if (current.since != since_) used_before_ = used ? used_until(current.since, {time, *used}) : std::nullopt;
    since_ = current.since;
    phase = record::PhaseNow{base::joined(current.path, "/"), std::max(time - current.since, base::Duration::zero())};
    if (used && used_before_) phase->energy = *used - *used_before_;
  }
  if (used) last_ = Point{time, *used};
  return phase;
}

}  // namespace gpubench::run
