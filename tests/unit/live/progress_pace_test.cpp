#include "live/progress_pace.h"

#include <gtest/gtest.h>

#include "unit/live/example_state.h"

namespace gpubench::live {
namespace {

using namespace std::chrono_literals;
using example::kStart;

TEST(ProgressPace, TheTimeLeftFollowsThePace) {
  ProgressPace pace;
  EXPECT_EQ(pace.left_text(kStart), "");
  pace.take("Epoch 1/10", kStart + 20s);
  EXPECT_EQ(pace.left_text(kStart + 25s), "") << "one line says nothing of the pace";
  pace.take("Epoch 2/10", kStart + 30s);
  EXPECT_EQ(pace.left_text(kStart + 30s), "about 0:01:20 left");
  EXPECT_EQ(pace.left_text(kStart + 35s), "about 0:01:15 left") << "it goes on between two lines";
  pace.take("no progress", kStart + 40s);
  EXPECT_EQ(pace.line(), "Epoch 2/10");
}

TEST(ProgressPace, ABarThatBeginsAgainIsThatOfAPart) {
  ProgressPace pace;
  pace.take("50%|##  |", kStart);
  pace.take("100%|####|", kStart + 10s);
  EXPECT_EQ(pace.left_text(kStart + 10s), "") << "nothing is left";
  pace.take("0%|    |", kStart + 11s);
  pace.take("50%|##  |", kStart + 21s);
  EXPECT_EQ(pace.left_text(kStart + 21s), "about 0:00:10 left of this part");
}

TEST(ProgressPace, LaterThanExpectedNothingIsInvented) {
  ProgressPace pace;
  pace.take("10%|#   |", kStart);
  pace.take("90%|### |", kStart + 80s);
  EXPECT_EQ(pace.left_text(kStart + 80s), "about 0:00:10 left");
  EXPECT_EQ(pace.left_text(kStart + 95s), "");
}

}  // namespace
}  // namespace gpubench::live
