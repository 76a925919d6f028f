#include "meter/open.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/clock.h"
#include "support/places/places.h"

namespace gpubench::meter {
namespace {

using testing::HasSubstr;

TEST(OpenMeter, AReplayOfAsManyGpusAsAreAskedFor) {
  const platform::SystemClock clock;
  const std::string trace = "replay:" + support::source_folder() + "/traces/h200.trace";
  const auto meter = open_meter({trace + ",gpus=3", "", ""}, clock);
  ASSERT_TRUE(meter) << meter.error().message;
  EXPECT_EQ((*meter)->gpus().size(), 3U);
  EXPECT_EQ((*meter)->source().name, kReplay);
  EXPECT_TRUE((*meter)->finish()) << "nothing to complete";
  for (const char* count : {"0", "65", "x", "", "2x"}) {
    const auto refused = open_meter({trace + ",gpus=" + count, "", ""}, clock);
    ASSERT_FALSE(refused) << count;
    EXPECT_THAT(refused.error().message, HasSubstr("number of GPUs from 1 to 64"));
  }
}

TEST(OpenMeter, NoDriverSaysSo) {
  const platform::SystemClock clock;
  const auto refused = open_meter({"nvml", "", "/no/such/libnvidia-ml.so"}, clock);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("cannot be loaded"));
}

}  // namespace
}  // namespace gpubench::meter
