#include "report/carbon_changes.h"

#include <gtest/gtest.h>

#include "support/contains.h"
#include "unit/report/example_run.h"

namespace gpubench::report {
namespace {

using support::contains;

TEST(CarbonChanges, TellsEachHalfHourAndTheTotalsOldAndNew) {
  const record::RunRecord before = example::replayed_command_run();
  record::RunRecord after = before;
  carbon::SlotEmissions& second = after.emissions->slots[1];
  second.intensity.intensity = base::CarbonIntensity::from_grams_per_kilowatt_hour(150);
  second.intensity.kind = carbon::IntensityKind::actual;
  second.intensity.source = "another service";
  second.emissions = second.energy * second.intensity.intensity;
  after.emissions->total = after.emissions->slots[0].emissions + second.emissions;
  const std::string text = carbon_changes(before, after);
  EXPECT_TRUE(contains(text, "143 (forecast)")) << text;
  EXPECT_TRUE(contains(text, "124 (yearly factor) | 150 (actual)")) << text;
  EXPECT_TRUE(contains(text, "another service")) << text;
}

TEST(CarbonChanges, WhatIsNotKnownIsNotZero) {
  const record::RunRecord after = example::container_run(1);
  record::RunRecord before = after;
  before.emissions.reset();
  const std::string text = carbon_changes(before, after);
  EXPECT_TRUE(contains(text, "not known")) << text;
  EXPECT_TRUE(contains(text, "143 (forecast)")) << text;
  EXPECT_FALSE(contains(text, "| 0 ")) << text;
}

}  // namespace
}  // namespace gpubench::report
