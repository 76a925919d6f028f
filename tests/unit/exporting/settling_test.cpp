#include "exporting/settling.h"

#include <gtest/gtest.h>

namespace gpubench::exporting {
namespace {

using namespace std::chrono_literals;

constexpr base::SteadyTime kNow{100s};

TEST(Settling, WhatWasAcceptedSettlesAWhileLater) {
  Settling settling(10s);
  EXPECT_FALSE(settling.next());
  settling.accepted(kNow, {1, 0});
  settling.accepted(kNow + 2s, {2, 0});
  EXPECT_EQ(settling.next(), kNow + 10s);
  settling.advance(kNow + 9s);
  EXPECT_EQ(settling.settled(), Place());
  settling.advance(kNow + 10s);
  EXPECT_EQ(settling.settled(), (Place{1, 0}));
  EXPECT_EQ(settling.next(), kNow + 12s);
  settling.advance(kNow + 1h);
  EXPECT_EQ(settling.settled(), (Place{2, 0}));
  EXPECT_FALSE(settling.next());
}

TEST(Settling, WithoutATimeItIsAtOnce) {
  Settling settling(0s);
  settling.accepted(kNow, {3, 1});
  settling.advance(kNow);
  EXPECT_EQ(settling.settled(), (Place{3, 1}));
}

}  // namespace
}  // namespace gpubench::exporting
