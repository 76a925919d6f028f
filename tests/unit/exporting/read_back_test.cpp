#include "exporting/read_back.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "exporting/delivery.h"
#include "support/manual_clock.h"
#include "support/plain_database.h"

namespace gpubench::exporting {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using Step = ReadBack::Step;

class ReadBackTest : public testing::Test {
 protected:
  ReadBackTest() {
    source_.add_results();
    for (const Sample& sample : all()) store(sample);
  }
  ~ReadBackTest() override { fs::remove_all(directory_); }
  ReadBackTest(const ReadBackTest&) = delete;
  ReadBackTest& operator=(const ReadBackTest&) = delete;

  std::vector<Sample> all() {
    std::vector<Sample> samples;
    EXPECT_TRUE(source_.read(samples, 1000, kEverything));
    source_.rewind();
    return samples;
  }
  void store(const Sample& sample) {
    database_.stored.emplace(std::pair(source_.series()[sample.series].json(), sample.time_ms), sample.value);
  }
  void lose(std::int64_t time) { database_.stored.erase({source_.series()[0].json(), time}); }
  Step step(Place settled = kEverything) { return read_back_.step(settled, clock_.now() + 1h); }

  support::PlainDatabase database_;
  support::SecondsSource source_{20};
  support::ManualClock clock_;

 private:
  static fs::path fresh_folder() {
    const fs::path path = fs::path(testing::TempDir()) / ("gpubench-" + std::to_string(getpid()) + "-readback");
    fs::remove_all(path);
    fs::create_directories(path);
    return path;
  }
  fs::path directory_ = fresh_folder();
  Receiver receiver_ = support::plain_receiver(database_);

