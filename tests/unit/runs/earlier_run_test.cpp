// The run to which a new one is compared.
#include "runs/earlier_run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;
using Figures = nlohmann::json;

class EarlierRunTest : public testing::Test {
 protected:
  EarlierRunTest() {
    fs::create_directories(root_);
    run_.facts.run_id = "20261122t120000-000000000z-train";
    run_.facts.source.name = "nvml";
    run_.benchmark.name = "train";
    run_.benchmark.exit_code = 0;
    record::GpuRecord gpu;
    gpu.gpu.name = "NVIDIA H200";
    gpu.gpu.uuid = "GPU-1";
    run_.gpus = {gpu};
  }
  ~EarlierRunTest() override { fs::remove_all(root_); }

  static Figures metrics() {
    return {{"benchmark", "train"},
            {"start_datetime", "2026-11-21 12:00:00"},
            {"elapsed_time", 30.5},
            {"workload", {{"command", nullptr}, {"interrupted", false}, {"exit_code", 0}}},
            {"source", {{"kind", "nvml"}}},
            {"gpus", {{{"name", "NVIDIA H200"}, {"uuid", "GPU-1"}}}},
            {"total_energy_joules", 1000.0},
            {"total_energy_uncertainty", {{"comparative_joules", 2.0}, {"absolute_joules", 50.0}}}};
  }
  void save(const std::string& id, const Figures& metrics) const {
    fs::create_directories(root_ / id);
    std::ofstream(root_ / id / "metrics.json") << metrics.dump();
  }
  [[nodiscard]] std::optional<record::EarlierRun> found() const { return find_earlier_run(root_, run_); }

  fs::path root_ = fs::path(testing::TempDir()) / ("gpubench-earlier-" + std::to_string(getpid()));
  record::RunRecord run_;
};

TEST_F(EarlierRunTest, TheNewestBeforeIt) {
  save("20261120t120000-000000000z-train", metrics());
  save("20261121t120000-000000000z-train-2", metrics());
  save("20261122t120000-000000000z-train", metrics());
  save("20261123t120000-000000000z-train", metrics());
  save("20261121t130000-000000000z-other", metrics());
  ASSERT_TRUE(found());
  EXPECT_EQ(found()->id, "20261121t120000-000000000z-train-2");
  EXPECT_EQ(found()->elapsed, base::from_seconds(30.5));
  EXPECT_EQ(found()->energy, base::Energy::from_joules(1000));
  EXPECT_EQ(found()->half_width, base::Energy::from_joules(2));
  EXPECT_TRUE(found()->same_boards);
}

TEST_F(EarlierRunTest, OnOtherBoardsTheGainCounts) {
  auto other = metrics();
  other["gpus"][0]["uuid"] = "GPU-2";
  save("20261120t120000-000000000z-train", other);
  ASSERT_TRUE(found());
  EXPECT_FALSE(found()->same_boards);
  EXPECT_EQ(found()->half_width, base::Energy::from_joules(50));
}

TEST_F(EarlierRunTest, WhatCannotBeComparedIsLeftOut) {
  const auto with = [this](const char* key, const Figures& value) {
    auto changed = metrics();
    changed[key] = value;
    save("20261120t120000-000000000z-train", changed);
    return found().has_value();
  };
  EXPECT_TRUE(with("benchmark", "train"));
  EXPECT_FALSE(with("benchmark", "train-2"));
  EXPECT_FALSE(with("workload", {{"interrupted", true}, {"exit_code", 0}}));
  EXPECT_FALSE(with("workload", {{"interrupted", false}, {"exit_code", 1}}));
  EXPECT_FALSE(with("workload", {{"interrupted", false}, {"exit_code", 0}, {"command", "other"}}));
  EXPECT_FALSE(with("workload", 5));
  EXPECT_FALSE(with("source", {{"kind", "replay"}}));
  EXPECT_FALSE(with("gpus", Figures::array()));
  EXPECT_FALSE(with("elapsed_time", nullptr));
}

TEST_F(EarlierRunTest, WithoutAnEnergyTheTimeIsLeft) {
  auto changed = metrics();
  changed["total_energy_joules"] = nullptr;
  save("20261120t120000-000000000z-train", changed);
  ASSERT_TRUE(found());
  EXPECT_FALSE(found()->energy);
}

TEST_F(EarlierRunTest, DamagedRunsAreSteppedOverButNotWithoutEnd) {
  save("20261101t120000-000000000z-train", metrics());
  for (int day = 2; day <= 20; ++day) {
    const std::string id = "202611" + std::string(day < 10 ? "0" : "") + std::to_string(day) + "t120000-000000000z-train";
    fs::create_directories(root_ / id);
    std::ofstream(root_ / id / "metrics.json") << "{";
  }
  ASSERT_TRUE(found()) << "19 are damaged, or were killed";
  fs::create_directories(root_ / "20261121t120000-000000000z-train");
  EXPECT_FALSE(found()) << "a folder of thousands is not read as a whole";
}

TEST_F(EarlierRunTest, ABenchmarkWithANameOfItsOwnMayChangeItsCommand) {
  auto changed = metrics();
  changed["workload"]["command"] = "./train --old";
  save("20261120t120000-000000000z-train", changed);
  run_.benchmark.command_line = "./train --new";
  EXPECT_FALSE(found());
  run_.facts.name = "train";
  EXPECT_TRUE(found());
}

TEST_F(EarlierRunTest, AReplayIsComparedWithReplaysAlone) {
  auto replay = metrics();
  replay["source"]["kind"] = "replay";
  save("20261120t120000-000000000z-train", replay);
  EXPECT_FALSE(found());
  run_.facts.source.name = "replay";
  EXPECT_TRUE(found());
}

TEST_F(EarlierRunTest, NoFolderIsNoRun) {
  EXPECT_FALSE(find_earlier_run(root_ / "nowhere", run_));
}

}  // namespace
}  // namespace gpubench::runs
