// The energy of phases against a known truth.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "phase_script.h"

namespace gpubench::phases {
namespace {

const Phase& phase(const PhaseAccount& account, const std::string& name) {
  const auto found =
      std::find_if(account.phases.begin(), account.phases.end(), [&](const Phase& phase) { return phase.name == name; });
  if (found == account.phases.end()) throw std::out_of_range(name);
  return *found;
}

double sum_of_parts(const PhaseAccount& account) {
  double sum = account.unmarked.energy->joules();
  for (const Phase& phase : account.phases)
    if (phase.depth == 0) sum += phase.energy->joules();
  return sum;
}

// 100 W, half a second of 600 W, 100 W; samples that come 45 ms late.
TEST(PhaseEnergy, OneMarkedBurstGivesTheLagAndItsEnergy) {
  const base::Window run{kStart, kStart + 5s};
  PowerSteps steps(watts(100));
  steps.then(kStart + 2s, watts(600)).then(kStart + 2500ms, watts(100));
  MarkCollector marks;
  marks.span(marks.lane(Origin::marks, "1/1"), kStart + 2s, kStart + 2500ms, "burst");
  for (int offset = 0; offset < 20; ++offset) {
    MarkCollector again = marks;
    const auto account = account_of(again, steps.script(), run, {45ms, 0, 1, 20ms, offset * 1ms});
    ASSERT_TRUE(account);
    EXPECT_NEAR(phase(*account, "burst").energy->joules(), 300, 2) << offset;
    EXPECT_NEAR(base::to_seconds(account->lags.at(0).value), 0.045, 0.002) << offset;
    EXPECT_EQ(account->lags[0].marks, 2U);
    EXPECT_TRUE(account->synchronised());
    EXPECT_NEAR(sum_of_parts(*account), 750, 1e-9 * 750);
  }
}

// As an H200 does it: a third more for the first tenth of a second, then a power that changes faster than the samples come.
TEST(PhaseEnergy, AnOvershootAtTheStartBelongsToThePhase) {
  const base::Window run{kStart, kStart + 5s};
  int held = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    PowerSteps steps(watts(125));
    const base::SteadyTime end = add_load(steps, {kStart + 2s, kStart + 2500ms}, watts(125), watts(700), seed);
    MarkCollector marks;
    marks.span(marks.lane(Origin::marks, "1/1"), kStart + 2s, end, "burst");
    const support::PowerScript truth = steps.script();
    const auto account = account_of(marks, truth, run, {14ms, 0, 1, 20ms, seed * 1ms, 5ms});
    const double error = phase(*account, "burst").energy->joules() - truth.used({kStart + 2s, end}).joules();
    EXPECT_NEAR(error, 0, 6) << seed;
    held += std::abs(error) <= phase(*account, "burst").uncertainty.comparative().joules() ? 1 : 0;
  }
  EXPECT_GE(held, 18);
}

TEST(PhaseEnergy, PartsAndTheRestAreTheWhole) {
  std::mt19937 random(3);
  const base::Window run{kStart, kStart + 60s};
  PowerSteps steps(watts(100));
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  base::SteadyTime time = kStart + 500ms;
  while (time < run.end - 6s) {
    const base::SteadyTime begin = time;
    marks.begin(lane, time, "epoch");
    for (int i = 0; i < 3; ++i) {
      marks.begin(lane, time, "step");
      steps.then(time, watts(std::uniform_real_distribution<>(200, 690)(random)));
      time += std::uniform_int_distribution<>(5, 1500)(random) * 1ms;
      marks.end(lane, time, "step");
    }
    steps.then(time, watts(110));
    marks.end(lane, std::max(begin, time), "epoch");
    time += std::uniform_int_distribution<>(0, 400)(random) * 1ms;
  }
  const auto account = account_of(marks, steps.script(), run);
  ASSERT_TRUE(account);
  const double whole = steps.script().used(run).joules();
  EXPECT_NEAR(sum_of_parts(*account), whole, 1e-9 * whole);
  const Phase& epoch = phase(*account, "epoch");
  EXPECT_NEAR(epoch.self_energy->joules() + phase(*account, "step").energy->joules(), epoch.energy->joules(), 1e-9 * whole);
}

TEST(PhaseEnergy, TheEnergyOfAPhaseWithinAnotherIsPartOfIt) {
  const base::Window run{kStart, kStart + 12s};
  PowerSteps steps(watts(100));
  steps.then(kStart + 2s, watts(300))
      .then(kStart + 4s, watts(600))
      .then(kStart + 6s, watts(300))
      .then(kStart + 9s, watts(100));
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  marks.span(lane, kStart + 2s, kStart + 9s, "a");
  marks.span(lane, kStart + 4s, kStart + 6s, "b");
  const auto account = account_of(marks, steps.script(), run, {40ms});
  ASSERT_TRUE(account);
  EXPECT_NEAR(phase(*account, "a").energy->joules(), 2700, 5);
  EXPECT_NEAR(phase(*account, "a").self_energy->joules(), 1500, 5);
  EXPECT_NEAR(phase(*account, "b").energy->joules(), 1200, 5);
  EXPECT_EQ(phase(*account, "b").parent, std::optional<std::size_t>(0));
}

TEST(PhaseEnergy, OverlappingThreadsDoNotChangeTheTotal) {
  const base::Window run{kStart, kStart + 10s};
  PowerSteps steps(watts(100));
  steps.then(kStart + 2s, watts(500)).then(kStart + 7s, watts(100));
  MarkCollector alone;
  alone.span(alone.lane(Origin::marks, "1/1"), kStart + 2s, kStart + 7s, "train");
  MarkCollector both = alone;
  both.span(both.lane(Origin::marks, "1/2"), kStart + 1s, kStart + 4s, "load");
  const auto one = account_of(alone, steps.script(), run);
  const auto two = account_of(both, steps.script(), run);
  EXPECT_EQ(phase(*one, "train").energy->joules(), phase(*two, "train").energy->joules());
  EXPECT_EQ(sum_of_parts(*one), sum_of_parts(*two));
  EXPECT_EQ(two->others.size(), 1U);
}

// Marks around the launch of work that takes longer: it goes on for 300 ms after them.
TEST(PhaseEnergy, WorkThatRunsPastItsMarkIsNoticed) {
  const base::Window run{kStart, kStart + 10s};
  PowerSteps steps(watts(100));
  steps.then(kStart + 2s, watts(600)).then(kStart + 4300ms, watts(100));
  MarkCollector marks;
  marks.span(marks.lane(Origin::marks, "1/1"), kStart + 2s, kStart + 4s, "train");
  const auto account = account_of(marks, steps.script(), run);
  ASSERT_TRUE(account);
  EXPECT_FALSE(account->synchronised());
  EXPECT_EQ(account->lags[0].late_marks, 1U);
}

TEST(PhaseEnergy, PhasesThatAreTooShortAreKnownByNameOnly) {
  const base::Window run{kStart, kStart + 24s};
  PowerSteps steps(watts(100));
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  for (int i = 0; i < 200; ++i) {
    const base::SteadyTime begin = kStart + 2s + i * 100ms;
    steps.then(begin, watts(600)).then(begin + 50ms, watts(300));
    marks.span(lane, begin, begin + 50ms, "A");
    marks.span(lane, begin + 50ms, begin + 100ms, "B");
  }
  steps.then(kStart + 22s, watts(100));
  const auto account = account_of(marks, steps.script(), run, {30ms, 5});
  ASSERT_TRUE(account);
  EXPECT_EQ(phase(*account, "A").basis, EnergyBasis::by_name);
  EXPECT_NEAR(phase(*account, "A").energy->joules(), 6000, 0.03 * 6000);
  EXPECT_NEAR(phase(*account, "B").energy->joules(), 3000, 0.03 * 3000);
  EXPECT_NEAR(sum_of_parts(*account), steps.script().used(run).joules(), 1e-6);
}

// "A" and "B" follow each other at once, from 2 s after the start of the run on.
struct Alternating {
  base::Duration a;
  base::Duration b;
  int times;
  double watts_a = 600;
  double watts_b = 100;

