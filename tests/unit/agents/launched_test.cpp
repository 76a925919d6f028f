#include "agents/launched.h"

#include <gtest/gtest.h>

#include <chrono>

#include "platform/clock.h"

namespace gpubench::agents {
namespace {

using namespace std::chrono_literals;

// The wait may have been over before it began.
TEST(Launched, AWaitThatIsOverEndsAtOnce) {
  const auto launched = Launched::start({"sleep", "3"}, {"PATH=/usr/bin:/bin"});
  ASSERT_TRUE(launched);
  const platform::SystemClock clock;
  const base::SteadyTime before = clock.now();
  EXPECT_EQ((*launched)->receive(-5ms, -1), "");
  EXPECT_LT(clock.now() - before, 2s);
}

}  // namespace
}  // namespace gpubench::agents
