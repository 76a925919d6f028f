#include "carbon/plan.h"

#include <gtest/gtest.h>

#include <random>

#include "carbon/utc_time.h"
#include "unit/carbon/utc.h"

namespace gpubench::carbon {
namespace {

using base::CarbonIntensity;
using base::Emissions;
using base::Energy;
using base::WallTime;
using std::chrono::minutes;

std::vector<IntensitySlot> half_hours(WallTime from, const std::vector<double>& grams) {
  std::vector<IntensitySlot> slots;
  for (const double value : grams) {
    slots.push_back({from,
                     from + minutes(30),
                     CarbonIntensity::from_grams_per_kilowatt_hour(value),
                     IntensityKind::forecast,
                     "test",
                     {}});
    from += minutes(30);
  }
  return slots;
}

EnergyStep step(int length_minutes, double kilowatt_hours) {
  return {minutes(length_minutes), Energy::from_kilowatt_hours(kilowatt_hours)};
}

TEST(EmissionsFrom, AgreesWithAHandCalculation) {
  const auto slots = half_hours(utc("2026-11-22T12:00Z"), {100, 200, 50});
  // 12:20 to 13:05: 1 kWh over 15 minutes (10 at 100, 5 at 200), then 3 kWh over 30 (25 at 200, 5 at 50)
  const auto found = emissions_from({step(15, 1), step(30, 3)}, slots, utc("2026-11-22T12:20Z"));
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->grams(), 100 * 10 / 15.0 + 200 * 5 / 15.0 + 3 * (200 * 25 + 50 * 5) / 30.0, 1e-9);
  EXPECT_FALSE(emissions_from({step(15, 1)}, slots, utc("2026-11-22T11:59Z")));
  EXPECT_FALSE(emissions_from({step(15, 1)}, slots, utc("2026-11-22T13:16Z")));
  EXPECT_TRUE(emissions_from({step(15, 1)}, slots, utc("2026-11-22T13:15Z")));
}

TEST(MakePlan, PicksTheValleyAndTheRegion) {
  PlanQuestion question;
  question.run = {step(30, 1)};
  question.now = utc("2026-11-22T12:10Z");
  question.forecasts = {{"A", half_hours(utc("2026-11-22T12:00Z"), {300, 300, 100, 300})},
                        {"B", half_hours(utc("2026-11-22T12:00Z"), {200, 200, 200, 90})},
                        {"C", {}}};
  const auto plan = make_plan(question);
  ASSERT_TRUE(plan) << plan.error().message;
  ASSERT_EQ(plan->best.size(), 2u);
  EXPECT_EQ(plan->best[0].region, "B");
  EXPECT_EQ(plan->best[0].start, utc("2026-11-22T13:30Z"));
  EXPECT_NEAR(plan->best[0].emissions.grams(), 90, 1e-9);
  EXPECT_EQ(plan->best[1].start, utc("2026-11-22T13:00Z"));
  EXPECT_NEAR(plan->at_once[0]->emissions.grams(), 300, 1e-9);
  EXPECT_FALSE(plan->at_once[2]);

  question.deadline = utc("2026-11-22T13:30Z");
  EXPECT_EQ(make_plan(question)->best[0].region, "A");
  question.deadline = utc("2026-11-22T12:39Z");
  EXPECT_FALSE(make_plan(question));
}

TEST(MakePlan, StartsAtOnceWhereNothingIsToBeGained) {
  PlanQuestion question;
  question.run = {step(45, 1)};
  question.now = utc("2026-11-22T12:10Z");
  question.forecasts = {{"A", half_hours(utc("2026-11-22T12:00Z"), {100, 100, 100, 100})}};
  EXPECT_EQ(make_plan(question)->best[0].start, question.now);
}

TEST(MakePlan, IsNeverWorseThanAnyMinuteOfAThousandRandomForecasts) {
  std::mt19937 random(20261122);
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution(low, high)(random); };
  for (int trial = 0; trial < 1000; ++trial) {
    std::vector<double> grams;
    for (int i = pick(4, 40); i > 0; --i) grams.push_back(pick(0, 400));
    PlanQuestion question;
    for (int i = pick(1, 5); i > 0; --i) question.run.push_back(step(pick(1, 25), pick(0, 100) / 100.0));
    const WallTime begin = utc("2026-11-22T12:00Z");
    question.now = begin + minutes(pick(0, 29));
    question.forecasts = {{"A", half_hours(begin, grams)}};
    if (pick(0, 4) == 0)
      question.forecasts[0].slots.erase(question.forecasts[0].slots.begin() + pick(0, static_cast<int>(grams.size()) - 2));
    if (pick(0, 1) == 0) question.deadline = question.now + minutes(pick(60, 1200));

    base::Duration length{};
    for (const EnergyStep& one : question.run) length += one.length;
    WallTime last = question.forecasts[0].slots.back().to;
    if (question.deadline) last = std::min(last, *question.deadline);
    std::optional<Emissions> best;
    for (WallTime start = question.now; start + length <= last; start += minutes(1)) {
      const auto emissions = emissions_from(question.run, question.forecasts[0].slots, start);
      if (emissions && (!best || *emissions < *best)) best = emissions;
    }
    const auto plan = make_plan(question);
    ASSERT_EQ(plan.has_value(), best.has_value()) << trial;
    if (plan) {
      EXPECT_NEAR(plan->best[0].emissions.grams(), best->grams(), 1e-9) << trial;
    }
  }
}

}  // namespace
}  // namespace gpubench::carbon
