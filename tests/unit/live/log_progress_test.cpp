#include "live/log_progress.h"

#include <gtest/gtest.h>

namespace gpubench::live {
namespace {

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

}  // namespace
}  // namespace gpubench::live
