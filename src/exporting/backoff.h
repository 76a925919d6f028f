// When a request that was not taken may be tried again.
#pragma once

#include <chrono>
#include <random>
#include <string_view>

#include "base/time.h"
#include "platform/clock.h"

namespace gpubench::exporting {

// Pauses that grow with each failure, cut by chance so that many clients do not come back at once; or as the server asks.
// One thread. `clock` must outlive it.
class Backoff {
 public:
  struct Limits {
    base::Duration first =
        std::chrono::milliseconds(500);  // doubled with each failure, up to half of it taken off at random
    base::Duration longest = std::chrono::seconds(60);
  };

  Backoff(const platform::Clock& clock, Limits limits);

  // After a failure. `asked`: the answer's Retry-After, which goes before.
  void pause(std::string_view asked);
  void pause_for(base::Duration time);
  void succeeded() { failures_ = 0; }
  // The pause is over, unless the server asked for it: somebody waits.
  void hurry();
  // A try was made: what the server asked for before it holds no longer.
  void tried() { asked_to_wait_ = false; }

  [[nodiscard]] base::SteadyTime next_try() const { return next_try_; }
  [[nodiscard]] int failures() const { return failures_; }  // in a row

 private:
  const platform::Clock& clock_;
  const Limits limits_;
  base::SteadyTime next_try_;
  bool asked_to_wait_ = false;
  int failures_ = 0;
  std::minstd_rand random_;
};

}  // namespace gpubench::exporting
