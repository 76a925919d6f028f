// The recorded counter of an H200: two times, 46 s and a load of 690 W apart, show one grid of 100 ms.
#include "meter/counter_tick.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "meter/replay/trace.h"
#include "support/places/places.h"

namespace gpubench::meter {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kTickPeriod = 100ms;

// All readings of a time, read every 5 to 20 ms: each change is one tick.
TickWindow tick_within(const TraceOfGpu& gpu, base::Window window) {
  TickWindow tick;
  base::Duration::rep ticks = 0;
  std::optional<base::Energy> previous;
  for (const TraceCounter& reading : gpu.counter) {
    if (!window.contains(reading.before) || !reading.energy) continue;
    if (previous && *reading.energy != *previous) ++ticks;
    previous = *reading.energy;
    tick.narrow({reading.before, reading.after, *reading.energy}, ticks, kTickPeriod);
  }
  return tick;
}

TEST(CounterTick, OneGridFitsTheRecordedReadings) {
  const auto trace = load_trace(support::source_folder() + "/traces/h200.trace");
  ASSERT_TRUE(trace) << trace.error().message;
  const TickWindow before = tick_within(trace->gpus.at(0), {base::SteadyTime{0s}, base::SteadyTime{4s}});
  const TickWindow after = tick_within(trace->gpus.at(0), {base::SteadyTime{49s}, base::SteadyTime{52s}});
  for (const TickWindow& tick : {before, after}) {
    EXPECT_FALSE(tick.contradicted());
    EXPECT_LT(tick.length(), 8ms) << "what the calls, and 5 ms between them, leave open";
  }
  const base::Duration apart = after.middle() - before.middle();
  EXPECT_LE(std::chrono::abs((apart + kTickPeriod / 2) % kTickPeriod - kTickPeriod / 2), 3ms);
}

TEST(CounterTick, AReadingNarrowsFromBothSides) {
  TickWindow tick;
  tick.narrow({base::SteadyTime{1s}, base::SteadyTime{1003ms}, {}}, 0, kTickPeriod);
  EXPECT_EQ(tick.earliest, base::SteadyTime{900ms});
  EXPECT_EQ(tick.latest, base::SteadyTime{1003ms});
  tick.narrow({base::SteadyTime{1050ms}, base::SteadyTime{1053ms}, {}}, 1, kTickPeriod);
  EXPECT_EQ(tick.latest, base::SteadyTime{953ms}) << "the next one came by then";
  tick.narrow({base::SteadyTime{1125ms}, base::SteadyTime{1128ms}, {}}, 1, kTickPeriod);
  EXPECT_EQ(tick.earliest, base::SteadyTime{925ms}) << "and the one after it had not";
  EXPECT_EQ(tick.after(2, kTickPeriod).earliest, base::SteadyTime{1125ms});
  tick.narrow({base::SteadyTime{1250ms}, base::SteadyTime{1253ms}, {}}, 1, kTickPeriod);
  EXPECT_TRUE(tick.contradicted());
}

}  // namespace
}  // namespace gpubench::meter
