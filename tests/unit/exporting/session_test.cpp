// The whole of an export: sending, settling, reading back, repairing, ending; against a database in memory.
#include "exporting/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "exporting/exporter.h"
#include "support/manual_clock.h"
#include "support/plain_database.h"

namespace gpubench::exporting {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

class SessionTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::path(testing::TempDir()) / ("gpubench-" + std::to_string(getpid()) + "-session");
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override {
    session_.reset();
    fs::remove_all(directory_);
  }

  // A run of `length` seconds and its results.
  Session& open(std::uint32_t length, SessionLimits limits = {}) {
    session_.reset();
    auto folder = StateFolder::open(directory_).value();
    State state = folder->load("http://db", "standard");
    session_ =
        std::make_unique<Session>(SessionParts{source(length), source(length), support::plain_receiver(database_),
                                               support::plain_receiver(database_), std::move(folder), std::move(state)},
                                  clock_, limits);
    return *session_;
  }
  // Until nothing has moved for a minute: longer than four rounds of reading back.
  record::ExportRecord export_all() {
    export_until_done(*session_, clock_, 1min, [] { return false; });
    return session_->conclude();
  }

  support::PlainDatabase database_;
  support::ManualClock clock_;

 private:
  static std::unique_ptr<Source> source(std::uint32_t length) {
    auto made = std::make_unique<support::SecondsSource>(length);
    made->add_results();
    return made;
  }

  fs::path directory_;

 protected:
  std::unique_ptr<Session> session_;
};

TEST_F(SessionTest, AllIsSentThenReadBack) {
  open(25, {10s, 10, {}});
  const record::ExportRecord outcome = export_all();
  EXPECT_EQ(outcome.recorded, 26U);
  EXPECT_EQ(outcome.accepted, 26U);
  EXPECT_EQ(outcome.verified, 26U);
  EXPECT_EQ(outcome.pending, 0U);
  EXPECT_EQ(outcome.reason, "");
  EXPECT_EQ(database_.writes, 3 + 1);  // batches, and the end of the series
  EXPECT_EQ(database_.reads, 2);       // the seconds, and the result by itself
  EXPECT_EQ(database_.stored.size(), 26U);
}

TEST_F(SessionTest, NothingIsReadBackBeforeItHasSettled) {
  Session& session = open(5);
  while (session.step(clock_.now() + 1h)) continue;
  EXPECT_TRUE(session.all_sent());
  EXPECT_FALSE(session.all_verified());
  EXPECT_EQ(database_.reads, 0);
  EXPECT_EQ(session.next_time(), clock_.now() + 10s);
}

TEST_F(SessionTest, WhatIsMissingIsSentAgain) {
  bool first = true;
  database_.loses = [&](const std::string&, std::int64_t time) { return first && time == 3000; };
  Session& session = open(10);
  while (session.step(clock_.now() + 1h)) continue;
  first = false;
  const record::ExportRecord outcome = export_all();
  EXPECT_EQ(outcome.accepted, 11U);
  EXPECT_EQ(outcome.verified, 11U);
  EXPECT_EQ(outcome.reason, "");
  EXPECT_EQ(database_.stored.size(), 11U);
}

TEST_F(SessionTest, WhatStaysMissingIsReported) {
  database_.loses = [](const std::string&, std::int64_t time) { return time == 3000; };
  open(10);
  const record::ExportRecord outcome = export_all();
  EXPECT_EQ(outcome.accepted, 11U);
  EXPECT_EQ(outcome.verified, 10U);
  EXPECT_EQ(outcome.reason, "1 were accepted but not found in the database");
}

TEST_F(SessionTest, OneRefusedSampleGoesToQuarantine) {
  database_.refuses = [](const std::string&, std::int64_t time) { return time == 3000; };
  open(10);
  const record::ExportRecord outcome = export_all();
  EXPECT_EQ(outcome.accepted, 10U);
  EXPECT_EQ(outcome.verified, 10U);
  EXPECT_EQ(outcome.quarantined, 1U);
  EXPECT_EQ(outcome.pending, 0U);
  EXPECT_THAT(outcome.reason, HasSubstr("1 were refused"));
}

