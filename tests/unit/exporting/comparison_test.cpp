#include "exporting/comparison.h"

#include <gtest/gtest.h>

namespace gpubench::exporting {
namespace {

const std::vector<Series> kSeries{make_series("a", {}), make_series("b", {})};

Comparison compared(const Stored& stored, const std::vector<Sample>& wanted) {
  Comparison result;
  compare(stored, wanted, kSeries, result);
  return result;
}

TEST(Comparison, TheSameValueAtTheSameTimeOfTheSameSeries) {
  const Stored stored{{kSeries[0].json(), {{1000, {5}}, {2000, {6}}}}};
  const Comparison result = compared(stored, {{0, 1000, 5, {}}, {0, 2000, 6.5, {}}, {0, 3000, 5, {}}, {1, 1000, 5, {}}});
  EXPECT_EQ(result.same, 1U);
  EXPECT_EQ(result.differing, 1U);
  EXPECT_EQ(result.doubled, 0U);
  ASSERT_EQ(result.missing.size(), 2U);
  EXPECT_EQ(result.missing[0].time_ms, 3000);
  EXPECT_EQ(result.missing[1].series, 1U);
}

TEST(Comparison, ReceiversKeepTwelveDigits) {
  const Stored stored{{kSeries[0].json(), {{1, {123456789012.345}}, {2, {1e-10}}}}};
  EXPECT_EQ(compared(stored, {{0, 1, 123456789012.3, {}}, {0, 2, 0, {}}}).same, 2U);
}

TEST(Comparison, OneOfSeveralStoredValuesIsEnoughAndTheOthersAreCounted) {
  const Stored stored{{kSeries[0].json(), {{1, {7, 5, 5}}}}};
  const Comparison result = compared(stored, {{0, 1, 5, {}}});
  EXPECT_EQ(result.same, 1U);
  EXPECT_EQ(result.doubled, 2U);
}

TEST(Comparison, ResultsAddUp) {
  Comparison result;
  for (int i = 0; i < 2; ++i) compare({}, std::vector<Sample>{{0, 1, 5, {}}}, kSeries, result);
  EXPECT_EQ(result.missing.size(), 2U);
}

}  // namespace
}  // namespace gpubench::exporting
