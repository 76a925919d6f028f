#include "live/log_progress.h"

#include <gtest/gtest.h>

#include "unit/live/example_state.h"

namespace gpubench::live {
namespace {

using namespace std::chrono_literals;
using example::kStart;

double percent(std::string_view line) {
  const auto found = progress_in(line);
  return found ? found->percent() : -1;
}

TEST(LogProgress, IsFoundWhereBenchmarksSayIt) {
  EXPECT_DOUBLE_EQ(percent(" 45%|####5     | 450/1000 [00:10<00:12, 44.2it/s]"), 45);
  EXPECT_DOUBLE_EQ(percent("Training:  45%|####5     | 450/1000"), 45);
  EXPECT_DOUBLE_EQ(percent("Epoch 3/10"), 30);
  EXPECT_DOUBLE_EQ(percent("Epoch [3/10], Loss: 0.4"), 30);
  EXPECT_DOUBLE_EQ(percent("469/938 [=====>.....] - ETA: 2s - loss: 0.3"), 50);
  EXPECT_DOUBLE_EQ(percent("step 5 of 20"), 25);
  EXPECT_DOUBLE_EQ(percent("progress: 45.2 %"), 45.2);
  EXPECT_DOUBLE_EQ(percent("12.5% done"), 12.5);
  EXPECT_DOUBLE_EQ(percent("[ 12/100] Building CXX object"), 12);
}

TEST(LogProgress, OtherNumbersAreNone) {
  EXPECT_DOUBLE_EQ(percent(""), -1);
  EXPECT_DOUBLE_EQ(percent("accuracy 93%"), -1);
  EXPECT_DOUBLE_EQ(percent("2024/01/05 12:00:00 started"), -1);
  EXPECT_DOUBLE_EQ(percent("used 6.5/140 GiB"), -1);
  EXPECT_DOUBLE_EQ(percent("epoch 11/10"), -1);
  EXPECT_DOUBLE_EQ(percent("loss=0.12 at 44.2it/s"), -1);
  EXPECT_DOUBLE_EQ(percent("epoch 1/99999999999999999999999999999999999999999999999999999999999999x"), -1);
}

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
