#include "carbon/utc_time.h"

#include <gtest/gtest.h>

namespace gpubench::carbon {
namespace {

TEST(ParseUtcTime, TakesTheFormsOfTheSources) {
  for (const char* text :
       {"2026-11-22T12:00Z", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00.000Z", "2026-11-22T12:00:00+00:00",
        "2026-11-22T13:30:00+01:30", "2026-11-22 12:00:00.000000Z", "2026-11-22T07:00-0500"}) {
    const auto time = parse_utc_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(base::utc_text_milliseconds(*time), "2026-11-22T12:00:00.000Z") << text;
  }
  EXPECT_EQ(base::utc_text_milliseconds(*parse_utc_time("2018-04-25T18:07:01.350Z")), "2018-04-25T18:07:01.350Z");
}

TEST(ParseUtcTime, RefusesTheRest) {
  for (const char* text :
       {"", "2026-11-22T12:00", "2026-11-22", "2026-11-22T12:00:00", "2026-13-22T12:00Z", "2026-02-29T12:00Z",
        "2026-11-22T24:00Z", "2026-11-22T12:60Z", "2026-11-22T12:00:60Z", "2026-11-22T12:00:00.Z",
        "2026-11-22T12:00:00.0000000000Z", "2026-11-22T12:00ZZ", "2026-11-22T12:00+25:00", "1969-11-22T12:00Z",
        "2201-11-22T12:00Z", "2026-11-2ZT12:00Z", "-026-11-22T12:00Z", "now"})
    EXPECT_FALSE(parse_utc_time(text)) << text;
}

}  // namespace
}  // namespace gpubench::carbon
