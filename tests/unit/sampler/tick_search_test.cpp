#include "sampler/tick_search.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>

namespace gpubench::sampler {
namespace {

using namespace std::chrono_literals;

constexpr base::SteadyTime kSearchStart{1000s};
constexpr base::Window kSearchTime{kSearchStart, kSearchStart + 1500ms};

// A counter of an idle GPU, 8 J a tick.
struct TickingCounter {
  base::Duration period = 100ms;
  base::Duration phase = 37ms;
  base::Duration call = 3ms;
  [[nodiscard]] base::SteadyTime tick_before(base::SteadyTime time) const {
    return base::SteadyTime{(time.time_since_epoch() - phase) / period * period + phase};
  }
  [[nodiscard]] meter::CounterReading read(base::SteadyTime time) const {
    const auto ticks = tick_before(time + call / 2).time_since_epoch() / period;
    return {time, time + call, base::Energy::from_joules(8.0 * static_cast<double>(ticks))};
  }
};

// Reads as asked, each reading `late`; returns how many it took.
std::size_t search(TickSearch& ticks, const TickingCounter& counter, base::Duration late = {}) {
  std::size_t readings = 1;
  ticks.add(counter.read(kSearchStart));
  while (const auto due = ticks.due()) {
    ticks.begun();
    ticks.add(counter.read(*due + late));
    if (++readings > 50) break;
  }
  return readings;
}

// T0.1
TEST(TickSearch, AFewReadingsLockTheTickToThreeMilliseconds) {
  for (int phase = 0; phase < 100; ++phase) {
    const TickingCounter counter{100ms, phase * 1ms};
    TickSearch ticks(kSearchTime, 100ms);
    EXPECT_LE(search(ticks, counter), 7U);  // seven where a reading in the middle would come too soon
    ASSERT_TRUE(ticks.tick());
    EXPECT_LE(ticks.tick()->length() / 2, 3250us) << "half of it is the call's";
    const base::SteadyTime real = counter.tick_before(ticks.tick()->middle() + 50ms);
    EXPECT_LE(std::chrono::abs(ticks.tick()->middle() - real), 3ms) << phase;
  }
}

TEST(TickSearch, EachReadingIsWithinAPeriodOfTheOneBefore) {
  const TickingCounter counter;
  TickSearch ticks(kSearchTime, 100ms);
  base::SteadyTime previous = kSearchStart;
  ticks.add(counter.read(kSearchStart));
  while (const auto due = ticks.due()) {
    EXPECT_GT(*due, previous);
    EXPECT_LT(*due - previous, 100ms);
    previous = *due;
    ticks.begun();
    ticks.add(counter.read(*due));
  }
}

TEST(TickSearch, LateReadingsTakeMoreOfThem) {
  for (const base::Duration late : {10ms, 30ms, 60ms, 90ms, 130ms}) {
    const TickingCounter counter;
    TickSearch ticks(kSearchTime, 100ms);
    EXPECT_LE(search(ticks, counter, late), 9U);
    ASSERT_TRUE(ticks.tick());
    const base::SteadyTime real = counter.tick_before(ticks.tick()->latest);
    EXPECT_GE(real, ticks.tick()->earliest) << "whatever is known is right: " << late.count();
  }
}

TEST(TickSearch, AsksNothingWithoutAReadingOutsideItsTimeOrAfterAFailure) {
  const TickingCounter counter;
  TickSearch ticks(kSearchTime, 100ms);
  EXPECT_EQ(ticks.due(), std::nullopt);
  ticks.add(counter.read(kSearchStart - 1s));
  EXPECT_EQ(ticks.due(), std::nullopt) << "read before its time";
  ticks.add(counter.read(kSearchStart));
  EXPECT_TRUE(ticks.due());
  ticks.begun();  // and fails
  EXPECT_EQ(ticks.due(), std::nullopt);
  TickSearch late(kSearchTime, 100ms);
  late.add(counter.read(kSearchTime.end - 20ms));
  EXPECT_EQ(late.due(), std::nullopt) << "the next reading would be outside";
}

TEST(TickSearch, AnotherPeriodEndsToo) {
  for (const base::Duration period :
       {base::Duration(20ms), base::Duration(97ms), base::Duration(103ms), base::Duration(500ms)}) {
    TickSearch ticks(kSearchTime, 100ms);
    EXPECT_LE(search(ticks, {period, 37ms}), 9U);
  }
}

TEST(TickSearch, ACounterThatRestartsEndsToo) {
  TickSearch ticks(kSearchTime, 100ms);
  ticks.add({kSearchStart, kSearchStart + 3ms, base::Energy::from_joules(800)});
  ticks.add({kSearchStart + 50ms, kSearchStart + 53ms, base::Energy::from_joules(808)});
  ticks.add({kSearchStart + 250ms, kSearchStart + 253ms, base::Energy::from_joules(3)});
  ASSERT_TRUE(ticks.tick());
  EXPECT_EQ(ticks.tick()->latest, kSearchStart + 253ms) << "goes on from there";
}

}  // namespace
}  // namespace gpubench::sampler