 protected:
  Ledger ledger_{StateFolder::open(directory_).value(), {}, clock_};
  ReadBack read_back_{source_, receiver_, ledger_, clock_};
};

// With --export_settle 0 it is looked for before the database has written it down.
TEST_F(ReadBackTest, WhatMayStillComeIsLookedForAgainNotSentAgain) {
  Receiver receiver = support::plain_receiver(database_);
  ReadBack early(source_, receiver, ledger_, clock_, 10s);
  lose(3000);
  for (int second = 0; second < 4; ++second) {
    EXPECT_EQ(early.step(kEverything, clock_.now() + 1h), Step::nothing);
    EXPECT_TRUE(early.is_in_doubt());
    clock_.advance(1s);
  }
  source_.rewind();
  for (const Sample& sample : all())
    if (sample.time_ms == 3000) store(sample);
  EXPECT_EQ(early.step(kEverything, clock_.now() + 1h), Step::done);
  EXPECT_FALSE(early.is_in_doubt());
}

TEST_F(ReadBackTest, WhatHasNotComeInTimeIsMissing) {
  Receiver receiver = support::plain_receiver(database_);
  ReadBack early(source_, receiver, ledger_, clock_, 10s);
  lose(3000);
  EXPECT_EQ(early.step(kEverything, clock_.now() + 1h), Step::nothing);
  clock_.advance(10s);
  EXPECT_EQ(early.step(kEverything, clock_.now() + 1h), Step::repair);
  EXPECT_EQ(early.missing().size(), 1U);
}

TEST_F(ReadBackTest, OnlyWhatHasSettledIsAskedFor) {
  EXPECT_EQ(step({0, 0}), Step::nothing);
  EXPECT_FALSE(read_back_.next_time({0, 0}));
  EXPECT_EQ(step({0, 5}), Step::done);
  EXPECT_EQ(ledger_.state().found, 5U);
  EXPECT_EQ(ledger_.state().verified, (Place{0, 5}));
  EXPECT_THAT(database_.asked, ElementsAre("0 4000 power"));
}

// They may be of any time of the run: asked for together, all of its seconds would come along.
TEST_F(ReadBackTest, ResultsAreAskedForByThemselves) {
  EXPECT_EQ(step(), Step::done);
  EXPECT_THAT(database_.asked, ElementsAre("0 19000 power", "20000 20000 result"));
  EXPECT_EQ(ledger_.state().found, 21U);
}

// The time of the run's start may come once more with its end: asked for together, all days of the run would come along.
TEST_F(ReadBackTest, MomentsThatAreFarApartAreAskedForSeparately) {
  support::SecondsSource days{40'000};
  days.add_results();
  days.add_moment(0);
  std::vector<Sample> samples;
  ASSERT_TRUE(days.read(samples, 50'000, kEverything));
  days.rewind();
  for (const Sample& sample : samples) store(sample);
  Receiver receiver = support::plain_receiver(database_);
  ReadBack read_back(days, receiver, ledger_, clock_);
  while (read_back.step(kEverything, clock_.now() + 1h) == Step::done) continue;
  EXPECT_THAT(database_.asked,
              ElementsAre("0 19999000 power", "20000000 39999000 power", "0 0 result", "40000000 40000000 result"));
}

TEST(NearInTime, IsWhatNoGapOfMostOfTheTimeParts) {
  const auto times = [](std::initializer_list<std::int64_t> seconds) {
    std::vector<Sample> samples;
    for (const std::int64_t second : seconds) samples.push_back({0, second * 1000, 0, {}});
    std::string text;
    for (const std::vector<Sample>& group : near_in_time(samples)) {
      for (const Sample& sample : group) text += std::to_string(sample.time_ms / 1000) + " ";
      text += "| ";
    }
    return text;
  };
  EXPECT_EQ(times({}), "");
  EXPECT_EQ(times({5}), "5 | ");
  EXPECT_EQ(times({90, 0, 45}), "0 45 90 | ");
  EXPECT_EQ(times({0, 60}), "0 60 | ");  // within a minute
  EXPECT_EQ(times({0, 3600, 3660, 90'000, 90'001}), "0 | 3600 3660 | 90000 90001 | ");
  EXPECT_EQ(times({0, 3600, 7200, 10'800}), "0 3600 7200 10800 | ");
}

TEST_F(ReadBackTest, WhatIsMissingIsHandedOutUpToThreeTimes) {
  lose(4000);
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(step(), Step::repair) << round;
    ASSERT_EQ(read_back_.missing().size(), 1U);
    EXPECT_EQ(read_back_.missing().front().time_ms, 4000);
    EXPECT_EQ(ledger_.state().found, 0U);
    read_back_.repaired(clock_.now() + 10s);
    EXPECT_EQ(step(), Step::nothing);
    EXPECT_EQ(read_back_.next_time(kEverything), clock_.now() + 10s);
    clock_.advance(10s);
  }
  EXPECT_EQ(step(), Step::done);
  EXPECT_EQ(ledger_.state().found, 20U);
}

TEST_F(ReadBackTest, ARepairIsReadBackWithItsChunk) {
  lose(4000);
  ASSERT_EQ(step(), Step::repair);
  store(read_back_.missing().front());
  read_back_.repaired(clock_.now());
  EXPECT_EQ(step(), Step::done);
  EXPECT_EQ(ledger_.state().found, 21U);
}

TEST_F(ReadBackTest, TroubleIsTriedAgainAfterAPauseOrAtOnceWhereSomebodyWaits) {
  database_.unreadable = true;
  EXPECT_EQ(step(), Step::nothing);
  EXPECT_THAT(read_back_.trouble(), HasSubstr("503"));
  EXPECT_EQ(read_back_.next_time(kEverything), clock_.now() + 15s);
  EXPECT_EQ(step(), Step::nothing);
  EXPECT_EQ(database_.reads, 1);
  database_.unreadable = false;
  read_back_.hurry();
  EXPECT_EQ(step(), Step::done);
  EXPECT_EQ(read_back_.trouble(), "");
}

TEST_F(ReadBackTest, AfterAStartOverAllIsReadBackAgain) {
  EXPECT_EQ(step(), Step::done);
  read_back_.start_over();
  EXPECT_EQ(ledger_.state().found, 0U);
  EXPECT_EQ(step(), Step::done);
  EXPECT_EQ(ledger_.state().found, 21U);
}

}  // namespace
}  // namespace gpubench::exporting
