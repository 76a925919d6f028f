// What a folder of runs is listed by.
#include "runs/run_list.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "runs/saved_metrics.h"
#include "series/journal/journal.h"

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;

class RunListTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }
  void metrics(const std::string& run, const std::string& json) {
    fs::create_directories(root_ / run);
    std::ofstream(root_ / run / "metrics.json") << json;
  }
  fs::path root_ = fs::path(testing::TempDir()) / ("gpubench-run-list-" + std::to_string(getpid()));
};

TEST_F(RunListTest, FiguresComeFromMetrics) {
  metrics("b", R"({"benchmark":"train","name":"NVIDIA H200","device_count":8,"start_datetime":"2026-11-22 12:00:00",
                   "elapsed_time":30.5,"total_energy":0.25,"total_carbon":36,"score":4.5,
                   "work":{"joules_per_unit":15},"findings":[]})");
  metrics("a", R"({"benchmark":5,"findings":[{"name":"timed_out"},{"name":"replayed"},"odd",{}],"work":null})");
  fs::create_directory(root_ / "no run");
  const auto runs = list_runs(root_);
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->size(), 2U) << "a folder that is no run is left out";
  const ListedRun& whole = (*runs)[1];
  EXPECT_EQ(whole.id, "b");
  EXPECT_EQ(whole.benchmark, "train");
  EXPECT_EQ(whole.gpu_count, 8);
  EXPECT_EQ(whole.seconds, 30.5);
  EXPECT_EQ(whole.kilowatt_hours, 0.25);
  EXPECT_EQ(whole.grams, 36);
  EXPECT_EQ(whole.score, 4.5);
  EXPECT_EQ(whole.joules_per_work, 15);
  EXPECT_EQ(whole.outcome, "complete");
  const ListedRun& odd = (*runs)[0];
  EXPECT_TRUE(odd.benchmark.empty() && !odd.seconds && !odd.joules_per_work);
  EXPECT_EQ(odd.outcome, "REPLAY, timed out");
}

// A file of anybody's: a copy of it would not fit on the stack.
TEST_F(RunListTest, WhatIsNestedWithoutEndHurtsNobody) {
  constexpr std::size_t kDeep = 200000;
  const std::string deep = std::string(kDeep, '[') + std::string(kDeep, ']');
  metrics("deep-1", R"({"benchmark":"train","findings":[{"name":)" + deep + "}]}");
  metrics("deep-2", R"({"benchmark":)" + deep + R"(,"findings":[]})");
  metrics("deep-3", R"({"benchmark":"train","total_energy":)" + deep + "}");
  metrics("next", R"({"benchmark":"train","findings":[{"name":"recovered"}]})");
  const auto runs = list_runs(root_);
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ((*runs)[i].why_unknown, "metrics.json is damaged");
  EXPECT_EQ((*runs)[3].outcome, "recovered");
}

TEST_F(RunListTest, ARunWhoseToolWasKilledHasNotFailed) {
  metrics("killed", R"({"benchmark":"train","workload":{"exit_code":null,"out_of_memory":false},
                        "findings":[{"name":"recovered"},{"name":"workload_failed"}]})");
  const auto runs = list_runs(root_);
  ASSERT_TRUE(runs);
  EXPECT_EQ((*runs)[0].outcome, "recovered, exit code not known");
}

TEST_F(RunListTest, ARunWithoutFiguresSaysWhy) {
  metrics("damaged", "{");
  fs::create_directories(root_ / "killed");
  series::Journal::create(root_ / "killed", "killed").value()->close();
  fs::create_directories(root_ / "running");
  const auto journal = series::Journal::create(root_ / "running", "running").value();
  const auto runs = list_runs(root_);
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->size(), 3U);
  EXPECT_EQ((*runs)[0].why_unknown, "metrics.json is damaged");
  EXPECT_EQ((*runs)[1].why_unknown, "not finished: iris-gpubench recover");
  EXPECT_EQ((*runs)[2].why_unknown, "running");
  journal->close();
}

TEST_F(RunListTest, AFolderThatIsNotThereIsAnError) {
  EXPECT_FALSE(list_runs(root_ / "nowhere"));
  EXPECT_TRUE(list_runs(root_)->empty());
  EXPECT_FALSE(read_saved_metrics(root_));
}

}  // namespace
}  // namespace gpubench::runs
