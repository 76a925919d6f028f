#include "compare/run_values.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "compare/read_side.h"
#include "sets/saved_set.h"

namespace gpubench::compare {
namespace {

using Json = nlohmann::json;

Json example_metrics() {
  return Json::parse(R"({
    "schema_version": 1, "run_id": "20261129t120000z-train", "benchmark": "train", "host": "node1", "tool_version": "0.1.0",
    "start_time": "2026-11-29T12:00:00.500Z", "elapsed_time": 4.0, "total_carbon": 0.1, "av_carbon_forecast": 120.0, "score": 12.50,
    "source": {"kind": "nvml", "replay": false, "driver_version": "560"},
    "workload": {"kind": "command", "name": "train", "command": "train --steps 10", "image_id": null},
    "total_energy_joules": 3000.0,
    "total_energy_uncertainty": {"comparative_joules": 10.0, "terms": [
      {"name": "edges", "standard_joules": 4.0}, {"name": "disagreement", "standard_joules": 3.0}, {"name": "gain", "standard_joules": 80.0}]},
    "work": {"amount": 1000, "unit": "steps"},
    "findings": [{"name": "throttled", "text": ""}, {"name": "foreign_process", "text": ""}],
    "gpus": [{"uuid": "GPU-a", "name": "NVIDIA H200", "energy_joules": 3000.0, "limits": {"power_limit_watts": 700.0},
      "temperature_celsius": {"average_all": 51.0}, "sm_clock_mhz": {"average_all": 1980.0},
      "throttling": [{"reason": "software_thermal", "share": 0.1, "slowdown": true}],
      "energy": {"idle": {"before": {"temperature_celsius": 30.0}, "energy_above_joules": 2500.0,
                          "uncertainty": {"comparative_joules": 20.0, "terms": []}}}}]})");
}

TEST(RunValues, WhatAFileSays) {
  const RunValues run = *run_values(example_metrics());
  EXPECT_EQ(run.key(), "train [train --steps 10], 1 GPU");
  EXPECT_DOUBLE_EQ(run.figure(Metric::energy)->value, 3000);
  EXPECT_DOUBLE_EQ(run.figure(Metric::energy)->common, 3);
  EXPECT_DOUBLE_EQ(run.figure(Metric::energy)->meter, 4) << "half of 10 J, without the disagreement";
  EXPECT_DOUBLE_EQ(run.figure(Metric::power)->value, 750);
  EXPECT_DOUBLE_EQ(run.figure(Metric::power)->meter, 1);
  EXPECT_EQ(run.figure(Metric::score)->decimals, 1);
  EXPECT_DOUBLE_EQ(run.figure(Metric::work)->value, 250);
  EXPECT_DOUBLE_EQ(run.figure(Metric::energy_per_work)->value, 3);
  EXPECT_DOUBLE_EQ(run.figure(Metric::energy_above_idle)->value, 2500);
  EXPECT_DOUBLE_EQ(run.figure(Metric::energy_above_idle)->meter, 10);
  EXPECT_EQ(*run.boards.at(0).start_celsius, 30);
  EXPECT_TRUE(run.slowed_by_heat);
  EXPECT_EQ(causes_not_to_count(run), std::vector<std::string>{"foreign_process"});
}

TEST(RunValues, WhatIsMissingIsNotZero) {
  Json metrics = example_metrics();
  metrics["total_energy_joules"] = nullptr;
  metrics["work"] = nullptr;
  metrics["score"] = "fast";
  metrics["gpus"][0]["energy"] = 5;
  const RunValues run = *run_values(metrics);
  for (const Metric metric :
       {Metric::energy, Metric::power, Metric::carbon, Metric::score, Metric::work, Metric::energy_above_idle})
    EXPECT_FALSE(run.figure(metric)) << facts_of(metric).name;
  EXPECT_TRUE(run.figure(Metric::time));
}

TEST(RunValues, PhasesWithTheirIntervals) {
  Json metrics = example_metrics();
  metrics["phases"] = Json::parse(R"json([
    {"path": "train", "seconds": 3.0, "energy_joules": 2500.0, "uncertainty": {"comparative_joules": 6.0, "terms": []}},
    {"path": "load", "seconds": 0.5, "energy_joules": null, "uncertainty": null},
    {"path": "(unmarked)", "seconds": 0.5, "energy_joules": 400.0, "uncertainty": null, "self_uncertainty_joules": 4.0}])json");
  const RunValues run = *run_values(metrics);
  ASSERT_EQ(run.phases.size(), 3U);
  EXPECT_DOUBLE_EQ(run.phases[0].energy->meter, 3);
  EXPECT_FALSE(run.phases[1].energy);
  EXPECT_DOUBLE_EQ(run.phases[2].energy->meter, 2);
}

TEST(RunValues, AnotherSchemaVersionDoesNotCount) {
  Json metrics = example_metrics();
  metrics["schema_version"] = 2;
  const RunValues run = *run_values(metrics);
  EXPECT_EQ(causes_not_to_count(run), std::vector<std::string>{"schema version 2, not 1"});
  metrics.erase("schema_version");
  EXPECT_FALSE(run_values(metrics));
  for (const char* odd : {"[]", "5", "null", R"({"schema_version": "1"})"})
    EXPECT_FALSE(run_values(Json::parse(odd))) << odd;
}