  [[nodiscard]] base::Duration length() const { return (a + b) * times; }
  [[nodiscard]] double joules_a() const { return watts_a * base::to_seconds(a) * times; }
  [[nodiscard]] double joules_b() const { return watts_b * base::to_seconds(b) * times; }
  void add_to(PowerSteps& steps, MarkCollector& marks) const {
    const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
    for (int i = 0; i < times; ++i) {
      const base::SteadyTime begin = kStart + 2s + i * (a + b);
      steps.then(begin, watts(watts_a)).then(begin + a, watts(watts_b));
      marks.span(lane, begin, begin + a, "A");
      marks.span(lane, begin + a, begin + a + b, "B");
    }
    steps.then(kStart + 2s + length(), watts(100));
  }
};

void expect_nothing_is_said_of(const PhaseAccount& account, const std::string& name) {
  EXPECT_EQ(phase(account, name).basis, EnergyBasis::refused) << name;
  EXPECT_FALSE(phase(account, name).energy) << name;
  EXPECT_FALSE(phase(account, name).self_energy) << name;
  EXPECT_FALSE(phase(account, name).each) << name;
  for (const PhaseBar& bar : account.bars) {
    const bool is_of_it = account.phases[bar.phase].name == name;
    EXPECT_FALSE(is_of_it && bar.energy) << name;
  }
}

void expect_truth(const Phase& phase, double joules) {
  ASSERT_TRUE(phase.energy) << phase.name;
  EXPECT_NEAR(phase.energy->joules(), joules, phase.uncertainty.comparative().joules()) << phase.name;
}

// Its energy and the mean of its occurrences; what is refused is not wrong.
void expect_truth_if_any(const Phase& phase, double joules) {
  if (phase.energy) expect_truth(phase, joules);
  if (!phase.each) return;
  EXPECT_NEAR(phase.each->mean.joules(), joules / static_cast<double>(phase.count), phase.each->half_width.joules())
      << phase.name;
}

// A series that follows none of them shows the mean of all, and no scatter from which its error could be seen.
TEST(PhaseEnergy, PhasesWithinTheAverageOfTheDriverAreRefused) {
  for (const base::Duration length : {50ms, 500ms, 1000ms}) {
    const Alternating script{length, length, static_cast<int>(60s / (2 * length)), 450};
    const base::Window run{kStart, kStart + 64s};
    PowerSteps steps(watts(100));
    MarkCollector marks;
    script.add_to(steps, marks);
    const auto account = account_of(marks, steps.script(), run, readings_of(steps.script(), run, 100ms));
    ASSERT_TRUE(account);
    expect_nothing_is_said_of(*account, "A");
    expect_nothing_is_said_of(*account, "B");
  }
}

TEST(PhaseEnergy, PhasesBetweenReadingsAreRefusedWhereTheSamplesHaveAHole) {
  const Alternating script{2s, 2s, 149};
  const base::Window run{kStart, kStart + 600s};
  PowerSteps steps(watts(100));
  MarkCollector marks;
  script.add_to(steps, marks);
  series::GpuSeries gpu = readings_of(steps.script(), run, 5s);
  std::vector<meter::PowerSample> samples;
  for (base::SteadyTime time = run.start - 2s; time < run.end + 2s; time += 20ms) {
    if (time > kStart + 300s && time < kStart + 307s) continue;
    samples.push_back({time, steps.script().used({time - 40ms, time - 20ms}) / base::Duration(20ms)});
  }
  gpu.power = std::make_unique<series::MemorySeries<meter::PowerSample>>(std::move(samples));
  const auto account = account_of(marks, steps.script(), run, gpu);
  ASSERT_TRUE(account);
  expect_nothing_is_said_of(*account, "A");
  expect_nothing_is_said_of(*account, "B");
}

TEST(PhaseEnergy, ShortPhasesThatCannotBeFittedAreRefused) {
  const base::Window run{kStart, kStart + 24s};
  const Alternating script{10ms, 10ms, 1000};
  PowerSteps steps(watts(100));
  MarkCollector marks;
  script.add_to(steps, marks);
  const auto account = account_of(marks, steps.script(), run, {30ms, 5});
  ASSERT_TRUE(account);
  expect_nothing_is_said_of(*account, "A");
  expect_nothing_is_said_of(*account, "B");
}

// A short phase whose neighbours are steady is found from outside; of one below the samples' spacing neither end is.
TEST(PhaseEnergy, ShortPhasesBetweenLongOnesAreKnownIfTheirEndsAreApart) {
  for (const base::Duration length : {10ms, 50ms}) {
    const Alternating script{500ms, length, 100};
    const base::Window run{kStart, kStart + 4s + script.length()};
    PowerSteps steps(watts(100));
    MarkCollector marks;
    script.add_to(steps, marks);
    const auto account = account_of(marks, steps.script(), run, {30ms, 1});
    ASSERT_TRUE(account);
    expect_truth(phase(*account, "A"), script.joules_a());
    if (length > 20ms)
      expect_truth(phase(*account, "B"), script.joules_b());
    else
      expect_nothing_is_said_of(*account, "B");
  }
}

// Occurrences of "step" with so much between them, from 2 s after the start of the run on: the power of a step changes
// within it, so that no mark has a steady side.
struct Loop {
  base::Duration step;
  base::Duration gap;
  int times;
  double watts_step = 500;
  double watts_gap = 100;
  std::string name_of_odd = "step";

