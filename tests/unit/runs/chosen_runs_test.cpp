// Lists of runs: which are shown, in which order, and what programs get of them; folders as old and damaged builds left
// them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "runs/run_list.h"
#include "series/journal/journal.h"

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using Ids = std::vector<std::string>;

ListedRun listed(const std::string& id, std::optional<double> seconds, std::optional<double> kilowatt_hours = {}) {
  ListedRun run;
  run.id = id;
  run.seconds = seconds;
  run.kilowatt_hours = kilowatt_hours;
  return run;
}

Ids ids_of(const std::vector<ListedRun>& runs, const RunChoice& choice) {
  Ids ids;
  for (const ListedRun& run : chosen_runs(runs, choice)) ids.push_back(run.id);
  return ids;
}

RunChoice sorted_by(const std::string& figure) {
  RunChoice choice;
  choice.sort = figure;
  return choice;
}

TEST(ChosenRuns, LeastComesFirstAndWhatIsNotKnownLast) {
  const std::vector<ListedRun> runs{listed("a", 3, 1), listed("b", std::nullopt, 0), listed("c", 1), listed("d", 3, 0.5)};
  EXPECT_THAT(ids_of(runs, {}), ElementsAre("a", "b", "c", "d")) << "in the order of their start";
  EXPECT_THAT(ids_of(runs, sorted_by("time")), ElementsAre("c", "a", "d", "b")) << "equal ones as they were";
  EXPECT_THAT(ids_of(runs, sorted_by("energy")), ElementsAre("b", "d", "a", "c")) << "0 is known";
  EXPECT_THAT(ids_of(runs, sorted_by("carbon")), ElementsAre("a", "b", "c", "d")) << "nothing is known";
}

TEST(ChosenRuns, TheLastAreThoseOfTheEndOfTheOrder) {
  const std::vector<ListedRun> runs{listed("a", 3), listed("b", 1), listed("c", 2)};
  RunChoice choice = sorted_by("time");
  for (const auto& [last, ids] : {std::pair(std::size_t{0}, Ids{"b", "c", "a"}),
                                  {1, {"a"}},
                                  {2, {"c", "a"}},
                                  {3, {"b", "c", "a"}},
                                  {100, {"b", "c", "a"}}}) {
    choice.last = last;
    EXPECT_EQ(ids_of(runs, choice), ids) << last;
  }
}

TEST(ChosenRuns, PartsOfNamesInAnyLetters) {
  std::vector<ListedRun> runs{listed("a", 1), listed("b", 1), listed("c", 1)};
  runs[0].benchmark = "Train-GPT";
  runs[0].gpu_name = "NVIDIA H200";
  runs[1].benchmark = "infer";
  runs[1].gpu_name = "NVIDIA A100";
  runs[1].label = "Before \u00c9t\u00e9";
  RunChoice choice;
  choice.benchmark = "gpt";
  EXPECT_THAT(ids_of(runs, choice), ElementsAre("a"));
  choice.gpu = "a100";
  EXPECT_THAT(ids_of(runs, choice), IsEmpty()) << "all that is asked for";
  choice.benchmark = "";
  EXPECT_THAT(ids_of(runs, choice), ElementsAre("b"));
  choice.gpu = "";
  choice.label = "\u00c9t";
  EXPECT_THAT(ids_of(runs, choice), ElementsAre("b"));
}

TEST(ListedPhases, TheLargestIsThatWithTheMostKnownEnergy) {
  ListedRun run;
  EXPECT_EQ(largest_phase(run), nullptr);
  run.phases = {{"load", 9, std::nullopt}, {"save", 1, std::nullopt}};
  EXPECT_EQ(largest_phase(run), nullptr) << "of none is it known";
  run.phases.push_back({"train", 1, 50});
  run.phases.push_back({"test", 1, 20});
  ASSERT_NE(largest_phase(run), nullptr);
  EXPECT_EQ(largest_phase(run)->name, "train");
}

TEST(RunListJson, HasNullWhereNothingIsKnownAndOnlyValidText) {
  ListedRun whole = listed("a", 1.5, 0);
  whole.label = "bad \xff byte";
  whole.runs = 3;
  whole.in = {"set-1", "N=1", "counted"};
  whole.phases = {{"train", std::nullopt, 50}};
  whole.outcome = "complete";
  ListedRun unknown;
  unknown.id = "b";
  unknown.why_unknown = "running";
  const auto json = nlohmann::json::parse(run_list_json({whole, unknown}));
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[0]["kind"], "set");
  EXPECT_EQ(json[0]["counted_runs"], 3);
  EXPECT_EQ(json[0]["energy_kwh"], 0) << "known to be none";
  EXPECT_EQ(json[0]["set_id"], "set-1");
  EXPECT_TRUE(json[0]["phases"][0]["seconds"].is_null());
  EXPECT_EQ(json[0]["label"].get<std::string>().find('\xff'), std::string::npos);
  EXPECT_EQ(json[1]["kind"], "run");
  EXPECT_EQ(json[1]["why_unknown"], "running");
  for (const char* key : {"label", "benchmark", "gpu_count", "elapsed_seconds", "energy_kwh", "outcome", "counted_runs"})
    EXPECT_TRUE(json[1][key].is_null()) << key;
  EXPECT_EQ(nlohmann::json::parse(run_list_json({})), nlohmann::json::array());
}

