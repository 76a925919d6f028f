#include "carbon/emissions.h"

#include <gtest/gtest.h>

#include <numeric>

#include "carbon/grid_gb/intensity_answer.h"

namespace gpubench::carbon {
namespace {

using base::CarbonIntensity;
using base::Energy;
using base::WallTime;
using std::chrono::minutes;
using std::chrono::seconds;

WallTime utc(std::string_view text) {
  return parse_api_time(text).value();
}

IntensitySlot forecast(std::string_view from, double grams_per_kilowatt_hour) {
  return {utc(from),
          utc(from) + minutes(30),
          CarbonIntensity::from_grams_per_kilowatt_hour(grams_per_kilowatt_hour),
          IntensityKind::forecast,
          "test",
          {}};
}

TEST(HalfHourBoundaries, AreStrictlyInside) {
  EXPECT_TRUE(half_hour_boundaries(utc("2026-11-22T12:00Z"), utc("2026-11-22T12:30Z")).empty());
  EXPECT_TRUE(half_hour_boundaries(utc("2026-11-22T12:10Z"), utc("2026-11-22T12:10Z")).empty());
  EXPECT_TRUE(half_hour_boundaries(utc("2026-11-22T12:00Z"), utc("2026-11-22T12:00Z")).empty());
  const auto found = half_hour_boundaries(utc("2026-11-22T12:00Z"), utc("2026-11-22T13:01Z"));
  EXPECT_EQ(found, (std::vector{utc("2026-11-22T12:30Z"), utc("2026-11-22T13:00Z")}));
  const auto nanosecond =
      half_hour_boundaries(utc("2026-11-22T12:30Z") - base::Duration(1), utc("2026-11-22T12:30Z") + base::Duration(1));
  EXPECT_EQ(nanosecond, (std::vector{utc("2026-11-22T12:30Z")}));
}

TEST(HalfHourBoundaries, CrossMidnightAndTheYear) {
  const auto found = half_hour_boundaries(utc("2026-12-31T23:20Z"), utc("2027-01-01T00:40Z"));
  EXPECT_EQ(found, (std::vector{utc("2026-12-31T23:30Z"), utc("2027-01-01T00:00Z"), utc("2027-01-01T00:30Z")}));
}

TEST(HalfHourBoundaries, ADayAlwaysHasFortyEight) {  // 25 October 2026: clocks change in Britain, not in UTC
  EXPECT_EQ(half_hour_boundaries(utc("2026-10-25T00:00Z"), utc("2026-10-26T00:00Z")).size(), 47u);
}

TEST(AccountEmissions, AgreesWithAHandCalculation) {
  // 12:10:00 to 13:05:30: 20, 30 and 5.5 minutes; 0.1, 0.25 and 0.03 kWh; 266, 120 and 90 g/kWh.
  const WallTime from = utc("2026-11-22T12:10Z");
  const WallTime to = utc("2026-11-22T13:05Z") + seconds(30);
  const std::vector energies{Energy::from_kilowatt_hours(0.1), Energy::from_kilowatt_hours(0.25),
                             Energy::from_kilowatt_hours(0.03)};
  const std::vector known{forecast("2026-11-22T12:00Z", 266), forecast("2026-11-22T12:30Z", 120),
                          forecast("2026-11-22T13:00Z", 90)};
  const EmissionsAccount account = account_emissions(from, to, energies, known);

  ASSERT_EQ(account.slots.size(), 3u);
  EXPECT_NEAR(account.total.grams(), 26.6 + 30.0 + 2.7, 1e-9);
  EXPECT_NEAR(account.average.grams_per_kilowatt_hour(), (20 * 266 + 30 * 120 + 5.5 * 90) / 55.5, 1e-9);
  EXPECT_FALSE(account.used_yearly_factor);
  EXPECT_EQ(account.slots.front().from, from);
  EXPECT_EQ(account.slots.front().to, utc("2026-11-22T12:30Z"));
  EXPECT_EQ(account.slots.back().from, utc("2026-11-22T13:00Z"));
  EXPECT_EQ(account.slots.back().to, to);
  EXPECT_EQ(account.slots[1].intensity.source, "test");
}

TEST(AccountEmissions, FillsHolesWithTheYearlyFactor) {
  const std::vector energies(3, Energy::from_kilowatt_hours(1));
  const std::vector known{forecast("2026-12-31T23:30Z", 50)};
  const EmissionsAccount account = account_emissions(utc("2026-12-31T23:10Z"), utc("2027-01-01T00:20Z"), energies, known);
  const double factor = yearly_factor_slot({}, {}).intensity.grams_per_kilowatt_hour();

  EXPECT_TRUE(account.used_yearly_factor);
  EXPECT_NEAR(account.total.grams(), 2 * factor + 50, 1e-9);
  EXPECT_EQ(account.slots[0].intensity.kind, IntensityKind::yearly_factor);
  EXPECT_EQ(account.slots[1].intensity.kind, IntensityKind::forecast);
  EXPECT_EQ(account.slots[2].intensity.kind, IntensityKind::yearly_factor);
  EXPECT_EQ(account.slots[2].intensity.from, utc("2027-01-01T00:00Z"));
}

TEST(AccountEmissions, AZeroForecastIsAForecast) {
  const std::vector known{forecast("2026-11-22T12:00Z", 0)};
  const std::vector energies{Energy::from_kilowatt_hours(1)};
  const auto account = account_emissions(utc("2026-11-22T12:00Z"), utc("2026-11-22T12:30Z"), energies, known);
  EXPECT_FALSE(account.used_yearly_factor);
  EXPECT_EQ(account.total.grams(), 0);
}

TEST(AccountEmissions, WithoutAnyForecastIsNeverZero) {
  const std::vector energies{Energy::from_kilowatt_hours(1)};
  const auto account = account_emissions(utc("2026-11-22T12:00Z"), utc("2026-11-22T12:10Z"), energies, {});
  EXPECT_TRUE(account.used_yearly_factor);
  EXPECT_GT(account.total.grams(), 0);
}

TEST(AccountEmissions, OfNoTimeAtAllHasOneSlot) {
  for (const char* moment : {"2026-11-22T12:10Z", "2026-11-22T12:00Z"}) {
    const std::vector energies{Energy{}};
    const std::vector known{forecast("2026-11-22T12:00Z", 266)};
    const auto account = account_emissions(utc(moment), utc(moment), energies, known);
    ASSERT_EQ(account.slots.size(), 1u);
    EXPECT_EQ(account.average.grams_per_kilowatt_hour(), 266);
    EXPECT_EQ(account.total.grams(), 0);
    EXPECT_FALSE(account.used_yearly_factor);
  }
}

TEST(AccountEmissions, PartsAddUpOverManyRanges) {
  std::vector<IntensitySlot> known;
  for (int i = 0; i < 40; i += 3) {
    known.push_back({utc("2026-11-22T00:00Z") + i * minutes(30),
                     utc("2026-11-22T00:30Z") + i * minutes(30),
                     CarbonIntensity::from_grams_per_kilowatt_hour(10.0 * i),
                     IntensityKind::forecast,
                     "test",
                     {}});
  }
  for (int start = 0; start < 120; start += 7) {
    for (int length = 1; length < 900; length += 61) {
      const WallTime from = utc("2026-11-22T00:00Z") + minutes(start);
      const WallTime to = from + minutes(length);
      const std::vector energies(half_hour_boundaries(from, to).size() + 1, Energy::from_joules(1234.5));
      const auto account = account_emissions(from, to, energies, known);
      base::Duration time{};
      base::Emissions sum;
      for (const SlotEmissions& slot : account.slots) {
        time += slot.to - slot.from;
        sum += slot.emissions;
        EXPECT_LE(slot.intensity.from, slot.from);
        EXPECT_GE(slot.intensity.to, slot.to);
      }
      EXPECT_EQ(time, to - from);
      EXPECT_EQ(sum, account.total);
      EXPECT_GE(account.total.grams(), 0);
    }
  }
}

#ifndef NDEBUG
TEST(AccountEmissionsDeath, CountOfEnergiesMustFit) {
  const std::vector energies{Energy{}};
  EXPECT_DEATH(account_emissions(utc("2026-11-22T12:00Z"), utc("2026-11-22T13:00Z"), energies, {}), "energies");
}
#endif

TEST(YearlyFactor, SaysWhatItIs) {
  const IntensitySlot slot = yearly_factor_slot(utc("2026-11-22T12:00Z"), utc("2026-11-22T12:30Z"));
  EXPECT_EQ(slot.intensity.grams_per_kilowatt_hour(), 162);
  EXPECT_EQ(slot.kind, IntensityKind::yearly_factor);
  EXPECT_NE(slot.source.find("2023"), std::string::npos);
  EXPECT_NE(slot.source.find("Carbon Brief"), std::string::npos);
  EXPECT_EQ(kind_text(slot.kind), "yearly factor");
  EXPECT_EQ(kind_text(IntensityKind::forecast), "forecast");
}

}  // namespace
}  // namespace gpubench::carbon
