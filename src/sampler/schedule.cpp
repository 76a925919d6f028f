#include "sampler/schedule.h"

#include <algorithm>

namespace gpubench::sampler {
namespace {

using namespace std::chrono_literals;

// An H200's power ring holds 2.36 s; a drain period above 1 s leaves no room for a late drain.
constexpr base::Duration kLongestDrainPeriod = 1s;
constexpr base::Duration kShortestPeriod = 1ms;
constexpr base::Duration kLeastLateness = 10ms;
constexpr base::Duration kBeforeStart = 20ms;  // the last reading before the workload is done by then
constexpr base::Duration kNearTheWorkload = 1500ms;
// Several steps of the counter just before the start; just after the end enough for one clear of the load's own tail.
constexpr base::Duration kBurstBefore = 600ms;
constexpr base::Duration kBurstAfter = 1200ms;

// Rounds on one side of the workload, so far apart that they see the counter at ages that divide its period evenly.
struct Rounds {
  int count = 1;
  base::Duration apart{};
};

// So many within the length: the greatest odd number of period/count apart. One: they do not fit.
Rounds rounds_of(int count, base::Duration length, const meter::SensorTiming& sensor) {
  const base::Duration part = sensor.counter_period / count;
  const base::Duration room = length / (count - 1);
  if (room < part) return {};
  return {count, ((room - part) / (2 * part) * 2 + 1) * part};
}

// Four, where there is time between them for the calls of many GPUs; else two.
Rounds rounds_within(base::Duration length, const meter::SensorTiming& sensor) {
  constexpr int kMany = 4;
  const Rounds many = rounds_of(kMany, length, sensor);
  return many.apart >= sensor.counter_period * 3 / 4 ? many : rounds_of(2, length, sensor);
}

// After the workload: the counter no longer carries its load, and has moved since.
base::Duration settled(const meter::SensorTiming& sensor) {
  return sensor.load_tail + sensor.counter_period / 2;
}

SamplerOptions bounded(SamplerOptions options) {
  options.interval = std::max(options.interval, kShortestPeriod);
  options.drain_period = std::clamp(options.drain_period, kShortestPeriod, kLongestDrainPeriod);
  options.counter_period = std::max(options.counter_period, kShortestPeriod);
  options.burst_period = std::max(options.burst_period, kShortestPeriod);
  return options;
}

}  // namespace

Schedule::Schedule(const SamplerOptions& options, std::size_t gpus, base::SteadyTime start)
    : options_(bounded(options)),
      gpus_(gpus),
      origin_(start),
      drain_due_(start),
      counter_due_(start),
      quick_due_(start),
      burst_due_(start),
      drain_gpu_(gpus),
      counter_gpu_(gpus) {}

base::SteadyTime Schedule::reading_due() const {
  return origin_ + next_ * options_.interval;
}

std::optional<Step> Schedule::next(base::SteadyTime now) {
  begin_rounds(now);
  const std::optional<SearchStep> search = next_search();
  const bool search_due = search && now >= search->due;
  const bool others_first = after_reading_ && (round_open() || search_due);
  const bool quick = without_samples_ && now >= quick_due_;
  if (!others_first && (quick || now >= reading_due())) {
    after_reading_ = true;
    // On a grid, as the driver's renewals are: so all are of one age, but those that are late.
    const base::Duration apart = std::max(options_.sensor.reading_renewed, kShortestPeriod);
    if (now >= quick_due_) quick_due_ += ((now - quick_due_) / apart + 1) * apart;
    return now >= reading_due() ? Step{Call::reading, 0, take_reading(now)} : Step{Call::quick_reading, 0, 0};
  }
  after_reading_ = false;
  if (drain_gpu_ < gpus_) return Step{Call::drain, drain_gpu_++, 0};
  if (counter_gpu_ < gpus_) return Step{Call::counter, counter_gpu_++, 0};
  if (!search_due) return std::nullopt;
  searches_[search->gpu].begun();
  return Step{Call::counter, search->gpu, 0};
}

std::optional<Schedule::SearchStep> Schedule::next_search() const {
  std::optional<SearchStep> next;
  if (without_samples_) return next;
  for (std::size_t gpu = 0; gpu < searches_.size(); ++gpu)
    if (const auto due = searches_[gpu].due(); due && (!next || *due < next->due)) next = {gpu, *due};
  return next;
}

void Schedule::counter_read(std::size_t gpu, const meter::CounterReading& reading) {
  if (gpu < searches_.size()) searches_[gpu].add(reading);
}

void Schedule::begin_rounds(base::SteadyTime now) {
  if (counters_due(now) && counter_gpu_ == gpus_) {
    counter_gpu_ = 0;
    burst_due_ = now + options_.burst_period;
  }
  if (now < drain_due_) return;
  drain_due_ += ((now - drain_due_) / options_.drain_period + 1) * options_.drain_period;
  if (drain_gpu_ == gpus_) drain_gpu_ = 0;
}

bool Schedule::counters_due(base::SteadyTime now) {
  bool due = without_samples_ && now >= drain_due_;
  if (now >= counter_due_) {
    counter_due_ += ((now - counter_due_) / options_.counter_period + 1) * options_.counter_period;
    due = true;
  }
  while (!extra_counters_.empty() && now >= extra_counters_.front()) {
    extra_counters_.erase(extra_counters_.begin());
    due = true;
  }
  if (burst_ && now >= burst_->end) burst_.reset();
  return due || (bursting() && burst_->contains(now) && now >= burst_due_);
}

std::size_t Schedule::take_reading(base::SteadyTime now) {
  const base::Duration::rep latest = (now - origin_) / options_.interval;
  const auto skipped = static_cast<std::size_t>(latest - next_);
  const base::Duration lateness = now - (origin_ + latest * options_.interval);
  health_.deadlines += skipped + 1;
  health_.late += skipped + (lateness > std::max(options_.interval / 10, kLeastLateness) ? 1 : 0);
  health_.worst_lateness = std::max(health_.worst_lateness, now - reading_due());
  next_ = latest + 1;
  return tick_base_ + static_cast<std::size_t>(latest);
}

base::SteadyTime Schedule::wake() const {
  if (round_open()) return base::SteadyTime::min();
  base::SteadyTime due = std::min({reading_due(), drain_due_, counter_due_});
  if (!extra_counters_.empty()) due = std::min(due, extra_counters_.front());
  if (const auto search = next_search()) due = std::min(due, search->due);
  if (without_samples_) due = std::min(due, quick_due_);
  if (!bursting()) return due;
  const base::SteadyTime next_of_burst = std::max(burst_due_, burst_->start);
  return next_of_burst < burst_->end ? std::min(due, next_of_burst) : due;
}

void Schedule::idle(Idle where, base::SteadyTime now, base::Duration length) {
  if (length <= base::Duration::zero()) return;
  const base::SteadyTime end = now + length;
  const base::Duration near = std::min(length, kNearTheWorkload);
  extra_counters_.clear();
  if (where == Idle::before_the_workload) {
    const Rounds rounds = rounds_within(near - kBeforeStart, options_.sensor);
    burst_ = {end - std::min(kBurstBefore, length), end};
    search_in({end - near, end - kBeforeStart});
    const bool first_of_all_is_far = length > near;
    for (int round = first_of_all_is_far ? 0 : 1; rounds.count > 1 && round < rounds.count; ++round)
      extra_counters_.push_back(end - near + round * rounds.apart);
  } else {
    const Rounds rounds = rounds_within(near - settled(options_.sensor), options_.sensor);
    burst_ = {now, now + std::min(kBurstAfter, length)};
    search_in({now + settled(options_.sensor), now + near});
    const bool last_of_all_is_far = length > near;
    for (int round = rounds.count - 1; rounds.count > 1 && round >= (last_of_all_is_far ? 0 : 1); --round)
      extra_counters_.push_back(now + near - round * rounds.apart);
  }
}

void Schedule::search_in(base::Window when) {
  searches_.assign(gpus_, TickSearch(when, options_.sensor.counter_period));
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
