// Waiting before a run: for a planned start, and until GPUs have cooled.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "run/cool_down.h"
#include "run/wait_until.h"
#include "support/manual_clock.h"
#include "support/places/places.h"

namespace gpubench::run {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(WaitingText, HasTheTwoOrThreeLargestUnitsRoundedUp) {
  for (const auto& [left, text] : {std::pair<base::Duration, const char*>{0s, "0 s"},
                                   {1ms, "1 s"},
                                   {59s, "59 s"},
                                   {59500ms, "1 min 00 s"},
                                   {61s, "1 min 01 s"},
                                   {3600s, "1 h 00 min 00 s"},
                                   {3599500ms, "1 h 00 min 00 s"},
                                   {26h + 65s, "26 h 01 min 05 s"}})
    EXPECT_EQ(waiting_text(left), text);
}

// Says nothing itself; what is written to it is kept.
class Screen final : public platform::Terminal {
 public:
  explicit Screen(bool is_terminal) : is_terminal_(is_terminal) {}
  [[nodiscard]] bool is_terminal() const override { return is_terminal_; }
  void write(std::string_view bytes) override { text += bytes; }
  std::string text;

 private:
  bool is_terminal_;
};

// Each time it is asked for the time of day a while has passed.
class RunningClock final : public platform::Clock {
 public:
  explicit RunningClock(base::Duration step) : step_(step) {}
  [[nodiscard]] base::SteadyTime now() const override { return steady_; }
  [[nodiscard]] base::WallTime wall_now() const override {
    steady_ += step_;
    if (++asked_ == set_after) wall_offset += set_by;
    return base::WallTime(1'800'000'000s) + (steady_ - base::SteadyTime(1h)) + wall_offset;
  }
  void sleep_until(base::SteadyTime /*time*/) const override {}

  int set_after = 0;  // calls, until somebody sets the wall clock
  base::Duration set_by{};
  mutable base::Duration wall_offset{};

 private:
  base::Duration step_;
  mutable int asked_ = 0;
  mutable base::SteadyTime steady_{1h};
};

class WaitingTest : public testing::Test {
 protected:
  static std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  }
  // Not raise(): the thread of SignalQueue takes what is sent to the process. It ends the next wait at once.
  static void send(int signal) { ::kill(::getpid(), signal); }
  platform::SignalQueue signals_;
  const base::WallTime start_{1'800'000'000s};
};

TEST_F(WaitingTest, AStartThatHasPassedIsNotWaitedFor) {
  const support::ManualClock clock{start_};
  Screen screen(false);
  EXPECT_FALSE(wait_until(start_, "the start", clock, signals_, screen));
  EXPECT_FALSE(wait_until(start_ - 1h, "the start", clock, signals_, screen));
  EXPECT_EQ(screen.text, "");
}

TEST_F(WaitingTest, ASignalEndsIt) {
  const support::ManualClock clock{start_};
  Screen screen(false);
  send(SIGTERM);
  EXPECT_EQ(wait_until(start_ + 1h + 5s, "a cleaner grid", clock, signals_, screen), SIGTERM);
  EXPECT_EQ(screen.text, "Waiting for a cleaner grid: 1 h 00 min 05 s left (Ctrl-C ends it)\n");
}

TEST_F(WaitingTest, OnATerminalTheLineIsRenewedAndThenTakenAway) {
  const support::ManualClock clock{start_};
  Screen screen(true);
  send(SIGINT);
  EXPECT_EQ(wait_until(start_ + 5s, "it", clock, signals_, screen), SIGINT);
  EXPECT_EQ(screen.text, "\r\033[KWaiting for it: 5 s left (Ctrl-C ends it)\r\033[K");
}

// Somebody sets the clock forward past the start: the wait is over at the next look.
TEST_F(WaitingTest, TheTimeOfDayCountsHoweverTheClockIsSet) {
  RunningClock clock(1s);
  clock.set_after = 3;
  clock.set_by = 24h;
  Screen screen(true);
  EXPECT_FALSE(wait_until(start_ + 20h, "it", clock, signals_, screen));
  EXPECT_EQ(count(screen.text, " left (Ctrl-C ends it)"), 2U);
}

TEST_F(WaitingTest, WhereThereIsNoTerminalALineComesEveryTenMinutes) {
  const RunningClock clock(10min);
  Screen screen(false);
  EXPECT_FALSE(wait_until(start_ + 1h, "it", clock, signals_, screen));
  EXPECT_EQ(screen.text,
            "Waiting for it: 50 min 00 s left (Ctrl-C ends it)\nWaiting for it: 40 min 00 s left (Ctrl-C ends it)\n"
            "Waiting for it: 30 min 00 s left (Ctrl-C ends it)\nWaiting for it: 20 min 00 s left (Ctrl-C ends it)\n"
            "Waiting for it: 10 min 00 s left (Ctrl-C ends it)\n");
}

class CoolDownTest : public WaitingTest {
 protected:
  // GPUs of a recorded trace.
  base::Result<CoolDown> cool(double target, const platform::Clock& clock) {
    return cool_down({"replay:" + support::source_folder() + "/traces/h200.trace", "", ""},
                     base::Temperature::from_celsius(target), clock, signals_);
  }
};

TEST_F(CoolDownTest, WhatIsColdEnoughIsNotWaitedForAndWhatIsTooColdIsSaid) {
  const platform::SystemClock clock;
  const auto cooled = cool(110, clock);
  ASSERT_TRUE(cooled) << cooled.error().message;
  EXPECT_FALSE(cooled->signal);
  EXPECT_THAT(cooled->doubt, HasSubstr("a GPU had only"));
  EXPECT_THAT(cooled->doubt, HasSubstr("more --warmup, or a lower --start-at"));
}

TEST_F(CoolDownTest, ASignalEndsTheWaitForAHotGpu) {
  const platform::SystemClock clock;
  send(SIGINT);
  const auto cooled = cool(1, clock);
  ASSERT_TRUE(cooled);
  EXPECT_EQ(cooled->signal, SIGINT);
  EXPECT_EQ(cooled->doubt, "");
}

TEST_F(CoolDownTest, AMeterThatCannotBeOpenedIsAnError) {
  const platform::SystemClock clock;
  const auto cooled = cool_down({"replay:/nonexistent/trace", "", ""}, base::Temperature::from_celsius(40), clock, signals_);
  ASSERT_FALSE(cooled);
  EXPECT_THAT(cooled.error().message, HasSubstr("/nonexistent/trace"));
}

// A clock on which every look takes minutes.
class SlowClock final : public platform::Clock {
 public:
  [[nodiscard]] base::SteadyTime now() const override { return real_.now() + (late_ += 100s); }
  [[nodiscard]] base::WallTime wall_now() const override { return real_.wall_now(); }
  void sleep_until(base::SteadyTime /*time*/) const override {}

 private:
  platform::SystemClock real_;
  mutable base::Duration late_{};
};

TEST_F(CoolDownTest, AGpuThatStaysHotIsWaitedForFiveMinutes) {
  const SlowClock clock;
  const auto cooled = cool(1, clock);
  ASSERT_TRUE(cooled);
  EXPECT_FALSE(cooled->signal);
  EXPECT_THAT(cooled->doubt, HasSubstr("after 300 s a GPU still had"));
}

}  // namespace
}  // namespace gpubench::run
