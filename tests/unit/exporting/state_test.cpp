#include "exporting/state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace gpubench::exporting {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class StateTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::path(testing::TempDir()) / ("gpubench-" + std::to_string(getpid()) + "-state");
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  static State some_state() {
    State state;
    state.destination = "http://db/write";
    state.names = "standard";
    state.delivered = {7, 3};
    state.verified = {5, 1};
    state.accepted = 100;
    state.found = 80;
    state.resent = 4;
    state.doubled = 3;
    state.differing = 2;
    state.ended = true;
    return state;
  }
  static RefusedSample refused_at(Place place) { return {{0, 1000, 5, place}, "{}", 400, "no"}; }
  [[nodiscard]] fs::path file(const char* name) const { return directory_ / "export" / name; }

  fs::path directory_;
};

TEST_F(StateTest, IsReadAsItWasKept) {
  const State kept = some_state();
  ASSERT_TRUE(StateFolder::open(directory_).value()->save(kept));
  const State read = StateFolder::open(directory_).value()->load(kept.destination, kept.names);
  EXPECT_EQ(read.delivered, kept.delivered);
  EXPECT_EQ(read.verified, kept.verified);
  EXPECT_EQ(read.accepted, kept.accepted);
  EXPECT_EQ(read.found, kept.found);
  EXPECT_EQ(read.resent, kept.resent);
  EXPECT_EQ(read.doubled, kept.doubled);
  EXPECT_EQ(read.differing, kept.differing);
  EXPECT_TRUE(read.ended);
}

TEST_F(StateTest, OfAnotherDestinationOrOtherNamesItBeginsAgain) {
  const auto folder = StateFolder::open(directory_).value();
  ASSERT_TRUE(folder->save(some_state()));
  EXPECT_EQ(folder->load("http://other/write", "standard").accepted, 0U);
  EXPECT_EQ(folder->load("http://db/write", "classic").accepted, 0U);
  EXPECT_EQ(folder->load("http://db/write", "classic").names, "classic");
}

TEST_F(StateTest, DamageMeansThatAllIsSentAgain) {
  const auto folder = StateFolder::open(directory_).value();
  for (const char* text :
       {"", "{", "null", "[]", R"({"destination":"http://db/write","names":"standard","delivered":[-1,0]})"}) {
    std::ofstream(file("state.json")) << text;
    const State state = folder->load("http://db/write", "standard");
    EXPECT_EQ(state.delivered, Place()) << text;
    EXPECT_EQ(state.destination, "http://db/write");
  }
}

TEST_F(StateTest, RefusedSamplesAreKnownToTheNextSessionOfTheDestination) {
  const State state = some_state();
  {
    const auto folder = StateFolder::open(directory_).value();
    ASSERT_TRUE(folder->quarantine(state.destination, {refused_at({1, 2}), refused_at({3, 4})}));
    ASSERT_TRUE(folder->save(state));
    std::ofstream(file("quarantine.jsonl"), std::ios::app) << "{torn";
  }
  const auto folder = StateFolder::open(directory_).value();
  static_cast<void>(folder->load(state.destination, state.names));
  EXPECT_TRUE(folder->quarantined().contains({1, 2}));
  EXPECT_EQ(folder->quarantined().size(), 2U);
  static_cast<void>(folder->load("http://other/write", state.names));
  EXPECT_TRUE(folder->quarantined().empty());
  std::ifstream lines(file("quarantine.jsonl"));
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(lines), {}), HasSubstr(R"("status":400,"answer":"no")"));
}

TEST_F(StateTest, TwoSessionsOfOneRunAreRefused) {
  const auto first = StateFolder::open(directory_);
  ASSERT_TRUE(first);
  const auto second = StateFolder::open(directory_);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("another process is exporting"));
}

TEST_F(StateTest, WhatTheLastExportCameTo) {
  EXPECT_FALSE(last_export(directory_));
  record::ExportRecord outcome;
  outcome.destination = "http://db/write";
  outcome.recorded = 10;
  outcome.accepted = 9;
  outcome.verified = 8;
  outcome.pending = 1;
  outcome.reason = "1 values wait to be sent";
  ASSERT_TRUE(StateFolder::open(directory_).value()->save_outcome(outcome));
  const auto read = last_export(directory_);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->requested);
  EXPECT_EQ(read->recorded, 10U);
  EXPECT_EQ(read->accepted, 9U);
  EXPECT_EQ(read->verified, 8U);
  EXPECT_EQ(read->pending, 1U);
  EXPECT_EQ(read->reason, outcome.reason);
}

}  // namespace
}  // namespace gpubench::exporting
