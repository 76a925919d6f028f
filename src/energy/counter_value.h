// The value of the energy counter at a moment, from its readings nearby and the power samples between them and the moment.
//
// A reading shows what the counter was at its last update, which is up to one period (100 ms) old: an unknown age from 0 to
// 100 ms. The energy between that update and the moment is the area under the driver's power samples, so every reading i
// bounds the counter at the moment m:
//     C_i + area(after_i - L, m)  <=  C(m)  <=  C_i + area(before_i - L - 100 ms, m)        (areas are signed)
// In idle the two are a few joules apart, under load about seventy. Readings of one moment intersect: two that are an odd
// number of half periods apart see different ages and halve the width. The publication lag L (0-60 ms, 30 ms
// taken) shifts every reading alike: an error of it cancels in a difference but for the difference of power at the two ends.
// In idle time the readings may say when the counter ticks (counter_lock.h): then the age is known to a few milliseconds.
#pragma once

#include <optional>

#include "base/quantity.h"
#include "base/time.h"
#include "energy/counter_lock.h"
#include "energy/use_beside.h"
#include "meter/reading.h"
#include "series/series.h"

namespace gpubench::energy {

struct CounterValue {
  base::Energy value;
  base::Energy standard;            // uncertainty of the value, but for that of the lag
  base::Power level;                // mean power while the nearest reading grew old
  bool steady = false;              // power beside the moment, on the side looked at, without load in it
  std::optional<CounterLock> lock;  // that the value rests on
};

enum class Ticks : bool { are_ignored, may_be_used };

// On which side of the moment the GPU is thought to be idle.
enum class IdleSide : bool { before, after };

// Readings on the idle side are used; where there are none within a few seconds, the one nearest to the moment. Empty: no
// reading, or the power samples do not reach from it to the moment without a gap.
std::optional<CounterValue> counter_value_at(const series::Series<meter::CounterReading>& counter,
                                             const series::Series<meter::PowerSample>& series, base::SteadyTime moment,
                                             IdleSide side, const meter::SensorTiming& sensor = {},
                                             Beside beside = Beside::idle, Ticks ticks = Ticks::may_be_used);

}  // namespace gpubench::energy
