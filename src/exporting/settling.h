// When what a database has accepted can be read back.
#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "base/time.h"
#include "exporting/sample.h"

namespace gpubench::exporting {

// Databases answer before they have written down what they took; reading back earlier would miss it.
class Settling {
 public:
  // `time`: that a database takes to write down what it has accepted.
  explicit Settling(base::Duration time) : time_(time) {}

  void accepted(base::SteadyTime now, Place end) { waiting_.emplace_back(now + time_, end); }
  void advance(base::SteadyTime now);
  // All before it can be read back.
  [[nodiscard]] Place settled() const { return settled_; }
  [[nodiscard]] base::Duration time() const { return time_; }
  // When the next place settles; empty: nothing waits.
  [[nodiscard]] std::optional<base::SteadyTime> next() const;

 private:
  const base::Duration time_;
  std::deque<std::pair<base::SteadyTime, Place>> waiting_;
  Place settled_;
};

}  // namespace gpubench::exporting
