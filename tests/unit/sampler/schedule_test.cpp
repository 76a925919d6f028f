#include "sampler/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace gpubench::sampler {
namespace {

using namespace std::chrono_literals;

constexpr base::SteadyTime kStart{1000s};

SamplerOptions options(base::Duration interval, base::Duration drain_period = 1s) {
  SamplerOptions options;
  options.interval = interval;
  options.drain_period = drain_period;
  return options;
}

struct Done {
  base::Duration at;  // since kStart
  Step step;
};

// Costs of the calls of a GPU.
struct Costs {
  base::Duration reading = 20us;
  base::Duration drain = 440us;
  base::Duration counter = 3ms;
  [[nodiscard]] base::Duration of(const Step& step) const {
    return step.call == Call::reading || step.call == Call::quick_reading ? reading
           : step.call == Call::drain                                     ? drain
                                                                          : counter;
  }
};

// Obeys a schedule on a time of its own.
class Player {
 public:
  Player(const SamplerOptions& sampler_options, std::size_t gpus, Costs costs = {})
      : schedule(sampler_options, gpus, kStart), costs_(costs) {}
  void play_until(base::Duration until) {
    while (now - kStart < until) {
      if (const auto step = schedule.next(now)) {
        done.push_back({now - kStart, *step});
        now += costs_.of(*step);
      } else {
        ASSERT_GT(schedule.wake(), now) << "would spin";
        now = std::min(kStart + until, schedule.wake());
      }
    }
  }
  [[nodiscard]] std::vector<Done> of(Call call, std::size_t gpu = 0) const {
    std::vector<Done> found;
    std::copy_if(done.begin(), done.end(), std::back_inserter(found),
                 [&](const Done& one) { return one.step.call == call && one.step.gpu == gpu; });
    return found;
  }

  Schedule schedule;
  base::SteadyTime now = kStart;
  std::vector<Done> done;

