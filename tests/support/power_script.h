// Power as a known function of time, with its exact energy: the truth that estimates are held against.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"

namespace gpubench::support {

struct PowerScript {
  std::function<base::Power(base::SteadyTime)> power;
  std::function<base::Energy(base::SteadyTime)> energy;  // used until then, counted from any fixed moment

  [[nodiscard]] base::Energy used(base::Window window) const { return energy(window.end) - energy(window.start); }
};

// Power that holds from each moment until the next; an earlier moment replaces what was to come after it. The first power
// also holds before it.
class PowerSteps {
 public:
  explicit PowerSteps(base::Power from_the_start) : steps_{{base::SteadyTime{}, from_the_start, base::Energy{}}} {}
  PowerSteps& then(base::SteadyTime from, base::Power power) {
    while (steps_.size() > 1 && steps_.back().from >= from) steps_.pop_back();  // replaces what was to hold then
    const Step& last = steps_.back();
    steps_.push_back({from, power, last.before + last.power * (from - last.from)});
    return *this;
  }
  [[nodiscard]] base::Power power(base::SteadyTime time) const { return at(time).power; }
  [[nodiscard]] base::Energy energy(base::SteadyTime time) const {
    const Step& step = at(time);
    return step.before + step.power * (time - step.from);
  }
  [[nodiscard]] PowerScript script() const {
    return {[steps = *this](base::SteadyTime time) { return steps.power(time); },
            [steps = *this](base::SteadyTime time) { return steps.energy(time); }};
  }

 private:
  struct Step {
    base::SteadyTime from;
    base::Power power;
    base::Energy before;  // used until `from`
  };
  [[nodiscard]] const Step& at(base::SteadyTime time) const {
    const auto after = std::upper_bound(steps_.begin(), steps_.end(), time,
                                        [](base::SteadyTime value, const Step& step) { return value < step.from; });
    return after == steps_.begin() ? steps_.front() : *(after - 1);
  }
  std::vector<Step> steps_;
};

// Any function, integrated numerically from `start` on in steps of a quarter of a millisecond.
inline PowerScript power_script(std::function<base::Power(base::SteadyTime)> power, base::SteadyTime start) {
  struct Sums {
    base::SteadyTime start;
    std::vector<base::Energy> until{base::Energy{}};
  };
  static constexpr base::Duration kStep = std::chrono::microseconds(250);
  auto energy = [power, sums = Sums{start}](base::SteadyTime time) mutable {
    const base::Duration since = std::max(time - sums.start, base::Duration::zero());
    const auto whole = static_cast<std::size_t>(since / kStep);
    while (sums.until.size() <= whole) {
      const base::SteadyTime from = sums.start + static_cast<base::Duration::rep>(sums.until.size() - 1) * kStep;
      sums.until.push_back(sums.until.back() + power(from + kStep / 2) * kStep);
    }
    return sums.until[whole] + power(time) * (since % kStep);
  };
  return {std::move(power), std::move(energy)};
}

}  // namespace gpubench::support
