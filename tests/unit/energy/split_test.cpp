// Parts of the energy, and the choice between methods.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "simulated_run.h"

namespace gpubench::energy {
namespace {

using Boundaries = std::vector<base::SteadyTime>;

base::Energy sum(const std::vector<base::Energy>& parts) {
  return std::accumulate(parts.begin(), parts.end(), base::Energy{});
}

std::vector<EnergyEstimate> all_methods(const SimulatedRun& run) {
  const GpuEnergy energy = measure_energy(run.series[0], run.run);
  EXPECT_TRUE(energy.counter && energy.ring && energy.average);
  return {*energy.counter, *energy.ring, *energy.average};
}

TEST(SplitEnergy, PartsAddUpAndFollowTheLoad) {
  Conditions conditions;
  conditions.length = 60s;
  const SimulatedRun run = simulate(conditions, [](PowerSteps& steps, base::Window window) {
    steps.then(window.start, watts(200)).then(window.start + 20s, watts(700));
  });
  const Boundaries boundaries{run.run.start + 10s, run.run.start + 30s};
  for (const EnergyEstimate& whole : all_methods(run)) {
    const auto parts = split_energy(run.series[0], run.run, whole, boundaries);
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_NEAR(sum(parts) / whole.energy, 1, 1e-12);
    EXPECT_NEAR(parts[0].joules(), 2000, 100);
    EXPECT_NEAR(parts[1].joules(), 9000, 500);
    EXPECT_NEAR(parts[2].joules(), 21000, 500);
  }
}

TEST(SplitEnergy, RandomBoundariesNeverGiveNegativeParts) {
  std::mt19937 random(11);
  for (int round = 0; round < 40; ++round) {
    Conditions conditions;
    conditions.length = std::uniform_int_distribution<>(200, 20000)(random) * 1ms;
    conditions.phase = std::uniform_int_distribution<>(0, 99)(random) * 1ms;
    conditions.roll = round % 4 == 0 ? base::Duration(0) : base::Duration(1500ms);
    const SimulatedRun run = simulate(conditions, random_bursts(static_cast<unsigned>(round)));
    Boundaries boundaries;
    for (int i = 0; i < round % 7; ++i) {
      boundaries.push_back(run.run.start + base::from_seconds(base::to_seconds(conditions.length) *
                                                              std::uniform_real_distribution<>(0, 1)(random)));
    }
    std::sort(boundaries.begin(), boundaries.end());
    const GpuEnergy energy = measure_energy(run.series[0], run.run);
    for (const auto& whole : {energy.counter, energy.ring, energy.average}) {
      if (!whole) continue;
      const auto parts = split_energy(run.series[0], run.run, *whole, boundaries);
      ASSERT_EQ(parts.size(), boundaries.size() + 1);
      EXPECT_NEAR(sum(parts) / whole->energy, 1, 1e-9);
      for (const base::Energy part : parts) EXPECT_GE(part.joules(), -1e-9 * whole->energy.joules());
    }
  }
}

TEST(SplitEnergy, BoundaryInTheIdleAtAnEndGivesNoNegativePart) {
  for (int phase = 0; phase < 100; phase += 3) {
    Conditions conditions;
    conditions.phase = phase * 1ms;
    const SimulatedRun run = simulate(conditions, [](PowerSteps& steps, base::Window window) {
      steps.then(window.start + 1s, watts(700)).then(window.end - 1s, watts(120));
    });
    const EnergyEstimate whole = energy_from_counter(*run.series[0].counter, run.run).value();
    const Boundaries boundaries{run.run.start + 10us, run.run.end - 10us};
    for (const base::Energy part : split_energy(run.series[0], run.run, whole, boundaries)) EXPECT_GE(part.joules(), 0);
  }
}

TEST(SplitEnergy, NoBoundariesIsTheWhole) {
  const SimulatedRun run = simulate({}, constant_load(500));
  for (const EnergyEstimate& whole : all_methods(run)) {
    const auto parts = split_energy(run.series[0], run.run, whole, {});
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0], whole.energy);
  }
}

TEST(SplitEnergy, BoundariesAtOrOutsideTheEndsGiveEmptyParts) {
  const SimulatedRun run = simulate({}, constant_load(500));
  const Boundaries boundaries{run.run.start - 5s, run.run.start, run.run.end, run.run.end + 5s};
  for (const EnergyEstimate& whole : all_methods(run)) {
    const auto parts = split_energy(run.series[0], run.run, whole, boundaries);
    ASSERT_EQ(parts.size(), 5U);
    EXPECT_NEAR(parts[2] / whole.energy, 1, 0.03);
    EXPECT_NEAR(sum(parts) / whole.energy, 1, 1e-12);
  }
}

TEST(SplitEnergy, WithoutSeriesByTime) {
  const base::Window run{base::SteadyTime{0s}, base::SteadyTime{10s}};
  EnergyEstimate whole;
  whole.energy = base::Energy::from_joules(100);
  const auto parts = split_energy({}, run, whole, Boundaries{base::SteadyTime{3s}});
  EXPECT_NEAR(parts[0].joules(), 30, 1e-9);
  EXPECT_NEAR(parts[1].joules(), 70, 1e-9);
}

TEST(MeasureEnergy, BestIsCounterThenRingThenAverage) {
  GpuEnergy energy;
  EXPECT_EQ(energy.best(), nullptr);
  energy.average = EnergyEstimate{};
  EXPECT_EQ(energy.best(), &*energy.average);
  energy.ring = EnergyEstimate{};
  EXPECT_EQ(energy.best(), &*energy.ring);
  energy.counter = EnergyEstimate{};
  EXPECT_EQ(energy.best(), &*energy.counter);
}

TEST(MeasureEnergy, NothingMeasuredIsNothingKnown) {
  const base::Window run{base::SteadyTime{0s}, base::SteadyTime{10s}};
  EXPECT_EQ(measure_energy({}, run).best(), nullptr);
  EXPECT_EQ(measure_energy(support::memory_series(1)[0], run).best(), nullptr);
}

TEST(MeasureEnergy, MethodsAgreeOnASteadyLoad) {
  Conditions conditions;
  conditions.length = 30s;
  const SimulatedRun run = simulate(conditions, constant_load(690));
  for (const EnergyEstimate& estimate : all_methods(run)) EXPECT_LT(std::abs(run.error_of(estimate)), 0.03);
}

TEST(MeasureEnergy, MethodsHaveWords) {
  const auto text_by = [](EnergyMethod method) {
    EnergyEstimate estimate;
    estimate.method = method;
    return method_text(estimate);
  };
  EXPECT_EQ(text_by(EnergyMethod::counter_idle_anchored), "counter, idle-anchored");
  EXPECT_EQ(text_by(EnergyMethod::counter_step_model), "counter, step model");
  EXPECT_FALSE(text_by(EnergyMethod::power_ring).empty());
  EXPECT_FALSE(text_by(EnergyMethod::average_power).empty());
}

}  // namespace
}  // namespace gpubench::energy