  [[nodiscard]] base::Duration length() const { return (step + gap) * times; }
  [[nodiscard]] double joules() const { return watts_step * base::to_seconds(step) * times; }
  [[nodiscard]] base::Window run() const { return {kStart, kStart + 4s + length()}; }
  void add_to(PowerSteps& steps, MarkCollector& marks) const {
    const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
    for (int i = 0; i < times; ++i) {
      const base::SteadyTime begin = kStart + 2s + i * (step + gap);
      steps.then(begin, watts(1.2 * watts_step)).then(begin + step / 2, watts(0.8 * watts_step));
      if (gap > 0s) steps.then(begin + step, watts(watts_gap));
      marks.span(lane, begin, begin + step, i % 2 == 0 ? "step" : name_of_odd);
    }
    steps.then(kStart + 2s + length(), watts(100));
  }
  // By power samples, or by readings this far apart.
  [[nodiscard]] std::optional<PhaseAccount> account(std::optional<base::Duration> readings = {}) const {
    PowerSteps steps(watts(100));
    MarkCollector marks;
    add_to(steps, marks);
    const support::PowerScript truth = steps.script();
    return account_of(marks, truth, run(),
                      readings ? readings_of(truth, run(), *readings) : samples_of(truth, run(), {30ms, 5}));
  }
};

void expect_known_by_cuts(const std::optional<PhaseAccount>& account, double joules) {
  ASSERT_TRUE(account);
  const Phase& step = phase(*account, "step");
  EXPECT_EQ(step.basis, EnergyBasis::cuts);
  expect_truth(step, joules);
  expect_truth_if_any(step, joules);
  EXPECT_TRUE(step.each);
  ASSERT_TRUE(step.self_energy);
  EXPECT_NEAR(step.self_energy->joules(), joules, step.self_half_width.joules());
  EXPECT_LT(step.self_half_width.joules(), 0.1 * joules);
}

// A loop of short steps has no ends but its own two.
TEST(PhaseEnergy, ShortPhasesThatFollowEachOtherAtOnceAreKnownTogether) {
  for (const base::Duration gap : {base::Duration{}, base::Duration{20us}}) {
    const Loop on_readings{2500ms, gap, 400};
    expect_known_by_cuts(on_readings.account(100ms), on_readings.joules());
    expect_known_by_cuts(on_readings.account(1000ms), on_readings.joules());
    const Loop few{150ms, gap, 20};
    expect_known_by_cuts(few.account(), few.joules());
    const Loop not_fitted{100ms, gap, 1000};
    expect_known_by_cuts(not_fitted.account(), not_fitted.joules());
  }
}

TEST(PhaseEnergy, ShortPhasesThatFollowEachOtherAtOnceAreRefusedIfTheyAreShortTogether) {
  const auto account = Loop{10ms, 20us, 6}.account();
  ASSERT_TRUE(account);
  expect_nothing_is_said_of(*account, "step");
}

TEST(PhaseEnergy, ShortPhasesOfTwoNamesThatFollowEachOtherAreNotOne) {
  const auto account = Loop{2500ms, 20us, 400, 500, 100, "other"}.account(1000ms);
  ASSERT_TRUE(account);
  expect_nothing_is_said_of(*account, "step");
  expect_nothing_is_said_of(*account, "other");
}

// What lies between the steps may use far more power than they, or far less.
TEST(PhaseEnergy, WhatLiesBetweenShortPhasesIsInTheirDoubt) {
  for (const base::Duration gap : {1ms, 5ms, 10ms, 15ms, 20ms}) {
    for (const double watts_gap : {0.0, 700.0}) {
      for (const base::Duration step : {10ms, 50ms, 100ms, 150ms}) {
        const Loop loop{step, gap, 29, 100, watts_gap};
        expect_truth_if_any(phase(*loop.account(), "step"), loop.joules());
      }
      const Loop on_readings{2500ms, gap * 10, 400, 100, watts_gap};
      expect_truth_if_any(phase(*on_readings.account(1000ms), "step"), on_readings.joules());
    }
  }
}

// Cuts give the short phases more than the fit does: between long ones that change faster than the samples come.
TEST(PhaseEnergy, WhatIsKnownByNameDoubtsWhatTheCutsLeaveIt) {
  const base::Window run{kStart, kStart + 59s};
  PowerSteps steps(watts(100));
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  double truth = 0;
  for (int i = 0; i < 100; ++i) {
    const base::SteadyTime begin = kStart + 2s + i * 550ms;
    std::mt19937 random(static_cast<unsigned>(i));
    std::normal_distribution<> scatter(0, 0.15);
    for (base::SteadyTime time = begin; time < begin + 500ms; time += 7ms)
      steps.then(time, watts(600 * (1 + scatter(random))));
    for (base::SteadyTime time = begin + 500ms; time < begin + 550ms; time += 7ms)
      steps.then(time, watts(100 * (1 + scatter(random))));
    marks.span(lane, begin, begin + 500ms, "step");
    marks.span(lane, begin + 500ms, begin + 550ms, "data");
  }
  steps.then(kStart + 57s, watts(100));
  for (int i = 0; i < 100; ++i) {
    const base::SteadyTime begin = kStart + 2500ms + i * 550ms;
    truth += steps.script().used({begin, begin + 50ms}).joules();
  }
  const auto account = account_of(marks, steps.script(), run, {30ms, 5});
  ASSERT_TRUE(account);
  expect_truth_if_any(phase(*account, "data"), truth);
}

// What the average moves over each start and end is the same in every occurrence.
TEST(PhaseEnergy, PhasesThatRepeatOnACoarseSeriesKeepTheirDoubt) {
  for (const base::Duration spacing : {100ms, 1000ms, 5000ms}) {
    for (const int times : {1, 4, 60}) {
      const Alternating script{20300ms, 20300ms, times};
      const base::Window run{kStart, kStart + 4s + script.length()};
      PowerSteps steps(watts(100));
      MarkCollector marks;
      script.add_to(steps, marks);
      const auto account = account_of(marks, steps.script(), run, readings_of(steps.script(), run, spacing));
      ASSERT_TRUE(account);
      expect_truth_if_any(phase(*account, "A"), script.joules_a());
      expect_truth_if_any(phase(*account, "B"), script.joules_b());
      EXPECT_TRUE(phase(*account, "A").energy) << base::to_seconds(spacing) << " s, " << times;
    }
  }
}

// Of what is around them, the share that lies in times too short to see counts as doubt.
TEST(PhaseEnergy, WhatLiesBetweenShortPhasesIsDoubtedLikeThem) {
  const base::Window run{kStart, kStart + 24s};
  PowerSteps steps(watts(100));
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  for (int i = 0; i < 1000; ++i) {
    const base::SteadyTime begin = kStart + 2s + i * 20ms;
    steps.then(begin, watts(600)).then(begin + 10ms, watts(100));
    marks.span(lane, begin, begin + 10ms, "A");
  }
  const auto account = account_of(marks, steps.script(), run, {30ms, 5});
  ASSERT_TRUE(account);
  expect_nothing_is_said_of(*account, "A");
  EXPECT_NEAR(account->unmarked.self_energy->joules(), 1400, account->unmarked.self_half_width.joules());
}

TEST(PhaseEnergy, OneShortPhaseIsRefused) {
  const base::Window run{kStart, kStart + 5s};
  PowerSteps steps(watts(100));
  steps.then(kStart + 2s, watts(600)).then(kStart + 2010ms, watts(100));
  MarkCollector marks;
  marks.span(marks.lane(Origin::marks, "1/1"), kStart + 2s, kStart + 2010ms, "kernel");
  const auto account = account_of(marks, steps.script(), run);
  EXPECT_EQ(phase(*account, "kernel").basis, EnergyBasis::refused);
  EXPECT_FALSE(phase(*account, "kernel").energy);
}

TEST(PhaseEnergy, WithoutEnergyThereAreTimes) {
  const base::Window run{kStart, kStart + 5s};
  MarkCollector marks;
  marks.span(marks.lane(Origin::marks, "1/1"), kStart + 2s, kStart + 3s, "a");
  const auto account = account_phases(marks.finish(run.end), run, {});
  ASSERT_TRUE(account);
  EXPECT_EQ(phase(*account, "a").basis, EnergyBasis::unknown);
  EXPECT_EQ(phase(*account, "a").time, 1s);
}

TEST(PhaseEnergy, ManyShortMarks) {
  const base::Window run{kStart, kStart + 101s};
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  for (int i = 0; i < 100'000; ++i) {
    marks.begin(lane, kStart + i * 1ms, i % 2 == 0 ? "even" : "odd");
    marks.end(lane, kStart + i * 1ms + 900us, i % 2 == 0 ? "even" : "odd");
  }
  const auto account = account_of(marks, PowerSteps(watts(400)).script(), run);
  ASSERT_TRUE(account);
  EXPECT_EQ(account->phases.size(), 2U);
  EXPECT_EQ(account->troubles.too_many, 0U);
}

std::optional<double> activity_of(const Phase& phase) {
  for (const ActivityMean& mean : phase.activity)
    if (mean.kind == meter::ValueKind::sm_activity) return mean.value;
  return std::nullopt;
}

TEST(PhaseActivity, IsTheMeanOfReadingsWithinThePhase) {
  const base::Window run{kStart, kStart + 10s};
  std::vector<meter::GpuReading> readings;
  for (int second = 0; second <= 10; ++second) {
    meter::GpuReading reading;
    reading.time = kStart + second * 1s;
    reading.activity.sm = base::Ratio::from_percent(second <= 4 ? 10 : 90);
    readings.push_back(reading);
  }
  series::GpuSeries gpu;
  gpu.readings = std::make_unique<series::MemorySeries<meter::GpuReading>>(readings);
  const std::vector<GpuPart> parts{{&gpu, nullptr}};
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  marks.span(lane, kStart + 500ms, kStart + 4s, "load");
  marks.span(lane, kStart + 4s, kStart + 9500ms, "train");
  marks.span(lane, kStart + 4s, kStart + 4500ms, "first");
  const auto account = account_phases(marks.finish(run.end), run, parts);
  ASSERT_TRUE(account);
  EXPECT_DOUBLE_EQ(activity_of(phase(*account, "load")).value(), 10);
  EXPECT_DOUBLE_EQ(activity_of(phase(*account, "train")).value(), 90);
  EXPECT_FALSE(activity_of(phase(*account, "first"))) << "shorter than the time between two readings";
}

}  // namespace
}  // namespace gpubench::phases