 private:
  Costs costs_;
};

TEST(Schedule, ReadingsKeepToTheirGrid) {
  Player player(options(250ms), 1);
  player.play_until(10s);
  const auto readings = player.of(Call::reading);
  ASSERT_EQ(readings.size(), 40U);
  for (std::size_t k = 0; k < readings.size(); ++k) {
    EXPECT_EQ(readings[k].at, static_cast<int>(k) * 250ms);
    EXPECT_EQ(readings[k].step.tick, k);
  }
  EXPECT_EQ(player.schedule.health().deadlines, 40U);
  EXPECT_EQ(player.schedule.health().late, 0U);
}

TEST(Schedule, DrainsAndCountersOnceASecondWhateverTheInterval) {
  for (const auto interval :
       {base::Duration(1ms), base::Duration(100ms), base::Duration(1s), base::Duration(5s), base::Duration(60s)}) {
    Player player(options(interval), 2);
    player.schedule.without_samples(true);
    player.play_until(30s);
    for (const std::size_t gpu : {0U, 1U}) {
      for (const Call call : {Call::drain, Call::counter}) {
        const auto calls = player.of(call, gpu);
        ASSERT_EQ(calls.size(), 30U) << interval.count();
        for (std::size_t i = 0; i < calls.size(); ++i) {
          EXPECT_GE(calls[i].at, i * 1s);
          EXPECT_LT(calls[i].at, i * 1s + 20ms);
        }
      }
    }
  }
}

TEST(Schedule, DrainPeriodIsAtMostASecond) {
  Player player(options(5s, 10s), 1);
  player.play_until(10s);
  EXPECT_EQ(player.of(Call::drain).size(), 10U);
}

TEST(Schedule, WakesNoMoreOftenThanNeeded) {
  Schedule schedule(options(5s), 1, kStart);
  while (schedule.next(kStart)) {
  }
  EXPECT_EQ(schedule.wake(), kStart + 1s);
  EXPECT_EQ(schedule.next(kStart + 999ms), std::nullopt);
}

TEST(Schedule, MissedDeadlinesAreSkippedAndCounted) {
  Schedule schedule(options(100ms, 1s), 0, kStart);
  EXPECT_EQ(schedule.next(kStart)->tick, 0U);
  EXPECT_EQ(schedule.next(kStart + 100ms)->tick, 1U);
  // A stall of 735 ms: the readings of 200 to 800 ms are late, seven of them never made.
  EXPECT_EQ(schedule.next(kStart + 935ms)->tick, 9U);
  EXPECT_EQ(schedule.next(kStart + 936ms), std::nullopt) << "no burst to catch up";
  EXPECT_EQ(schedule.wake(), kStart + 1000ms);
  EXPECT_EQ(schedule.health().deadlines, 10U);
  EXPECT_EQ(schedule.health().late, 8U);  // 200 ... 800 skipped, 900 begun 35 ms late
  EXPECT_EQ(schedule.health().worst_lateness, 735ms);
}

TEST(Schedule, LateIsMoreThanATenthOfTheIntervalAndTenMilliseconds) {
  const auto late_after = [](base::Duration interval, base::Duration lateness) {
    Schedule schedule(options(interval), 0, kStart);
    EXPECT_TRUE(schedule.next(kStart + lateness));
    return schedule.health().late;
  };
  EXPECT_EQ(late_after(1s, 100ms), 0U);
  EXPECT_EQ(late_after(1s, 101ms), 1U);
  EXPECT_EQ(late_after(50ms, 10ms), 0U);
  EXPECT_EQ(late_after(50ms, 11ms), 1U);
}

std::vector<base::Duration> counter_times(const Player& player) {
  std::vector<base::Duration> times;
  for (const Done& one : player.of(Call::counter)) times.push_back(one.at - one.at % 10ms);
  return times;
}

TEST(Schedule, CounterIsReadSeldomWhereTheRingTells) {
  Player player(options(1s), 1);
  player.play_until(130s);
  EXPECT_EQ(counter_times(player), (std::vector<base::Duration>{0s, 60s, 120s}));
}

TEST(Schedule, CounterGoesWithTheDrainsWhereItIsReliedOn) {
  Player player(options(1s), 1);
  player.schedule.without_samples(true);
  player.play_until(9500ms);
  EXPECT_EQ(player.of(Call::counter).size(), 10U);
}

TEST(Schedule, QuickReadingsWhereSamplesDoNotSuffice) {
  Player player(options(5s), 1);
  player.play_until(2s);
  EXPECT_TRUE(player.of(Call::quick_reading).empty());
  player.schedule.without_samples(true);
  player.play_until(4s);
  EXPECT_NEAR(static_cast<double>(player.of(Call::quick_reading).size()), 20, 2);
  EXPECT_EQ(player.schedule.health().deadlines, 1U);
  EXPECT_EQ(player.schedule.health().late, 0U);
}

TEST(Schedule, IdleBeforeIsReadAtFourAgesOfTheCounterOrAtTwo) {
  using Times = std::vector<base::Duration>;
  for (const auto& [idle, times] : {std::pair<base::Duration, Times>{1500ms, {0s, 470ms, 950ms, 1420ms}},
                                    {500ms, {0s, 120ms, 250ms, 370ms}},
                                    {80ms, {0s, 50ms}}}) {
    Player player(options(1s), 1);
    player.schedule.idle(Idle::before_the_workload, kStart, idle);
    player.play_until(3s);
    EXPECT_EQ(counter_times(player), times);
  }
}

TEST(Schedule, IdleAfterIsReadClearOfTheLoadsTail) {
  Player player(options(1s), 1);
  player.play_until(5s);
  player.schedule.idle(Idle::after_the_workload, player.now, 1500ms);
  player.play_until(6500ms);  // where the sampler reads all once more
  EXPECT_EQ(counter_times(player), (std::vector<base::Duration>{0s, 5220ms, 5650ms, 6070ms}));
}

TEST(Schedule, LongIdleIsReadNearTheWorkload) {
  Player player(options(1s), 1);
  player.schedule.idle(Idle::before_the_workload, kStart, 10s);
  player.play_until(10s);
  player.schedule.idle(Idle::after_the_workload, player.now, 10s);
  player.play_until(20s);
  EXPECT_EQ(counter_times(player),
            (std::vector<base::Duration>{0s, 8500ms, 8970ms, 9450ms, 9920ms, 10220ms, 10650ms, 11070ms, 11500ms}));
}

TEST(Schedule, CounterRoundsAreApartByTheBoardsOwnPeriod) {
  SamplerOptions slow = options(1s);
  slow.sensor.counter_period = 500ms;
  slow.sensor.load_tail = 550ms;
  Player player(slow, 1);
  player.schedule.idle(Idle::before_the_workload, kStart, 10s);
  player.play_until(10s);
  player.schedule.idle(Idle::after_the_workload, player.now, 10s);
  player.play_until(20s);
  EXPECT_EQ(counter_times(player), (std::vector<base::Duration>{0s, 8500ms, 8870ms, 9250ms, 9620ms, 11250ms, 11500ms}));
}

meter::CounterReading counter_reading(base::SteadyTime at, double joules) {
  return {at, at + 3ms, base::Energy::from_joules(joules)};
}

TEST(Schedule, CounterIsReadWhereItSaysMostOfItsTick) {
  Player player(options(1s), 2);
  player.play_until(5s);
  player.schedule.idle(Idle::before_the_workload, player.now, 1500ms);
  player.play_until(5010ms);
  const std::size_t before = player.of(Call::counter, 1).size();
  player.schedule.counter_read(1, counter_reading(kStart + 5003ms, 800));
  player.play_until(5200ms);
  const auto asked = player.of(Call::counter, 1);
  ASSERT_EQ(asked.size(), before + 1) << "once: the reading may have failed";
  EXPECT_NEAR(base::to_seconds(asked.back().at), 5.053, 0.002) << "half a period later";
}

TEST(Schedule, ReadsNoCounterForItsTickWhereItIsReadInBursts) {
  Player player(options(1s), 1);
  player.schedule.without_samples(true);
  player.schedule.idle(Idle::before_the_workload, kStart, 1500ms);
  player.play_until(10ms);
  const std::size_t before = player.of(Call::counter).size();
  player.schedule.counter_read(0, counter_reading(kStart + 3ms, 800));
  player.play_until(400ms);
  EXPECT_EQ(player.of(Call::counter).size(), before);
}

TEST(Schedule, IdleTooShortForASecondReadingHasNone) {
  for (const Idle where : {Idle::before_the_workload, Idle::after_the_workload}) {
    Player player(options(1s), 1);
    player.schedule.idle(where, kStart, 40ms);
    player.play_until(3s);
    EXPECT_EQ(player.of(Call::counter).size(), 1U);
  }
}

TEST(Schedule, BurstsNextToTheWorkloadWhereCountersAreReliedOn) {
  Player player(options(5s), 1);
  player.schedule.without_samples(true);
  player.play_until(2500ms);
  player.schedule.idle(Idle::before_the_workload, player.now, 1500ms);
  player.play_until(10s);
  const auto counters = player.of(Call::counter);
  const auto in_burst = [](const Done& one) { return one.at >= 3400ms && one.at < 4000ms; };
  EXPECT_EQ(std::count_if(counters.begin(), counters.end(), in_burst), 120);
}

TEST(Schedule, BurstOfManyGpusGoesRoundWithoutPause) {
  Player player(options(1s), 8);
  player.schedule.without_samples(true);
  player.schedule.idle(Idle::after_the_workload, kStart, 1s);
  player.play_until(1s);
  for (std::size_t gpu = 0; gpu < 8; ++gpu) {
    const auto counters = player.of(Call::counter, gpu);
    EXPECT_GE(counters.size(), 40U);  // a round of eight takes 24 ms
    for (std::size_t i = 1; i < counters.size(); ++i) EXPECT_LT(counters[i].at - counters[i - 1].at, 30ms);
  }
}

// A rise and a fall of power that are read at one age of the driver's value are both moved by it; else they do not cancel.
TEST(Schedule, ALateQuickReadingMovesNoneAfterIt) {
  Player player(options(5s), 1);
  player.schedule.without_samples(true);
  player.play_until(1s);
  player.now += 370ms;
  player.play_until(3s);
  std::size_t off_grid = 0;
  for (const Done& reading : player.of(Call::quick_reading))
    if (reading.at % 100ms > 5ms) ++off_grid;
  EXPECT_LE(off_grid, 1U);
  EXPECT_GE(player.of(Call::quick_reading).size(), 24U);
}

TEST(Schedule, BurstThatEndedDuringAStallDoesNotSpin) {
  Schedule schedule(options(5s), 1, kStart);
  while (schedule.next(kStart)) {
  }
  schedule.without_samples(true);
  schedule.idle(Idle::after_the_workload, kStart, 20ms);
  EXPECT_EQ(schedule.next(kStart + 30ms), std::nullopt);
  EXPECT_EQ(schedule.wake(), kStart + 100ms) << "for a quick reading";
}

TEST(Schedule, DeadlinesWaitForAtMostOneCall) {
  const Costs costs{100us, 440us, 16ms};
  Player player(options(50ms), 8, costs);
  player.schedule.without_samples(true);
  player.schedule.idle(Idle::after_the_workload, kStart, 5s);
  player.play_until(5s);
  const auto readings = player.of(Call::reading);
  EXPECT_EQ(readings.size(), 100U);
  for (const Done& reading : readings) EXPECT_LE(reading.at - static_cast<int>(reading.step.tick) * 50ms, 16ms);
}

TEST(Schedule, ReadingsThatTakeLongerThanTheIntervalStarveNothing) {
  Player player(options(2ms), 4, {5ms, 440us, 3ms});
  player.schedule.without_samples(true);
  player.play_until(5s);
  for (std::size_t gpu = 0; gpu < 4; ++gpu) {
    EXPECT_GE(player.of(Call::drain, gpu).size(), 4U);
    EXPECT_GE(player.of(Call::counter, gpu).size(), 4U);
  }
  EXPECT_GT(player.of(Call::reading).size(), 900U);
}

TEST(Schedule, RestartReadsAtOnceAndTakesTheGridAnew) {
  Player player(options(1s), 1);
  player.play_until(2300ms);
  player.schedule.restart(player.now);
  player.play_until(5s);
  const auto readings = player.of(Call::reading);
  const std::vector<base::Duration> expected{0s, 1s, 2s, 2300ms, 3300ms, 4300ms};
  ASSERT_EQ(readings.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(readings[i].at, expected[i]);
    EXPECT_EQ(readings[i].step.tick, i) << "ticks go on rising";
  }
  std::vector<base::Duration> drains;
  for (const Done& drain : player.of(Call::drain)) drains.push_back(drain.at - drain.at % 1ms);
  EXPECT_EQ(drains, expected) << "the ring goes with the readings, so that one wake serves both";
  EXPECT_EQ(player.schedule.health().late, 0U);
}

TEST(Schedule, ExtraTickGoesOn) {
  Schedule schedule(options(1s), 0, kStart);
  EXPECT_EQ(schedule.next(kStart)->tick, 0U);
  EXPECT_EQ(schedule.extra_tick(), 1U);
  EXPECT_EQ(schedule.next(kStart + 1s)->tick, 2U);
}

TEST(Schedule, NonsenseOptionsAreBounded) {
  SamplerOptions zero;
  zero.interval = 0s;
  zero.drain_period = -1s;
  zero.counter_period = 0s;
  zero.burst_period = 0s;
  Player player(zero, 1);
  player.schedule.without_samples(true);
  player.schedule.idle(Idle::after_the_workload, kStart, 50ms);
  player.play_until(100ms);
  EXPECT_LE(player.of(Call::reading).size(), 100U);
}

// Whatever the stalls and the load: ticks rise, every deadline is either done or counted, and nothing is asked in the past.
TEST(Schedule, PropertiesHoldUnderRandomStalls) {
  std::mt19937 random(42);
  for (int round = 0; round < 50; ++round) {
    const base::Duration interval = std::uniform_int_distribution<>(5, 400)(random) * 1ms;
    const auto gpus = static_cast<std::size_t>(std::uniform_int_distribution<>(0, 4)(random));
    Player player(options(interval), gpus);
    for (base::Duration until = 0s; until < 10s; until += 500ms) {
      if (random() % 4 == 0) player.now += std::uniform_int_distribution<>(0, 900)(random) * 1ms;
      if (random() % 4 == 0) player.schedule.without_samples(random() % 2 == 0);
      if (random() % 4 == 0) player.schedule.idle(Idle::before_the_workload, player.now, 300ms);
      player.play_until(until);
    }
    std::size_t done = 0;
    std::optional<std::size_t> last;
    for (const Done& one : player.done) {
      if (one.step.call != Call::reading) continue;
      EXPECT_TRUE(!last || one.step.tick > *last);
      last = one.step.tick;
      ++done;
    }
    const SamplerHealth& health = player.schedule.health();
    EXPECT_EQ(health.deadlines, *last + 1);
    EXPECT_GE(health.late, health.deadlines - done);
  }
}

}  // namespace
}  // namespace gpubench::sampler