TEST_F(SessionTest, TheNextSessionGoesOnWhereTheLastOneEnded) {
  open(10);
  static_cast<void>(export_all());
  const int writes = database_.writes;
  const int reads = database_.reads;
  open(10);
  const record::ExportRecord outcome = export_all();
  EXPECT_EQ(outcome.accepted, 11U);
  EXPECT_EQ(outcome.verified, 11U);
  EXPECT_EQ(database_.writes, writes);
  EXPECT_EQ(database_.reads, reads);
}

TEST_F(SessionTest, AllIsReadBackOnceMoreWhereThatIsWanted) {
  open(10);
  static_cast<void>(export_all());
  database_.stored.erase({"{\"__name__\":\"power\"}", 4000});
  open(10).verify_from_start();
  const record::ExportRecord outcome = export_all();
  EXPECT_EQ(outcome.verified, 11U);
  EXPECT_EQ(database_.stored.size(), 11U);
}

TEST_F(SessionTest, ADatabaseThatIsDownLeavesAllWaitingWithTheReason) {
  database_.down = true;
  open(10);
  const record::ExportRecord outcome = export_all();
  EXPECT_EQ(outcome.accepted, 0U);
  EXPECT_EQ(outcome.pending, 11U);
  EXPECT_THAT(outcome.reason, HasSubstr("11 values wait to be sent: cannot connect to the database"));
}

TEST_F(SessionTest, ADatabaseThatCannotBeReadIsTakenAtItsWordWithTheReason) {
  database_.unreadable = true;
  open(10);
  const record::ExportRecord outcome = export_all();
  EXPECT_EQ(outcome.accepted, 11U);
  EXPECT_EQ(outcome.verified, 0U);
  EXPECT_THAT(outcome.reason, HasSubstr("11 are not yet read back: "));
  EXPECT_THAT(outcome.reason, HasSubstr("503"));
}

TEST_F(SessionTest, OtherValuesAndDoubledOnesAreCounted) {
  database_.loses = [](const std::string&, std::int64_t time) { return time == 2000; };
  database_.stored.emplace(std::pair("{\"__name__\":\"power\"}", 2000), 1.0);
  database_.stored.emplace(std::pair("{\"__name__\":\"power\"}", 3000), 103.0);
  open(10);
  const record::ExportRecord outcome = export_all();
  EXPECT_EQ(outcome.verified, 10U);
  EXPECT_THAT(outcome.reason, HasSubstr("1 are stored with a different value"));
  EXPECT_THAT(outcome.reason, HasSubstr("1 are stored more than once"));
}

TEST_F(SessionTest, ResultsOfAKilledRunComeAfterEverythingElse) {
  Session& session = open(3);
  session.add_after("note");
  EXPECT_EQ(export_all().verified, 5U);
}

// A request takes up to 10 s, reading back up to 20 s: neither may outlast what is waited for at the end of a run.
TEST_F(SessionTest, ARequestUnderWayEndsWithTheTimeThatIsWaitedForIt) {
  database_.hangs = true;
  open(10);
  Exporter exporter(std::move(session_), clock_);
  const record::ExportRecord outcome = exporter.finish(0s, [] { return false; });
  EXPECT_EQ(outcome.pending, 11U);
}

TEST_F(SessionTest, ARequestUnderWayEndsWhereTheUserGivesUp) {
  database_.hangs = true;
  open(10);
  Exporter exporter(std::move(session_), clock_);
  const record::ExportRecord outcome = exporter.finish(1h, [] { return true; });
  EXPECT_EQ(outcome.pending, 11U);
}

}  // namespace
}  // namespace gpubench::exporting
