// From one side to the other: the difference of two means with its budget. Of logarithms it is the logarithm of a ratio.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "statistics/budget.h"
#include "statistics/floors.h"

namespace gpubench::statistics {

struct Change {
  double value = 0;  // new minus base
  Budget budget;
};

struct Side {
  Values values;  // not empty
  Floors floors = {};
  bool stopped_by_values = false;  // what the values were decided how many there are (--until): see stopping.h
};

// Value by value, of one sitting: what drifts slowly is common to both of a pair. At least two pairs.
Change paired_change(const Side& base, const Side& changed);

// Side by side: Welch 1947. Each side has at least two values.
Change unpaired_change(const Side& base, const Side& changed);

// A side of one value against several: whether it is one of them (a prediction interval).
Change single_change(const Side& base, const Side& changed);

// What is known of the scatter from earlier sets of the same kind.
struct Repeatability {
  double deviation = 0;  // pooled: sum of (n-1) s^2 by sum of (n-1)
  double degrees = 0;    // sum of (n-1)
};
inline constexpr double kEnoughHistory = 8;  // degrees of freedom from which it is used

// One or two runs a side.
Change pooled_change(const Side& base, const Side& changed, const Repeatability& known);

// A mean of few runs, beside the scatter of means that others have of more runs: what that scatter lacks. `within`: the
// scatter of single runs. Empty: it lacks nothing.
std::optional<Term> term_of_fewer_runs(const Repeatability& within, std::size_t runs,
                                       std::span<const std::size_t> runs_of_others);

// One run a side and no history: what the meter alone allows, for k = 2. The scatter of the runs is not in it.
Change meter_change(const Side& base, const Side& changed);

// An adder of (n-1) s^2.
class Pool {
 public:
  void add(const Sample& sample);
  [[nodiscard]] Repeatability repeatability() const;

 private:
  double squares_ = 0;
  double degrees_ = 0;
};

// The standard uncertainty that the scatter between sittings adds to a ratio of one sitting a side: an assumed 0.5 % as a
// rectangle on each side.
double assumed_sitting_uncertainty();

}  // namespace gpubench::statistics
