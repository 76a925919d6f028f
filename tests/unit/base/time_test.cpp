#include "base/time.h"

#include <gtest/gtest.h>

namespace gpubench::base {
namespace {

using namespace std::chrono_literals;

TEST(Time, TextIsUtcWithZ) {
  const WallTime time{1724000000s + 7ms};
  EXPECT_EQ(utc_text(time), "2024-08-18T16:53:20Z");
  EXPECT_EQ(utc_text_milliseconds(time), "2024-08-18T16:53:20.007Z");
  EXPECT_EQ(utc_table_text(time), "2024-08-18 16:53:20");
  EXPECT_EQ(utc_compact_text(time), "20240818T165320Z");
}

TEST(Time, AnchorMapsBothWays) {
  const ClockAnchor anchor{SteadyTime{100s}, WallTime{1000s}};
  EXPECT_EQ(anchor.to_wall(SteadyTime{103s}), WallTime{1003s});
  EXPECT_EQ(anchor.to_steady(WallTime{997s}), SteadyTime{97s});
}

TEST(Time, SecondsRoundTrip) {
  EXPECT_EQ(from_seconds(0.1), 100ms);
  EXPECT_EQ(from_seconds(-0.5), -500ms);
  EXPECT_DOUBLE_EQ(to_seconds(1500ms), 1.5);
}

}  // namespace
}  // namespace gpubench::base
