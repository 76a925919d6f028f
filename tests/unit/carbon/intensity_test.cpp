#include "carbon/intensity.h"

#include <gtest/gtest.h>

#include "carbon/yearly_factors.h"

namespace gpubench::carbon {
namespace {

using std::chrono::minutes;

base::WallTime at(int minute) {
  return base::WallTime(std::chrono::hours(490000)) + minutes(minute);
}

IntensitySlot slot(int from, int to, double grams, IntensityKind kind = IntensityKind::forecast) {
  return {at(from), at(to), base::CarbonIntensity::from_grams_per_kilowatt_hour(grams), kind, "test", {}};
}

std::vector<double> values(const std::vector<IntensitySlot>& slots) {
  std::vector<double> found;
  for (const IntensitySlot& one : slots) found.push_back(one.intensity.grams_per_kilowatt_hour());
  return found;
}

TEST(Covers, KnowsHoles) {
  EXPECT_FALSE(covers({}, at(0), at(10)));
  EXPECT_TRUE(covers(std::vector{slot(0, 30, 1), slot(30, 60, 1)}, at(5), at(60)));
  EXPECT_FALSE(covers(std::vector{slot(0, 30, 1), slot(35, 60, 1)}, at(5), at(60)));
  EXPECT_FALSE(covers(std::vector{slot(10, 30, 1)}, at(5), at(20)));
  EXPECT_FALSE(covers(std::vector{slot(0, 30, 1)}, at(5), at(31)));
}

TEST(AreSane, RefusesWhatNoSourceMeans) {
  const base::WallTime noon(std::chrono::hours(12));
  const auto slot = [&](int from, int to, double grams) {
    return IntensitySlot{noon + std::chrono::minutes(from),
                         noon + std::chrono::minutes(to),
                         base::CarbonIntensity::from_grams_per_kilowatt_hour(grams),
                         IntensityKind::forecast,
                         "a",
                         {}};
  };
  EXPECT_TRUE(are_sane({}));
  EXPECT_TRUE(are_sane(std::vector{slot(0, 30, 0), slot(30, 60, 100), slot(90, 120, 5)}));
  EXPECT_FALSE(are_sane(std::vector{slot(0, 0, 100)}));
  EXPECT_FALSE(are_sane(std::vector{slot(0, 30, -1)}));
  EXPECT_FALSE(are_sane(std::vector{slot(0, 30, 1), slot(20, 60, 1)}));
  IntensitySlot odd = slot(0, 30, 1);
  odd.kind = static_cast<IntensityKind>(99);
  EXPECT_FALSE(are_sane(std::vector{odd}));
}

TEST(Merged, TheNewerHolds) {
  const auto both = merged({slot(0, 30, 1), slot(30, 60, 2), slot(60, 90, 3)}, {slot(30, 60, 20), slot(90, 120, 40)});
  EXPECT_EQ(values(both), (std::vector<double>{1, 20, 3, 40}));
}

TEST(Merged, AnActualValueIsNotGivenUpForAForecast) {
  const auto both = merged({slot(0, 30, 1, IntensityKind::actual), slot(30, 60, 2)},
                           {slot(0, 30, 10), slot(30, 60, 20, IntensityKind::actual)});
  EXPECT_EQ(values(both), (std::vector<double>{1, 20}));
  const auto revised = merged({slot(0, 30, 1, IntensityKind::actual)}, {slot(0, 30, 5, IntensityKind::actual)});
  EXPECT_EQ(values(revised), (std::vector<double>{5}));
}

TEST(Merged, NeverOverlaps) {
  EXPECT_EQ(values(merged({slot(0, 60, 1), slot(60, 120, 2)}, {slot(30, 90, 3)})), (std::vector<double>{3}));
  EXPECT_EQ(values(merged({}, {slot(0, 30, 3)})), (std::vector<double>{3}));
  EXPECT_EQ(values(merged({slot(0, 30, 3)}, {})), (std::vector<double>{3}));
}

TEST(Kinds, AreAllNamed) {
  EXPECT_EQ(kind_text(IntensityKind::actual), "actual");
  EXPECT_EQ(kind_text(IntensityKind::marginal), "marginal");
  EXPECT_EQ(kind_text(IntensityKind::user_value), "user value");
}

TEST(YearlyFactors, EachHasAllThatItTakesToJudgeIt) {
  for (const YearlyFactor& factor : yearly_factors()) {
    EXPECT_EQ(factor.country.size(), 2u);
    EXPECT_FALSE(factor.name.empty() || factor.year.empty() || factor.source.empty() || factor.licence.empty());
    EXPECT_GT(factor.intensity.grams_per_kilowatt_hour(), 0);
    EXPECT_EQ(find_yearly_factor(factor.country)->name, factor.name);
  }
}

TEST(YearlyFactors, AreFoundByCodeNameAndZone) {
  EXPECT_EQ(find_yearly_factor("de")->name, "Germany");
  EXPECT_EQ(find_yearly_factor("united kingdom")->country, "GB");
  EXPECT_EQ(find_yearly_factor("US-CAL-CISO")->country, "US");
  EXPECT_FALSE(find_yearly_factor("XX"));
  EXPECT_FALSE(find_yearly_factor(""));
  EXPECT_EQ(great_britain().country, "GB");
}

}  // namespace
}  // namespace gpubench::carbon
