// The stated intervals against the truth of the script, and how terms combine.
#include "energy/uncertainty.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>

#include "drawn_runs.h"
#include "simulated_run.h"

namespace gpubench::energy {
namespace {

base::Energy joules(double value) {
  return base::Energy::from_joules(value);
}

UncertaintyTerm term(std::string_view name, double value, bool common = false) {
  return {name, joules(value), "", common, false};
}

bool holds(const EnergyEstimate& estimate, base::Energy truth) {
  return std::abs((estimate.energy - truth).joules()) <= estimate.uncertainty.comparative().joules();
}

TEST(Uncertainty, TermsAreIndependentAndTheGainIsAbsoluteOnly) {
  Uncertainty uncertainty;
  uncertainty.terms = {term("edges", 3), term("gaps", 4), gain_term(joules(1000))};
  EXPECT_DOUBLE_EQ(uncertainty.standard().joules(), 5);
  EXPECT_DOUBLE_EQ(uncertainty.comparative().joules(), 10);
  EXPECT_NEAR(uncertainty.absolute().joules(), 2 * std::hypot(5, 50 / std::sqrt(3.0)), 1e-9);
}

TEST(Uncertainty, GainIsFivePercentRectangular) {
  EXPECT_NEAR(gain_term(joules(18012)).standard.joules(), 520, 0.1);
  EXPECT_TRUE(gain_term(joules(1)).absolute_only);
}

TEST(Uncertainty, OverGpusBoardsAreIndependentAndCommonCausesAddUp) {
  Uncertainty one;
  one.terms = {term("edges", 3), term("start_and_end", 2, true), gain_term(joules(1000))};
  const std::array<Uncertainty, 4> parts{one, one, one, one};
  const Uncertainty sum = of_sum(parts);
  ASSERT_EQ(sum.terms.size(), 3U);
  EXPECT_DOUBLE_EQ(sum.terms[0].standard.joules(), 6);
  EXPECT_DOUBLE_EQ(sum.terms[1].standard.joules(), 8);
  EXPECT_NEAR(sum.terms[2].standard.joules(), 2 * 50 / std::sqrt(3.0), 1e-9);
}

struct Tally {
  int runs = 0;
  int held = 0;
  double widest = 0;   // of the energy
  double squares = 0;  // of error / half-width
};

struct Tallies {
  Tally counter;
  Tally ring;
  Tally average;
};

void count(Tally& tally, const std::optional<EnergyEstimate>& estimate, const SimulatedRun& run) {
  if (!estimate) return;
  ++tally.runs;
  if (holds(*estimate, run.used())) ++tally.held;
  tally.squares += std::pow((estimate->energy - run.used()).joules() / estimate->uncertainty.comparative().joules(), 2);
  tally.widest = std::max(tally.widest, estimate->uncertainty.comparative() / run.used());
}

Tallies tally_runs(base::Duration length, int rounds, base::Duration roll = 1500ms) {
  std::mt19937 random(4);
  const auto up_to = [&](base::Duration most) {
    return base::Duration(std::uniform_int_distribution<base::Duration::rep>(0, most.count())(random));
  };
  Tallies tallies;
  for (int i = 0; i < rounds; ++i) {
    const std::array<Load, 4> loads{constant_load(690), square_wave(137ms, 650, 150),
                                    random_bursts(static_cast<unsigned>(i)), constant_load(250)};
    for (const Load& load : loads) {
      Conditions conditions;
      conditions.length = length + up_to(100ms);
      conditions.roll = roll;
      conditions.lag = up_to(60ms);
      conditions.phase = up_to(100ms);
      conditions.start_phase = up_to(100ms);
      const SimulatedRun run = simulate(conditions, load);
      const GpuEnergy energy = measure_energy(run.series[0], run.run);
      EXPECT_NE(energy.check.state, CounterState::broken) << energy.check.reason;
      count(tallies.counter, energy.counter, run);
      count(tallies.ring, energy.ring, run);
      count(tallies.average, energy.average, run);
    }
  }
  return tallies;
}

void expect_held(const char* name, base::Duration length, const Tally& tally) {
  std::printf("%s, %g s: %d of %d runs inside, widest %.3f %%\n", name, base::to_seconds(length), tally.held, tally.runs,
              tally.widest * 100);
  EXPECT_GE(tally.held, tally.runs * 90 / 100) << name << " " << base::to_seconds(length);
}

TEST(StatedInterval, HoldsTheTruth) {
  for (const base::Duration length : {base::Duration(1s), base::Duration(5s), base::Duration(30s)}) {
    const Tallies tallies = tally_runs(length, length > 10s ? 3 : 10);
    expect_held("counter", length, tallies.counter);
    expect_held("ring", length, tallies.ring);
    expect_held("average", length, tallies.average);
  }
}

TEST(StatedInterval, IsNarrowWhereItCanBe) {
  EXPECT_LT(tally_runs(5s, 5).counter.widest, 0.004);
  EXPECT_LT(tally_runs(30s, 2).counter.widest, 0.0007);
}

// Two standard deviations: of many runs the root mean square of error to half-width is a half. Sensors are drawn as those of
// bench/interval_check, which draws more; start and end of these runs are known.
TEST(StatedInterval, IsNoWiderThanTheErrorsAre) {
  Draw draw{std::mt19937(5)};
  RunLimits exact;
  exact.ends_within = base::Duration::zero();
  Tally tally;
  for (int i = 0; i < 200; ++i) {
    Conditions conditions;
    conditions.length = 1s + draw.milliseconds(0, 100);
    conditions.lag = draw.milliseconds(0, 60);
    conditions.phase = draw.milliseconds(0, 100);
    conditions.start_phase = draw.milliseconds(0, 100);
    draw_sensor(conditions, draw);
    const SimulatedRun run = simulate(conditions, between_idle_ends(constant_load(690), draw, conditions.length));
    count(tally, measure_energy(run.series[0], run.run, exact).counter, run);
  }
  const double share = std::sqrt(tally.squares / tally.runs);
  std::printf("error / half-width, rms of %d runs: %.3f\n", tally.runs, share);
  EXPECT_GT(share, 0.45);
  EXPECT_LT(share, 0.58);
}

TEST(StatedInterval, HoldsWithoutIdleTimeAround) {
  const Tallies tallies = tally_runs(5s, 10, 0s);
  expect_held("counter, no idle", 5s, tallies.counter);
  expect_held("ring, no idle", 5s, tallies.ring);
  expect_held("average, no idle", 5s, tallies.average);
}

TEST(StatedInterval, EveryEstimateListsItsTerms) {
  const SimulatedRun run = simulate({}, constant_load(690));
  const GpuEnergy energy = measure_energy(run.series[0], run.run);
  for (const auto& estimate : {energy.counter, energy.ring, energy.average}) {
    ASSERT_TRUE(estimate);
    EXPECT_GE(estimate->uncertainty.terms.size(), 5U);
    EXPECT_EQ(estimate->uncertainty.comparative() < estimate->uncertainty.absolute(), true);
    for (const UncertaintyTerm& term : estimate->uncertainty.terms) {
      EXPECT_FALSE(term.explanation.empty()) << term.name;
      EXPECT_GE(term.standard.joules(), 0) << term.name;
    }
  }
}

TEST(AverageArea, TakesTheTailIn) {
  Conditions conditions;
  conditions.length = 5s;
  const SimulatedRun run = simulate(conditions, constant_load(690));
  const auto estimate = energy_from_average_power(*run.series[0].readings, run.run);
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->method, EnergyMethod::average_power);
  EXPECT_LT(std::abs(run.error_of(*estimate)), 0.01) << "the plain trapezoid is off by a tenth";
}

TEST(IdleBaseline, IsTheLevelBeforeTheRun) {
  Conditions conditions;
  conditions.length = 10s;
  const SimulatedRun run = simulate(conditions, constant_load(690));
  const IdleBaseline idle = measure_energy(run.series[0], run.run).idle;
  ASSERT_TRUE(idle.before && idle.after && idle.above);
  EXPECT_TRUE(idle.settled) << idle.doubt;
  EXPECT_NEAR(idle.before->power.watts(), 120, 0.5);
  EXPECT_GT(idle.after->power.watts(), 140);
  const base::Energy truth = run.used() - watts(120) * run.run.length();
  EXPECT_LE(std::abs((*idle.above - truth).joules()), idle.uncertainty.comparative().joules());
  EXPECT_GT(idle.uncertainty.comparative(), measure_energy(run.series[0], run.run).best()->uncertainty.comparative());
}

TEST(IdleBaseline, IsLessCertainWhereTheLevelAfterTheRunIsNotKnown) {
  Conditions conditions;
  conditions.length = 10s;
  const SimulatedRun calm = simulate(conditions, constant_load(690));
  const IdleBaseline known = measure_energy(calm.series[0], calm.run).idle;
  conditions.idle_after = 690;  // in use
  const SimulatedRun run = simulate(conditions, constant_load(690));
  const IdleBaseline used = measure_energy(run.series[0], run.run).idle;
  ASSERT_TRUE(known.above && used.above);
  EXPECT_FALSE(used.after);
  EXPECT_FALSE(used.settled);
  EXPECT_EQ(used.doubt, "the GPU was in use after the run");
  EXPECT_GT(used.uncertainty.comparative(), known.uncertainty.comparative());
}

TEST(IdleBaseline, NotGivenWhereTheGpuWasInUse) {
  Conditions conditions;
  conditions.idle = 300;
  const SimulatedRun run = simulate(conditions, constant_load(690));
  const IdleBaseline idle = measure_energy(run.series[0], run.run).idle;
  EXPECT_FALSE(idle.settled);
  EXPECT_FALSE(idle.above);
  EXPECT_EQ(idle.doubt, "the GPU was in use before the run");
  EXPECT_FALSE(measure_energy({}, run.run).idle.above);
}

}  // namespace
}  // namespace gpubench::energy
