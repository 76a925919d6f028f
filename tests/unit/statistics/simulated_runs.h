// Runs with a known truth, drawn from a fixed seed: how often the statements of the room are wrong.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "statistics/change.h"
#include "statistics/decision.h"
#include "statistics/steps.h"

namespace gpubench::statistics::simulated {

class Draw {
 public:
  explicit Draw(unsigned seed) : engine_(seed) {}
  double normal() { return normal_(engine_); }
  bool coin() { return engine_() % 2 == 0; }
  template <class Items>
  void shuffle(Items& items) {
    std::shuffle(items.begin(), items.end(), engine_);
  }

 private:
  std::mt19937 engine_;
  std::normal_distribution<double> normal_;
};

struct Sitting {
  double variation = 0.01;  // CV of single runs
  double change = 0;        // of NEW, relative
  double drift = 0;         // over the whole sitting, relative
};

struct Pairs {
  std::vector<double> base;  // logarithms
  std::vector<double> changed;
  [[nodiscard]] Change result() const { return paired_change({base}, {changed}); }
};

// In random balanced order: as many pairs begin with BASE as with NEW.
inline Pairs draw_pairs(Draw& draw, std::size_t count, const Sitting& sitting) {
  std::vector<bool> base_first(count);
  for (std::size_t i = 0; i < count; ++i) base_first[i] = i % 2 == 0;
  if (count % 2 == 1) base_first.back() = draw.coin();
  draw.shuffle(base_first);
  const double per_run = count > 0 ? sitting.drift / static_cast<double>(2 * count - 1) : 0;
  Pairs pairs;
  double drifted = 0;
  const auto value = [&](double change) {
    const double log = std::log1p(change) + drifted + sitting.variation * draw.normal();
    drifted += per_run;
    return log;
  };
  for (const bool first : base_first) {
    if (first) {
      pairs.base.push_back(value(0));
      pairs.changed.push_back(value(sitting.change));
    } else {
      pairs.changed.push_back(value(sitting.change));
      pairs.base.push_back(value(0));
    }
  }
  return pairs;
}

inline std::vector<double> draw_logs(Draw& draw, std::size_t count, double variation) {
  std::vector<double> logs(count);
  for (double& log : logs) log = variation * draw.normal();
  return logs;
}

template <class Event>
double percent_of(std::size_t times, Event event) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < times; ++i) count += event() ? 1U : 0U;
  return 100.0 * static_cast<double>(count) / static_cast<double>(times);
}

inline bool holds(const Change& change, double truth) {
  return interval(change.value, change.budget).contains(truth);
}

// Pairs looked at until it is decided which of the two is the greater.
struct Decided {
  bool either_way = false;
  bool holds = false;  // the interval that is reported in the end
};
inline Decided until_decided(Draw& draw, const Sitting& sitting) {
  const Pairs all = draw_pairs(draw, 20, sitting);
  Decided result;
  for (const Look& look : looks_until_decided()) {
    const Side base{Values(all.base).first(look.pairs), {}, true};
    const Side changed{Values(all.changed).first(look.pairs), {}, true};
    result = {is_decided(base, changed, false), holds(paired_change(base, changed), std::log1p(sitting.change))};
    if (result.either_way) break;
  }
  return result;
}

// Pairs that are stopped when their ratio is known to `target`; whether the interval holds the truth.
inline bool precise_pairs_hold(Draw& draw, double variation, double target, std::size_t most) {
  const Pairs all = draw_pairs(draw, most, {.variation = variation});
  for (std::size_t pairs = kFewestUntilPrecise;; ++pairs) {
    const Side base{Values(all.base).first(pairs), {}, true};
    const Change change = paired_change(base, {Values(all.changed).first(pairs), {}, true});
    if (pairs < most && change.budget.factor(0.975) * change.budget.standard() > target) continue;
    return holds(change, 0);
  }
}

// A set that is stopped when its mean is known to `target`; whether its interval holds the truth.
inline bool precise_set_holds(Draw& draw, double variation, double target, std::size_t most) {
  std::vector<double> values;
  for (;;) {
    values.push_back(1000 * (1 + variation * draw.normal()));
    const auto reached = precision_reached(values, {});
    if (values.size() < most && (!reached || *reached > target)) continue;
    const Mean mean = mean_of(values, {}, degrees_after_stopping(values.size()));
    return interval(mean.sample.mean, mean.budget).contains(1000);
  }
}

// A history with a step of `change` at `first`, seen when `seen` values are there: whether a step is found within `slack` of
// it.
inline bool step_found(Draw& draw, std::size_t first, std::size_t seen, double variation, double change, std::size_t slack) {
  auto logs = draw_logs(draw, seen, variation);
  for (std::size_t i = first; i < seen; ++i) logs[i] += change;
  for (const Step& step : find_steps(logs))
    if (step.first + slack >= first && step.first <= first + slack) return true;
  return false;
}

}  // namespace gpubench::statistics::simulated