// A results folder with runs named a, b and c.
class ReadSide : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    for (const char* name : {"20260101-a", "20260102-b", "20260103-c"}) add_run(name);
  }
  void add_run(const std::string& name) {
    std::filesystem::create_directories(results_ / name);
    Json metrics = example_metrics();
    metrics["run_id"] = name;
    std::ofstream(results_ / name / "metrics.json") << metrics;
  }
  void add_set(const std::string& name, const std::string& label, const std::string& until = {},
               const std::string& first = "base", const std::string& second = "against") {
    std::filesystem::create_directories(results_ / name);
    sets::RunSet set;
    set.id = name;
    set.label = label;
    set.options.until = until;
    set.sittings.resize(1);
    set.variants = {{first, "train", ""}, {second, "train", ""}};
    set.members = {{.run = "20260101-a", .variant = first, .block = 1},
                   {.run = "20260102-b", .variant = second, .block = 1}};
    ASSERT_TRUE(sets::save_set(results_ / name, set));
  }
  [[nodiscard]] std::string first_run_of(const std::string& name) const {
    const auto side = read_side(results_, name);
    return side && !side->runs.empty() ? side->runs.front().values.id : "none";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("gpubench-side-" + std::to_string(getpid()));
  std::filesystem::path results_ = folder_ / "results";
};

TEST_F(ReadSide, NamesOfRuns) {
  EXPECT_EQ(first_run_of("latest"), "20260103-c");
  EXPECT_EQ(first_run_of("latest~1"), "20260102-b");
  EXPECT_EQ(first_run_of("latest~9"), "none");
  EXPECT_EQ(first_run_of("20260101-a"), "20260101-a");
  EXPECT_EQ(first_run_of((results_ / "20260101-a").string()), "20260101-a");
  EXPECT_EQ(first_run_of((results_ / "20260101-a/metrics.json").string()), "20260101-a");
  EXPECT_EQ(read_side(folder_, results_.string())->runs.size(), 3U) << "a folder of runs";
  EXPECT_FALSE(read_side(results_, "nothing"));
  EXPECT_FALSE(read_side(results_, ""));
}

TEST_F(ReadSide, NamesOfSetsAndVariants) {
  add_set("20260101-set", "main");
  for (const char* name : {"20260101-set", "main", "main:base"}) {
    EXPECT_EQ(first_run_of(name), "20260101-a") << name;
    EXPECT_EQ(read_side(results_, name)->runs.at(0).set, "20260101-set");
  }
  EXPECT_EQ(first_run_of("main:against"), "20260102-b");
  EXPECT_FALSE(read_side(results_, "main:other"));
  EXPECT_EQ(other_variants(results_, "main"), std::vector<std::string>{"main:against"});
  EXPECT_TRUE(other_variants(results_, "20260101-a").empty());
  EXPECT_EQ(first_run_of("latest"), "20260103-c");
  EXPECT_EQ(first_run_of("latest~1"), "20260101-a") << "its runs are not counted by themselves";
}

TEST_F(ReadSide, NamesOfVariantsWithColons) {
  add_set("20260101-set", "main", "", "IMAGE=train:1.0", "IMAGE=train:1.1");
  const auto others = other_variants(results_, "main");
  ASSERT_EQ(others, std::vector<std::string>{"main:IMAGE=train:1.1"});
  EXPECT_EQ(first_run_of(others.front()), "20260102-b");
  EXPECT_EQ(first_run_of("main:IMAGE=train:1.0"), "20260101-a");
  EXPECT_EQ(lasting_name(results_, others.front()).value(), "20260101-set:IMAGE=train:1.1");
  EXPECT_EQ(first_run_of("20260101-set:IMAGE=train:1.1"), "20260102-b") << "and that can be read again";
  EXPECT_EQ(first_run_of((results_ / "20260101-set").string() + ":IMAGE=train:1.1"), "20260102-b");
  EXPECT_NE(read_side(results_, "main:IMAGE=train:1.2").error().message.find("no variant \"IMAGE=train:1.2\""),
            std::string::npos);
  EXPECT_FALSE(read_side(results_, "other:IMAGE=train:1.1"));
}

TEST_F(ReadSide, SetsThatStopByTheirValues) {
  add_set("20260101-set", "main");
  EXPECT_FALSE(read_side(results_, "main")->runs.at(0).until);
  add_set("20260101-set", "main", "energy 1%");
  EXPECT_TRUE(read_side(results_, "main")->runs.at(0).until);
}

TEST_F(ReadSide, DamagedFiles) {
  std::ofstream(results_ / "20260102-b" / "metrics.json") << "{";
  EXPECT_FALSE(read_side(results_, "20260102-b"));
  EXPECT_EQ(read_side(folder_, results_.string())->notes.size(), 1U);
  EXPECT_EQ(read_side(folder_, results_.string())->unread.size(), 1U);
}

// A run that was killed has no metrics.json, and would not count.
TEST_F(ReadSide, DamagedRunsOfSets) {
  add_set("20260101-set", "main");
  std::ofstream(results_ / "20260101-a" / "metrics.json") << "{";
  EXPECT_EQ(read_side(results_, "main")->unread.size(), 1U);
  EXPECT_EQ(read_side(folder_, results_.string())->unread.size(), 1U);
  auto set = *sets::load_set(results_ / "20260101-set");
  set.members[0].role = sets::Role::excluded;
  set.members[0].reasons = {"not_finished"};
  ASSERT_TRUE(sets::save_set(results_ / "20260101-set", set));
  EXPECT_EQ(read_side(results_, "main")->notes.size(), 1U);
  EXPECT_EQ(read_side(results_, "main")->unread.size(), 0U);
}

}  // namespace
}  // namespace gpubench::compare
