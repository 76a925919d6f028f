#include "record/work_rate.h"

#include <gtest/gtest.h>

namespace gpubench::record {
namespace {

using namespace std::chrono_literals;

energy::Uncertainty uncertainty(double comparative_joules) {
  energy::Uncertainty result;
  result.terms = {{"edges", base::Energy::from_joules(comparative_joules / 2), ""},
                  energy::gain_term(base::Energy::from_joules(30'000))};
  return result;
}

// 60,000 images in 30 s with 30 kJ and 1.2 g.
RunRecord measured_run() {
  RunRecord run;
  run.benchmark.work = Work{60'000, "images"};
  run.ran = {base::SteadyTime(10s), base::SteadyTime(40s)};
  run.total_energy = base::Energy::from_joules(30'000);
  run.total_uncertainty = uncertainty(60);
  run.emissions.emplace();
  run.emissions->total = base::Emissions::from_grams(1.2);
  return run;
}

TEST(WorkRate, OfAUnit) {
  const WorkRate rate = work_rate(measured_run());
  EXPECT_DOUBLE_EQ(rate.per_second.value(), 2000);
  EXPECT_DOUBLE_EQ(rate.energy.value().joules(), 0.5);
  EXPECT_DOUBLE_EQ(rate.emissions.value().grams(), 2e-5);
}

TEST(WorkRate, IntervalsAreInProportionToThoseOfTheEnergy) {
  const RunRecord run = measured_run();
  const WorkRate rate = work_rate(run);
  EXPECT_DOUBLE_EQ(rate.comparative.joules(), 60.0 / 60'000);
  EXPECT_DOUBLE_EQ(rate.absolute / *rate.energy, run.total_uncertainty.absolute() / *run.total_energy);
  EXPECT_GT(rate.absolute, rate.comparative);
}

TEST(WorkRate, WithoutWorkNothingIsKnown) {
  RunRecord run = measured_run();
  run.benchmark.work.reset();
  const WorkRate rate = work_rate(run);
  EXPECT_FALSE(rate.per_second || rate.energy || rate.emissions);
}

TEST(WorkRate, WithoutEnergyOrTimeTheRestIsKnown) {
  RunRecord run = measured_run();
  run.total_energy.reset();
  run.emissions.reset();
  WorkRate rate = work_rate(run);
  EXPECT_TRUE(rate.per_second);
  EXPECT_FALSE(rate.energy || rate.emissions);
  run = measured_run();
  run.ran.end = run.ran.start;
  rate = work_rate(run);
  EXPECT_FALSE(rate.per_second) << "a run of no length";
  EXPECT_TRUE(rate.energy);
}

TEST(WorkRate, OfAPartIsOverItsOwnTimeAndEnergy) {
  PartRecord part;
  part.benchmark.work = Work{100, "steps"};
  part.ran = {base::SteadyTime(10s), base::SteadyTime(15s)};
  part.energy = base::Energy::from_joules(2'000);
  part.uncertainty = uncertainty(10);
  const WorkRate rate = work_rate(part);
  EXPECT_DOUBLE_EQ(rate.per_second.value(), 20);
  EXPECT_DOUBLE_EQ(rate.energy.value().joules(), 20);
  EXPECT_DOUBLE_EQ(rate.comparative.joules(), 0.1);
  EXPECT_FALSE(rate.emissions);
}

}  // namespace
}  // namespace gpubench::record
