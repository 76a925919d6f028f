#include "carbon/lookup.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace gpubench::carbon {
namespace {

// After a run longer than this the service is asked again even if it did not answer the last time.
constexpr base::Duration kShortRun = std::chrono::minutes(1);
// How long a run that ended before the service answered waits for it, although the cache knows its half-hours.
constexpr base::Duration kFirstAnswer = std::chrono::seconds(2);
// A live view without emissions serves nobody: a service that has not answered after this is taken as one that does not.
constexpr base::Duration kWithoutFactor = std::chrono::seconds(1);
// A run's past that a refresh asks for again, in case forecasts have become actual values.
constexpr base::Duration kLookBack = std::chrono::hours(24);

}  // namespace

Lookup::Lookup(Source source, const platform::Clock& clock, Timing timing)
    : source_(std::move(source)),
      clock_(clock),
      timing_(timing),
      start_(clock.wall_now()),
      busy_(source_.ask != nullptr),
      thread_([this] { run(); }) {}

Lookup::~Lookup() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Lookup::Range Lookup::next_range() const {
  const base::WallTime now = clock_.wall_now();
  return {std::max(start_, now - kLookBack), now + timing_.ahead, timing_.patience};
}

base::Duration Lookup::next_wait() const {
  base::Duration wait = timing_.first_retry;
  if (failures_ == 0) return timing_.refresh;
  for (int i = 1; i < failures_ && wait < timing_.refresh; ++i) wait *= 2;
  return std::min(wait, timing_.refresh);
}

void Lookup::run() {
  pthread_setname_np(pthread_self(), "carbon");
  std::unique_lock lock(mutex_);
  use_cache(lock);
  if (!source_.ask) return;
  while (!stopping_) {
    const Range range = wanted_ ? *wanted_ : next_range();
    ask(lock, range);
    changed_.wait_for(lock, next_wait(), [this] { return stopping_ || wanted_.has_value(); });
  }
}

void Lookup::use_cache(std::unique_lock<std::mutex>& lock) {
  if (!source_.cache) return;
  lock.unlock();
  auto kept = source_.cache->load();
  lock.lock();
  if (kept) {
    known_ = *std::move(kept);
  } else {
    notes_.push_back(kept.error().message);
  }
}

// Releases the lock while it asks.
void Lookup::ask(std::unique_lock<std::mutex>& lock, Range range) {
  busy_ = true;
  lock.unlock();
  auto slots = source_.ask(range.from, range.to, range.patience);
  lock.lock();
  trouble_ = slots ? "" : slots.error().message;
  failures_ = slots ? 0 : failures_ + 1;
  if (slots) known_ = merged(std::move(known_), *std::move(slots));
  if (trouble_.empty() && source_.cache) {
    auto copy = known_;
    lock.unlock();
    const auto stored = source_.cache->store(std::move(copy), clock_.wall_now());
    lock.lock();
    if (!stored) notes_.push_back("the forecast could not be saved for later: " + stored.error().message);
  }
  wanted_.reset();
  answered_ = true;
  busy_ = false;
  changed_.notify_all();
}

Answer Lookup::answer(base::WallTime from, base::WallTime to) {
  const base::SteadyTime deadline = clock_.now() + timing_.patience;
  const auto left = [&] { return std::max(deadline - clock_.now(), base::Duration::zero()); };
  std::unique_lock lock(mutex_);
  const auto covered = [&] { return covers(known_, from, to); };
  // What the cache has is enough, but a first answer that is on its way replaces it.
  changed_.wait_for(lock, covered() ? std::min(left(), kFirstAnswer) : left(),
                    [&] { return !busy_ || (covered() && answered_); });
  const bool worth_another = source_.ask && !covered() && (failures_ == 0 || to - from > kShortRun);
  if (worth_another && !busy_ && left() > base::Duration::zero()) {
    wanted_ = Range{from, to, left()};
    changed_.notify_all();
    changed_.wait_for(lock, left(), [&] { return !wanted_.has_value(); });
  }
  Answer answer = empty_answer(source_);
  std::copy_if(known_.begin(), known_.end(), std::back_inserter(answer.slots),
               [&](const auto& slot) { return slot.from <= to && slot.to >= from; });
  if (!covered()) answer.trouble = trouble_;
  note_uncovered(answer, from, to);
  return answer;
}

std::optional<IntensitySlot> Lookup::at(base::WallTime time) const {
  const std::lock_guard lock(mutex_);
  for (const IntensitySlot& slot : known_)
    if (slot.from <= time && time < slot.to) return slot;
  return std::nullopt;
}

bool Lookup::is_settled() const {
  const std::lock_guard lock(mutex_);
  return answered_ || !busy_ || clock_.wall_now() - start_ > kWithoutFactor;
}

std::vector<std::string> Lookup::take_notes() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notes_, {});
}

}  // namespace gpubench::carbon
