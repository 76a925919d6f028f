// One GPU's trace as an endless series: played repeatedly without a seam.
#pragma once

#include <vector>

#include "base/time.h"
#include "meter/replay/trace.h"

namespace gpubench::meter {

// The trace as a function of the time played, which may be beyond its end (it begins again) and, for power samples, before
// its start (it has always been playing). Immutable.
//
// The loop runs from the first power sample at or after the trace's start to one sample period past the last, so that
// samples keep their pace across the seam; without power samples the readings give it. The counter gains in each loop the
// energy between the first and the last of its transitions plus, for the time around the seam, the mean power recorded
// there.
class Timeline {
 public:
  explicit Timeline(const TraceOfGpu& trace);

  [[nodiscard]] base::Duration length() const { return length_; }
  // The last reading at or before `played`; its time is left as recorded.
  [[nodiscard]] const GpuReading& reading_at(base::Duration played) const;
  // The last value recorded at or before `played`, plus what the loops before it have used.
  [[nodiscard]] Field<base::Energy> energy_at(base::Duration played) const;
  // Appends the samples with from < time <= until, as times played. Returns why, if there are none and that is what the
  // trace says.
  Field<void> power_between(base::Duration from, base::Duration until, std::vector<TracePower>& out) const;

 private:
  struct Position {
    std::int64_t loop;
    base::Duration offset;  // 0 <= offset < length
  };
  // A change of what the counter showed: its value, or why it showed none.
  struct CounterStep {
    base::Duration offset;
    Field<base::Energy> energy;
  };
  struct Power {
    base::Duration offset;
    Field<base::Power> power;
  };
  [[nodiscard]] Position position_of(base::Duration played) const;
  void set_loop(const TraceOfGpu& trace);
  void take_counter(const TraceOfGpu& trace);
  [[nodiscard]] base::Energy energy_of_loop() const;
  [[nodiscard]] base::Power mean_power_outside(base::Duration from, base::Duration until) const;

  base::SteadyTime start_;  // of the loop, in the trace's time
  base::Duration length_{};
  std::vector<GpuReading> readings_;
  std::vector<CounterStep> steps_;
  base::Energy energy_of_loop_;
  std::vector<Power> power_;
};

}  // namespace gpubench::meter
