#include "exporting/backoff.h"

#include <gtest/gtest.h>

#include "support/manual_clock.h"

namespace gpubench::exporting {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, PausesGrowToTheLongestAndBeginAgainAfterASuccess) {
  support::ManualClock clock;
  Backoff backoff(clock, {1s, 8s});
  for (const base::Duration full : {1s, 2s, 4s, 8s, 8s, 8s}) {
    backoff.pause("");
    EXPECT_GE(backoff.next_try() - clock.now(), full / 2);
    EXPECT_LE(backoff.next_try() - clock.now(), full);
  }
  EXPECT_EQ(backoff.failures(), 6);
  backoff.succeeded();
  backoff.pause("");
  EXPECT_LE(backoff.next_try() - clock.now(), 1s);
}

TEST(Backoff, ManyFailuresDoNotOverflow) {
  support::ManualClock clock;
  Backoff backoff(clock, {});
  for (int i = 0; i < 10'000; ++i) backoff.pause("");
  EXPECT_LE(backoff.next_try() - clock.now(), 60s);
  EXPECT_GE(backoff.next_try() - clock.now(), 30s);
}

TEST(Backoff, OnlyWhatTheServerAskedForOutlivesHurry) {
  support::ManualClock clock;
  Backoff backoff(clock, {});
  backoff.pause("");
  backoff.hurry();
  EXPECT_LE(backoff.next_try(), clock.now());
  backoff.pause("7");
  backoff.hurry();
  EXPECT_EQ(backoff.next_try() - clock.now(), 7s);
  backoff.tried();
  backoff.hurry();
  EXPECT_LE(backoff.next_try(), clock.now());
}

}  // namespace
}  // namespace gpubench::exporting
