// The intensities for a run: asked for in the background before it and every half-hour while it lasts, and kept on disk, so
// that a lost or slow network costs it nothing.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "carbon/source.h"
#include "platform/clock.h"

namespace gpubench::carbon {

class Lookup {
 public:
  struct Timing {
    base::Duration refresh = std::chrono::minutes(30);
    base::Duration first_retry = std::chrono::minutes(1);  // after a failure; doubled up to `refresh`
    base::Duration patience = std::chrono::seconds(10);    // maximum time of answer() and the end together
    base::Duration ahead = std::chrono::hours(48);
  };

  // Starts asking at once, on a thread of its own. `clock` must outlive it.
  Lookup(Source source, const platform::Clock& clock, Timing timing);
  Lookup(Source source, const platform::Clock& clock) : Lookup(std::move(source), clock, Timing{}) {}
  ~Lookup();
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  // The slots that touch [from, to]; asks once more if what is known does not cover them. From one thread.
  Answer answer(base::WallTime from, base::WallTime to);

  // What is known of this moment, at once.
  [[nodiscard]] std::optional<IntensitySlot> at(base::WallTime time) const;
  // Nothing is to be expected soon that is not known yet: the first question was answered, has failed, was not asked, or
  // takes too long.
  [[nodiscard]] bool is_settled() const;
  [[nodiscard]] const Source& source() const { return source_; }
  // Warnings on the way (a broken cache, a cache that cannot be written); emptied by the call.
  [[nodiscard]] std::vector<std::string> take_notes();

 private:
  struct Range {
    base::WallTime from;
    base::WallTime to;
    base::Duration patience;
  };
  void run();
  void use_cache(std::unique_lock<std::mutex>& lock);
  void ask(std::unique_lock<std::mutex>& lock, Range range);
  [[nodiscard]] Range next_range() const;
  [[nodiscard]] base::Duration next_wait() const;

  const Source source_;
  const platform::Clock& clock_;
  const Timing timing_;
  const base::WallTime start_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<IntensitySlot> known_;
  std::vector<std::string> notes_;
  std::string trouble_;          // of the last question; empty: it was answered
  int failures_ = 0;             // in a row
  bool busy_;                    // a question is under way
  bool answered_ = false;        // or failed: the first question is over
  std::optional<Range> wanted_;  // by answer()
  bool stopping_ = false;
  std::thread thread_;  // last: starts when all else is there
};

}  // namespace gpubench::carbon
