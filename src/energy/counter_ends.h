// The value of the hardware counter when the run started and when it ended.
//
// The counter moves every 100 ms and is published with a lag L of 0-60 ms that cannot be seen, so it is never read "at" an
// end of the run; taking the nearest readings would be wrong by up to a period of load power at each end.
//
// By power: the readings beside the end, brought to it by the power samples between (counter_value_at.h). A reading or two
// is enough, and idle or not only changes how wide it is. Anchored, if the GPU is idle beside the run.
//
// Without power samples the counter is read in a burst, and its changes are timed.
// Anchored end: the GPU is idle before the start and after the end. Then
//     C(start) = C_k + P_pre * (start - t_k)      k: last well-timed change before the start
//     C(end)   = C_m - P_post * (t_m - end)       m: first well-timed change later than the end by the longest lag
// with P_pre and P_post the counter's own slope over the well-timed changes before the start and from 150 ms after the end
// on (the updates before that may still carry load energy). L cancels but for L * (P_pre - P_post).
//
// Interpolated end: where there are no such changes (no idle time around the run), or where they do not lie on a steady
// line (somebody else uses the GPU), or where the driver says that the GPU was in use then, C is read off the straight line
// between the changes next to the end. It is drawn on beyond the first or last change for one counter period at most;
// further out the counter is an error, not a guess.
#pragma once

#include <cstddef>
#include <optional>

#include "base/quantity.h"
#include "base/result.h"
#include "base/time.h"
#include "energy/counter_value.h"
#include "meter/reading.h"
#include "series/series.h"

namespace gpubench::energy {

// A power found from the counter's own slope.
struct CounterLevel {
  base::Power power;
  base::Power uncertainty;  // standard: timing of the changes, and drift between the halves of the time
};

// The counter at one end of the run, and what it rests on.
struct CounterEnd {
  base::Energy value;
  bool anchored = false;
  // By power: standard uncertainty of the value, but for that of the lag; empty: one of the other two.
  std::optional<base::Energy> by_power = {};
  std::optional<CounterLock> lock = {};  // that the value rests on
  base::Duration timing{};               // the changes used lie within their times +- this
  // Idle power beside the run; of an anchor by changes also how far off it is.
  CounterLevel idle = {};
  base::Duration distance{};
  // Interpolated: time between the changes on either side, the place of the end within it (0 to 1), its mean power.
  base::Duration between{};
  base::Ratio position = {};
  base::Power mean_power = {};
};

struct CounterEnds {
  CounterEnd start;
  CounterEnd end;
  base::Duration extrapolated{};         // time of the run outside the first and last change
  base::Duration longest_gap{};          // between readings, the part within the run
  std::size_t samples = 0;               // readings within the run
  std::optional<CounterTick> tick = {};  // where both ends rest on it
  [[nodiscard]] bool anchored() const { return start.anchored && end.anchored; }
};

// `power`: the driver's samples, if there are any.
base::Result<CounterEnds> counter_ends(const series::Series<meter::CounterReading>& counter, base::Window run,
                                       const series::Series<meter::PowerSample>* power = nullptr,
                                       const meter::SensorTiming& sensor = {}, Beside beside = Beside::idle);

}  // namespace gpubench::energy
