#include "exporting/read_ahead.h"

#include <gtest/gtest.h>

#include "support/plain_database.h"

namespace gpubench::exporting {
namespace {

bool none(Place /*place*/) {
  return false;
}

class ReadAheadTest : public testing::Test {
 protected:
  support::PlainDatabase database_;
  Receiver receiver_ = support::plain_receiver(database_);
  support::SecondsSource source_{25};
  ReadAhead ahead_{source_, receiver_, 10};
};

TEST_F(ReadAheadTest, BatchesFollowOneAnotherToTheEnd) {
  for (const std::size_t size : {10U, 10U, 5U}) {
    ahead_.prepare({}, none);
    const auto next = ahead_.take();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->batch.samples.size(), size);
    EXPECT_EQ(next->end, after(next->batch.samples.back()));
  }
  ahead_.prepare({}, none);
  EXPECT_FALSE(ahead_.take());
  EXPECT_TRUE(ahead_.is_empty());
  source_.grow(1);
  ahead_.prepare({}, none);
  EXPECT_TRUE(ahead_.take());
}

TEST_F(ReadAheadTest, WhatIsReadyStaysUntilItIsTaken) {
  ahead_.prepare({}, none);
  ahead_.prepare({}, none);
  EXPECT_FALSE(ahead_.is_empty());
  EXPECT_EQ(ahead_.take()->end, (Place{0, 10}));
}

TEST_F(ReadAheadTest, WhatAnEarlierSessionSentIsReadAndNotSentAgain) {
  const Place delivered{1, 5};
  ahead_.prepare(delivered, none);
  const auto next = ahead_.take();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->batch.samples.size(), 5U);
  EXPECT_EQ(next->batch.samples.front().place, delivered);
  EXPECT_EQ(source_.count(), 20U);
}

TEST_F(ReadAheadTest, WhatWasRefusedIsLeftOut) {
  ahead_.prepare({}, [](Place place) { return place.position % 2 == 0; });
  EXPECT_EQ(ahead_.take()->batch.samples.size(), 5U);
}

TEST_F(ReadAheadTest, MeanwhileItReadsOnlyWhereMoreIsKnownToFollow) {
  ahead_.prepare_if_behind({}, none);
  EXPECT_FALSE(ahead_.take());
  ahead_.prepare({}, none);  // a full batch: more follows
  ASSERT_TRUE(ahead_.take());
  ahead_.prepare_if_behind({}, none);
  ASSERT_TRUE(ahead_.take());
  ahead_.prepare({}, none);  // the rest
  ASSERT_TRUE(ahead_.take());
  source_.grow(3);
  ahead_.prepare_if_behind({}, none);
  EXPECT_FALSE(ahead_.take());
}

TEST_F(ReadAheadTest, ASourceThatCannotBeReadIsReported) {
  source_.broken = true;
  ahead_.prepare({}, none);
  EXPECT_FALSE(ahead_.take());
  EXPECT_EQ(ahead_.trouble(), "the source cannot be read");
}

}  // namespace
}  // namespace gpubench::exporting