class FolderOfRuns : public testing::Test {
 protected:
  FolderOfRuns() {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~FolderOfRuns() override { fs::remove_all(root_); }
  void put(const std::string& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  [[nodiscard]] ListedRun of(const std::string& metrics) const {
    put("run/metrics.json", metrics);
    return list_run(root_ / "run");
  }
  fs::path root_ = fs::path(testing::TempDir()) / ("gpubench-folder-of-runs-" + std::to_string(getpid()));
};

TEST_F(FolderOfRuns, OnlyFoldersWithResultsAreRuns) {
  put("3-old/metrics.yml", "benchmark: train\n");
  put("1-whole/metrics.json", "{}");
  put("2-set/set.json", "{}");
  put("4-notes/readme.txt", "");
  put("metrics.json", "{}");
  fs::create_directory_symlink("1-whole", root_ / "latest");
  fs::create_directories(root_ / "5-killed");
  series::Journal::create(root_ / "5-killed", "5-killed").value()->close();
  const auto folders = run_folders(root_);
  ASSERT_TRUE(folders);
  EXPECT_THAT(*folders, ElementsAre(root_ / "1-whole", root_ / "3-old", root_ / "5-killed"));
  EXPECT_EQ(list_run(root_ / "3-old").why_unknown, "no metrics.json") << "of a version that did not write it";
  const auto file = run_folders(root_ / "metrics.json");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().remedy, "name a folder of results");
}

TEST_F(FolderOfRuns, FiguresOfAnotherTypeAreNotKnown) {
  const ListedRun run = of(R"({"benchmark":["a"],"name":7,"device_count":2.5,"elapsed_time":"30","total_energy":true,
      "total_carbon":{},"score":null,"work":[1],"host":{},"gpus":{"uuid":"GPU-1"},"total_energy_uncertainty":3,"phases":5})");
  EXPECT_TRUE(run.why_unknown.empty());
  EXPECT_TRUE(run.benchmark.empty() && run.gpu_name.empty() && run.host.empty() && run.boards.empty());
  EXPECT_FALSE(run.gpu_count || run.seconds || run.kilowatt_hours || run.grams || run.score || run.joules_per_work);
  EXPECT_FALSE(run.half_width.joules || run.half_width.absolute_joules);
  EXPECT_TRUE(run.phases.empty());
  EXPECT_FALSE(run.outcome) << "without findings it is not known to be complete";
}

TEST_F(FolderOfRuns, BoardsIntervalsAndTheOutermostPhases) {
  const ListedRun run = of(R"({"gpus":[{"uuid":"GPU-1"},7,{"uuid":"GPU-2"},{}],"total_energy_joules":900000,
      "total_energy_uncertainty":{"comparative_joules":3,"absolute_joules":40},"findings":[],
      "phases":[{"name":"train","depth":0,"seconds":9,"energy_joules":5},{"name":"step","depth":1},{"name":"x"},4]})");
  EXPECT_EQ(run.boards, "GPU-1 GPU-2");
  EXPECT_EQ(run.joules, 900000);
  EXPECT_EQ(run.half_width.joules, 3);
  EXPECT_EQ(run.half_width.absolute_joules, 40);
  ASSERT_EQ(run.phases.size(), 1U);
  EXPECT_EQ(run.phases.front().name, "train");
  EXPECT_EQ(run.outcome, "complete");
}

TEST_F(FolderOfRuns, WhatEndedARunIsSaidInTheOrderOfItsWeight) {
  for (const auto& [findings, outcome] :
       {std::pair(R"([{"name":"workload_failed"}])", "FAILED"),
        {R"([{"name":"workload_failed"},{"name":"replayed"}])", "REPLAY, FAILED"},
        {R"([{"name":"interrupted"},{"name":"begun_in_mid_run"}])", "from mid-run, interrupted"},
        {R"([{"name":"throttled"},{"name":"power_gap"}])", "complete"}})
    EXPECT_EQ(of(std::string(R"({"findings":)") + findings + "}").outcome, outcome) << findings;
  EXPECT_EQ(of(R"({"workload":{"exit_code":null,"out_of_memory":true},"findings":[{"name":"workload_failed"}]})").outcome,
            "FAILED")
      << "that the kernel killed it is known";
}

}  // namespace
}  // namespace gpubench::runs
