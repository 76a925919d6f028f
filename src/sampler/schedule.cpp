#include "sampler/schedule.h"

#include <algorithm>

namespace gpubench::sampler {
namespace {

using namespace std::chrono_literals;

// An H200's power ring holds 2.36 s; a drain of more than 1 s leaves no room for one that comes late.
constexpr base::Duration kLongestDrainPeriod = 1s;
constexpr base::Duration kShortestPeriod = 1ms;
constexpr base::Duration kLeastLateness = 10ms;

}  // namespace

Schedule::Schedule(const SamplerOptions& options, std::size_t gpus, base::SteadyTime start)
    : interval_(std::max(options.interval, kShortestPeriod)),
      drain_period_(std::clamp(options.drain_period, kShortestPeriod, kLongestDrainPeriod)),
      burst_period_(std::max(options.burst_period, kShortestPeriod)),
      gpus_(gpus),
      origin_(start),
      drain_due_(start),
      burst_due_(start),
      drain_gpu_(gpus),
      counter_gpu_(gpus) {}

base::SteadyTime Schedule::reading_due() const {
  return origin_ + next_ * interval_;
}

std::optional<Step> Schedule::next(base::SteadyTime now) {
  begin_rounds(now);
  if (now >= reading_due() && !(after_reading_ && round_open())) {
    after_reading_ = true;
    return Step{Call::reading, 0, take_reading(now)};
  }
  after_reading_ = false;
  if (drain_gpu_ < gpus_) return Step{Call::drain, drain_gpu_++, 0};
  if (counter_gpu_ < gpus_) return Step{Call::counter, counter_gpu_++, 0};
  return std::nullopt;
}

void Schedule::begin_rounds(base::SteadyTime now) {
  bool counters_due = false;
  if (now >= drain_due_) {
    drain_due_ += ((now - drain_due_) / drain_period_ + 1) * drain_period_;
    if (drain_gpu_ == gpus_) drain_gpu_ = 0;
    counters_due = true;
  }
  if (burst_until_ && now >= *burst_until_) burst_until_.reset();
  if (burst_until_ && now >= burst_due_) counters_due = true;
  if (counters_due && counter_gpu_ == gpus_) {
    counter_gpu_ = 0;
    burst_due_ = now + burst_period_;
  }
}

std::size_t Schedule::take_reading(base::SteadyTime now) {
  const base::Duration::rep latest = (now - origin_) / interval_;
  const auto skipped = static_cast<std::size_t>(latest - next_);
  const base::Duration lateness = now - (origin_ + latest * interval_);
  health_.deadlines += skipped + 1;
  health_.late += skipped + (lateness > std::max(interval_ / 10, kLeastLateness) ? 1 : 0);
  health_.worst_lateness = std::max(health_.worst_lateness, now - reading_due());
  next_ = latest + 1;
  return tick_base_ + static_cast<std::size_t>(latest);
}

base::SteadyTime Schedule::wake() const {
  if (round_open()) return base::SteadyTime::min();
  const base::SteadyTime due = std::min(reading_due(), drain_due_);
  return burst_until_ && burst_due_ < *burst_until_ ? std::min(due, burst_due_) : due;
}

void Schedule::burst(base::SteadyTime until) {
  burst_until_ = std::max(burst_until_.value_or(until), until);
}

void Schedule::restart(base::SteadyTime now) {
  tick_base_ += static_cast<std::size_t>(next_);
  next_ = 0;
  origin_ = now;
  drain_due_ = now;
}

std::size_t Schedule::extra_tick() {
  return tick_base_++ + static_cast<std::size_t>(next_);
}

}  // namespace gpubench::sampler
