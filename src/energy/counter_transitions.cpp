#include "energy/counter_transitions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "energy/series_search.h"

namespace gpubench::energy {
namespace {

// No single GPU draws half of this; a counter that shows more has jumped.
constexpr base::Power kImpossiblePower = base::Power::from_watts(3000);
// An idle H200 moves its counter every 100 ms.
constexpr base::Duration kLongestStandstill = std::chrono::seconds(1);

std::string fixed(double value, int digits) {
  std::array<char, 64> text{};
  char* const end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits).ptr;
  return {text.data(), end};
}

// "12.3 s after the start of the run"
std::string moment_text(base::SteadyTime time, base::SteadyTime start) {
  const double seconds = base::to_seconds(time - start);
  return fixed(std::abs(seconds), 1) + " s " + (seconds < 0 ? "before" : "after") + " the start of the run";
}

}  // namespace

base::Result<void> TransitionFinder::check(const meter::CounterReading& reading) const {
  const std::string moment = moment_text(reading.middle(), start_);
  const base::Energy rise = reading.energy - previous_->energy;
  const base::Duration gap = reading.middle() - previous_->middle();
  if (rise < base::Energy{}) {
    return base::failure("the energy counter restarted at " + fixed(reading.energy.joules(), 0) + " J, " + moment,
                         "the driver was reloaded or the GPU reset: turn persistence mode on");
  }
  if (rise > kImpossiblePower * (gap + period_)) {
    return base::failure("the energy counter jumped by " + fixed(rise.joules(), 0) + " J within " +
                         fixed(base::to_seconds(gap), 3) + " s, " + moment);
  }
  if (rise == base::Energy{} && reading.middle() - unchanged_since_ > kLongestStandstill) {
    return base::failure("the energy counter does not move: it was the same for more than a second, " + moment);
  }
  return {};
}

base::Result<std::optional<Transition>> TransitionFinder::add(const meter::CounterReading& reading) {
  base::SteadyTime earliest = reading.middle() - period_;
  if (previous_) {
    if (reading.middle() <= previous_->middle()) return std::nullopt;
    if (const auto checked = check(reading); !checked) return base::failure(checked.error());
    earliest = std::max(earliest, previous_->middle());
  }
  const bool moved = !previous_ || previous_->energy != reading.energy;
  previous_ = reading;
  if (!moved) return std::nullopt;
  unchanged_since_ = reading.middle();
  const base::Duration half = (reading.middle() - earliest) / 2;
  return Transition{earliest + half, half, reading.energy};
}

std::size_t first_reading_for(const series::Series<meter::CounterReading>& counter, base::SteadyTime time) {
  const std::size_t first =
      first_not_before(counter, time - kWalkReach, [](const auto& reading) { return reading.middle(); });
  return first - std::min<std::size_t>(first, 2);
}

}  // namespace gpubench::energy
