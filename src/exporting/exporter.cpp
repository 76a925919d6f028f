#include "exporting/exporter.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>

namespace gpubench::exporting {
namespace {

constexpr base::Duration kLookPeriod = std::chrono::seconds(1);  // after what the journal has grown by
constexpr base::Duration kLastLooks = std::chrono::milliseconds(100);
constexpr base::Duration kRetryAtEnd = std::chrono::seconds(2);  // while somebody waits

}  // namespace

Exporter::Exporter(std::unique_ptr<Session> session, const platform::Clock& clock)
    : session_(std::move(session)), clock_(clock) {
  session_->give_up_when([this] { return time_is_up(); });
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "exporter");
}

Exporter::~Exporter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Exporter::run() {
  base::SteadyTime hurry_at;
  base::SteadyTime quiet_since = clock_.now();  // all that was read is dealt with
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::optional<base::SteadyTime> deadline = deadline_;
    lock.unlock();
    if (deadline && clock_.now() >= hurry_at) {
      session_->hurry();
      hurry_at = clock_.now() + kRetryAtEnd;
    }
    const bool more = session_->step(deadline.value_or(clock_.now() + std::chrono::hours(1)));
    const base::SteadyTime now = clock_.now();
    if (more || !session_->all_verified()) quiet_since = now;
    // If the disk does not accept the journal's last note, it is waited for only a moment.
    const bool complete = session_->has_results() || now - quiet_since >= kRetryAtEnd;
    const bool all_done = deadline && !more && session_->all_verified() && complete;
    const base::Duration longest = deadline ? kLastLooks : kLookPeriod;
    const base::SteadyTime next = session_->next_time().value_or(now + longest);
    lock.lock();
    if (all_done || (deadline_ && now >= *deadline_)) break;
    if (more) continue;
    changed_.wait_for(lock, std::clamp<base::Duration>(next - now, std::chrono::milliseconds(1), longest),
                      [&] { return stopping_ || deadline_ != deadline; });
  }
  ended_ = true;
  changed_.notify_all();
}

bool Exporter::time_is_up() {
  const std::lock_guard lock(mutex_);
  return stopping_ || (deadline_ && clock_.now() >= *deadline_);
}

record::ExportRecord Exporter::finish(base::Duration budget, const std::function<bool()>& give_up) {
  {
    std::unique_lock lock(mutex_);
    deadline_ = clock_.now() + budget;
    changed_.notify_all();
    while (!changed_.wait_for(lock, kLastLooks, [this] { return ended_; })) {
      lock.unlock();
      const bool enough = give_up();
      lock.lock();
      if (enough) stopping_ = true;
    }
  }
  thread_.join();
  return session_->conclude();
}

void export_until_done(Session& session, const platform::Clock& clock, base::Duration patience,
                       const std::function<bool()>& enough) {
  std::uint64_t seen = session.advance_count();
  base::SteadyTime moved = clock.now();
  for (;;) {
    const bool more = session.step(clock.now() + patience);
    if (session.advance_count() != seen || session.is_in_doubt()) {
      seen = session.advance_count();
      moved = clock.now();
    }
    if ((!more && session.all_verified()) || enough()) return;
    if (clock.now() >= moved + patience) return;
    if (more) continue;
    const base::SteadyTime next = session.next_time().value_or(clock.now() + kLastLooks);
    clock.sleep_until(std::min(next, clock.now() + kLookPeriod));
  }
}

}  // namespace gpubench::exporting
