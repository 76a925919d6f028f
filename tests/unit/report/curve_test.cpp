#include "report/curve.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace gpubench::report {
namespace {

TEST(Curve, FewSamplesArePoints) {
  CurveBuilder builder({0, 2, 3});
  for (int i = 0; i < 3; ++i) builder.add(i, 10.0 * i);
  const Curve curve = builder.take();
  EXPECT_FALSE(curve.is_reduced);
  ASSERT_EQ(curve.points.size(), 3U);
  EXPECT_DOUBLE_EQ(curve.points[2].seconds, 2);
  EXPECT_DOUBLE_EQ(curve.points[2].mean, 20);
  EXPECT_FALSE(curve.points[0].after_gap);
}

TEST(Curve, ManySamplesKeepTheirExtremesAndMean) {
  constexpr std::size_t kCount = 4'320'000;  // 24 h at 50 Hz
  CurveBuilder builder({0, 86400, kCount});
  for (std::size_t i = 0; i < kCount; ++i)
    builder.add(static_cast<double>(i) * 0.02, i == 1'234'567 ? 900 : (i % 2 == 0 ? 100 : 200));
  const Curve curve = builder.take();
  EXPECT_TRUE(curve.is_reduced);
  EXPECT_LE(curve.points.size(), kMostPoints);
  EXPECT_GT(curve.points.size(), kMostPoints / 2);
  double highest = 0;
  for (const CurvePoint& point : curve.points) {
    highest = std::max(highest, point.high);
    EXPECT_DOUBLE_EQ(point.low, 100);
    EXPECT_NEAR(point.mean, 150, 1);
    EXPECT_FALSE(point.after_gap);
  }
  EXPECT_DOUBLE_EQ(highest, 900);
}

TEST(Curve, AHoleIsAGapInBothForms) {
  for (const int count : {100, 10000}) {
    const double step = 30.0 / count;
    CurveBuilder builder({0, 30, static_cast<std::size_t>(count)});
    for (int i = 0; i < count; ++i)
      if (i * step < 10 || i * step > 12.5) builder.add(i * step, 1);
    const Curve curve = builder.take();
    EXPECT_EQ(std::count_if(curve.points.begin(), curve.points.end(), [](const CurvePoint& p) { return p.after_gap; }), 1);
  }
}

TEST(Curve, AMissedReadingIsAGap) {
  CurveBuilder builder({0, 3, 4});
  builder.miss();
  builder.add(1, 5);
  builder.miss();
  builder.add(3, 5);
  const Curve curve = builder.take();
  ASSERT_EQ(curve.points.size(), 2U);
  EXPECT_FALSE(curve.points[0].after_gap) << "nothing before it";
  EXPECT_TRUE(curve.points[1].after_gap);
}

TEST(Curve, NothingAndOne) {
  EXPECT_TRUE(CurveBuilder({0, 0, 0}).take().points.empty());
  CurveBuilder builder({5, 5, 1});
  builder.add(5, -1);
  EXPECT_EQ(builder.take().points.size(), 1U);
}

TEST(Curve, ASeriesThatGrowsWhileItIsReadStaysInBounds) {
  CurveBuilder builder({0, 10, 1000});
  for (int i = 0; i < 2000; ++i) builder.add(i * 0.01, i);
  EXPECT_LE(builder.take().points.size(), kMostPoints);
}

}  // namespace
}  // namespace gpubench::report
