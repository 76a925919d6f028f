// Energy counters that do not tick on a grid of 100 ms: what must not be taken for one that does.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "unit/energy/drawn_runs.h"

namespace gpubench::energy {

using Updates = std::function<base::SteadyTime(base::SteadyTime)>;

inline base::SteadyTime tick_of(base::Duration::rep number, base::Duration period, base::Duration phase) {
  return base::SteadyTime{number * period + phase};
}

// Each tick is off its place by up to `most`.
inline Updates unsteady_updates(base::Duration period, base::Duration phase, base::Duration most, unsigned seed) {
  return [=](base::SteadyTime time) {
    const auto place = [&](base::Duration::rep number) {
      std::mt19937 random(seed + static_cast<unsigned>(number));
      random.discard(3);
      const double off = std::uniform_real_distribution<>(-1, 1)(random);
      return tick_of(number, period, phase) + base::from_seconds(base::to_seconds(most) * off);
    };
    base::Duration::rep number = (time.time_since_epoch() - phase) / period + 1;
    while (place(number) > time) --number;
    return place(number);
  };
}

// Each period is longer or shorter by up to `most`, so that the ticks leave any grid.
inline Updates wandering_updates(base::Duration period, base::Duration phase, base::Duration most, unsigned seed) {
  struct State {
    std::mt19937 random;
    base::SteadyTime latest;
    base::SteadyTime next;
  };
  auto state = std::make_shared<State>(State{std::mt19937(seed), {}, {}});
  return [=](base::SteadyTime time) {
    if (state->next == base::SteadyTime{}) state->next = time - period + phase;
    while (state->next <= time) {
      const double off = std::uniform_real_distribution<>(-1, 1)(state->random);
      state->latest = state->next;
      state->next += period + base::from_seconds(base::to_seconds(most) * off);
    }
    return state->latest;
  };
}

// Some ticks are left out: the next one has their energy, too.
inline Updates skipping_updates(base::Duration period, base::Duration phase, double share, unsigned seed) {
  return [=](base::SteadyTime time) {
    base::Duration::rep number = (time.time_since_epoch() - phase) / period;
    const auto is_skipped = [&](base::Duration::rep tick) {
      std::mt19937 random(seed + static_cast<unsigned>(tick));
      random.discard(3);
      return std::bernoulli_distribution(share)(random);
    };
    while (is_skipped(number)) --number;
    return tick_of(number, period, phase);
  };
}

// Renewed by the call that finds it older than a period.
inline Updates updates_when_asked(base::Duration period) {
  auto latest = std::make_shared<base::SteadyTime>();
  return [=](base::SteadyTime time) {
    if (time - *latest >= period) *latest = time;
    return *latest;
  };
}

inline const std::vector<std::string>& odd_counters() {
  static const std::vector<std::string> kinds = {"period 99 to 101 ms", "period 97 to 103 ms", "ticks off by 5 ms",
                                                 "periods off by 5 ms", "skips ticks",         "renewed when asked"};
  return kinds;
}

inline void make_odd(Conditions& conditions, const std::string& kind, Draw& draw) {
  const auto seed = static_cast<unsigned>(draw.random());
  const base::Duration phase = conditions.phase;
  Updates updates;
  if (kind == "period 99 to 101 ms") conditions.counter_period = draw.milliseconds(99, 101);
  if (kind == "period 97 to 103 ms") conditions.counter_period = draw.milliseconds(97, 103);
  if (kind == "ticks off by 5 ms") updates = unsteady_updates(100ms, phase, 5ms, seed);
  if (kind == "periods off by 5 ms") updates = wandering_updates(100ms, phase, 5ms, seed);
  if (kind == "skips ticks") updates = skipping_updates(100ms, phase, 0.2, seed);
  if (kind == "renewed when asked") updates = updates_when_asked(100ms);
  if (updates) conditions.fault = [=](support::ScriptedGpu& gpu, base::Window) { gpu.counter_update = updates; };
}

}  // namespace gpubench::energy
