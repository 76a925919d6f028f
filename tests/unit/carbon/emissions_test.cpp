#include "carbon/emissions.h"

#include <gtest/gtest.h>

#include <numeric>

#include "carbon/grid_gb/intensity_answer.h"
#include "unit/carbon/utc.h"

namespace gpubench::carbon {
namespace {

using base::CarbonIntensity;
using base::Energy;
using base::WallTime;
using std::chrono::minutes;
using std::chrono::seconds;

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

// Runs over every seam that a calendar has: slots of 100, 200, 300 ... g/kWh; the parts by hand.
struct Seam {
  const char* name;
  const char* from;
  const char* to;
  std::vector<double> energies_kwh;
  double grams;  // by hand
};

class Seams : public testing::TestWithParam<Seam> {};

TEST_P(Seams, AgreeWithAHandCalculation) {
  const Seam& seam = GetParam();
  std::vector<IntensitySlot> known;
  WallTime start = std::chrono::floor<minutes>(utc(seam.from));
  start -= (start.time_since_epoch() % minutes(30));
  for (int i = 1; start < utc(seam.to); ++i, start += minutes(30))
    known.push_back({start,
                     start + minutes(30),
                     CarbonIntensity::from_grams_per_kilowatt_hour(100.0 * i),
                     IntensityKind::actual,
                     "test",
                     {}});
  std::vector<Energy> energies;
  for (const double part : seam.energies_kwh) energies.push_back(Energy::from_kilowatt_hours(part));
  const auto account = account_emissions(utc(seam.from), utc(seam.to), energies, known);
  EXPECT_NEAR(account.total.grams(), seam.grams, 1e-9);
  EXPECT_EQ(account.slots.size(), energies.size());
  EXPECT_FALSE(account.used_yearly_factor);
}

INSTANTIATE_TEST_SUITE_P(
    Calendar, Seams,
    testing::Values(Seam{"one_boundary", "2026-11-22T12:20Z", "2026-11-22T12:40Z", {0.3, 0.7}, 30 + 140},
                    Seam{"three_slots", "2026-11-22T12:20Z", "2026-11-22T13:10Z", {0.2, 0.6, 0.1}, 20 + 120 + 30},
                    Seam{"midnight", "2026-11-22T23:45Z", "2026-11-23T00:15Z", {1.5, 2.5}, 150 + 500},
                    Seam{"new_year", "2026-12-31T23:40Z", "2027-01-01T00:50Z", {0.25, 0.5, 0.125}, 25 + 100 + 37.5},
                    // 01:00 UTC on 29 March 2026 British clocks go from 01:00 to 02:00
                    Seam{"spring", "2026-03-29T00:40Z", "2026-03-29T01:40Z", {0.4, 0.9, 0.2}, 40 + 180 + 60},
                    // 01:00 UTC on 25 October 2026 they go from 02:00 back to 01:00
                    Seam{"autumn", "2026-10-25T00:40Z", "2026-10-25T01:40Z", {0.1, 0.8, 0.3}, 10 + 160 + 90},
                    Seam{"leap_day", "2028-02-28T23:50Z", "2028-02-29T00:10Z", {0.011, 0.013}, 1.1 + 2.6}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(CutTimes, AreTheHalfHoursAndTheEndsOfShorterSlots) {
  std::vector<IntensitySlot> known;
  for (int i = 0; i < 3; ++i)
    known.push_back({utc("2026-11-22T12:20Z") + i * minutes(5),
                     utc("2026-11-22T12:25Z") + i * minutes(5),
                     CarbonIntensity::from_grams_per_kilowatt_hour(100.0 * (i + 1)),
                     IntensityKind::marginal,
                     "test",
                     {}});
  const WallTime from = utc("2026-11-22T12:22Z");
  const WallTime to = utc("2026-11-22T12:34Z");
  EXPECT_EQ(cut_times(from, to, known), (std::vector{utc("2026-11-22T12:25Z"), utc("2026-11-22T12:30Z")}));
  const std::vector energies{Energy::from_kilowatt_hours(1), Energy::from_kilowatt_hours(2), Energy::from_kilowatt_hours(4)};
  const auto account = account_emissions(from, to, energies, known);
  EXPECT_NEAR(account.total.grams(), 100 + 400 + 1200, 1e-9);
  EXPECT_EQ(account.slots[2].intensity.kind, IntensityKind::marginal);
}

TEST(CutTimes, AHourlySlotHoldsInBothItsHalfHours) {
  const std::vector<IntensitySlot> known{{utc("2026-11-22T12:00Z"),
                                          utc("2026-11-22T13:00Z"),
                                          CarbonIntensity::from_grams_per_kilowatt_hour(100),
                                          IntensityKind::actual,
                                          "test",
                                          {}}};
  const std::vector energies{Energy::from_kilowatt_hours(1), Energy::from_kilowatt_hours(2), Energy::from_kilowatt_hours(4)};
  const auto account = account_emissions(utc("2026-11-22T12:10Z"), utc("2026-11-22T13:10Z"), energies, known);
  EXPECT_NEAR(account.total.grams(), 300 + 4 * 162, 1e-9);
  EXPECT_TRUE(account.used_yearly_factor);
}

TEST(AccountEmissions, TakesTheFallbackOfTheCountry) {
  const std::vector energies{Energy::from_kilowatt_hours(1)};
  const auto factor = find_yearly_factor("FR");
  ASSERT_TRUE(factor);
  const auto account = account_emissions(utc("2026-11-22T12:00Z"), utc("2026-11-22T12:10Z"), energies, {}, *factor);
  EXPECT_NEAR(account.total.grams(), 56, 1e-9);
  EXPECT_NE(account.slots[0].intensity.source.find("France"), std::string::npos);
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
