// The power of a job's nodes, put together from curves on disk.
#include "parts/job_power.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "parts/part_power.h"

namespace gpubench::parts {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr base::WallTime kJobStart{1'790'000'000s};

report::Curve steady(double watts, double first, double last, double step = 0.1) {
  report::Curve curve;
  for (double at = first; at <= last; at += step) curve.points.push_back({at, watts, watts, watts, false});
  return curve;
}

class JobPowerTest : public testing::Test {
 protected:
  JobPowerTest() {
    job_.start = kJobStart;
    job_.end = kJobStart + 10s;
  }
  ~JobPowerTest() override { fs::remove_all(folder_); }

  // Node `number`, whose part starts so long after the job.
  void add_node(int number, const std::vector<BoardPower>& boards, base::Duration late = 0s) {
    PartFigures part;
    part.path = folder_ / std::to_string(number);
    fs::create_directories(part.path);
    for (const BoardPower& board : boards) part.boards.push_back({board.uuid});
    EXPECT_TRUE(write_power(part.path, {kJobStart + late, boards}));
    NodeAccount node;
    node.node = "n" + std::to_string(number);
    node.parts = 1;
    node.boards = boards.size();
    job_.nodes.push_back(node);
    job_.parts.push_back(std::move(part));
  }
  static double at(const report::Curve& curve, double seconds) {
    const auto next = std::find_if(curve.points.begin(), curve.points.end(), [&](auto& p) { return p.seconds >= seconds; });
    return next == curve.points.end() ? -1 : next->mean;
  }

  const fs::path folder_ = fs::path(testing::TempDir()) / ("gpubench-job-power-" + std::to_string(getpid()));
  Job job_;
};

TEST_F(JobPowerTest, ANodeIsTheSumOfItsGpusAndTheTotalThatOfTheNodes) {
  add_node(0, {{"a", steady(300, -1, 11)}, {"b", steady(200, -1, 11)}});
  add_node(1, {{"c", steady(100, -1, 11)}});
  const JobPower power = job_power(job_);
  ASSERT_EQ(power.nodes.size(), 2U);
  EXPECT_TRUE(power.unknown.empty());
  EXPECT_DOUBLE_EQ(power.first_seconds, -0.2);
  EXPECT_DOUBLE_EQ(power.last_seconds, 10.2);
  for (const double when : {0.0, 5.0, 10.0}) {
    EXPECT_DOUBLE_EQ(at(power.nodes[0].curve, when), 500);
    EXPECT_DOUBLE_EQ(at(power.nodes[1].curve, when), 100);
    EXPECT_DOUBLE_EQ(at(power.total, when), 600);
  }
  const report::Curve range = range_of(power);
  EXPECT_EQ(range.points.size(), power.total.points.size());
  EXPECT_DOUBLE_EQ(range.points[100].low, 100);
  EXPECT_DOUBLE_EQ(range.points[100].mean, 300);
  EXPECT_DOUBLE_EQ(range.points[100].high, 500);
}

TEST_F(JobPowerTest, ANodeThatStartsLateHasItsOwnTime) {
  report::Curve late = steady(100, 0, 4);
  for (report::CurvePoint& point : late.points) point.mean += point.seconds > 2 ? 50 : 0;
  add_node(0, {{"a", steady(300, -1, 11)}});
  add_node(1, {{"b", late}}, 5s);
  const JobPower power = job_power(job_);
  EXPECT_NEAR(power.nodes[1].curve.points.front().seconds, 5, 0.05);
  EXPECT_NEAR(power.nodes[1].curve.points.back().seconds, 9, 0.15);
  EXPECT_DOUBLE_EQ(at(power.nodes[1].curve, 6.5), 100);
  EXPECT_DOUBLE_EQ(at(power.nodes[1].curve, 8), 150);
  EXPECT_NEAR(power.total.points.front().seconds, 5, 0.05) << "before, one of the nodes is not measured";
}

TEST_F(JobPowerTest, SamplesThatAreMissingAreAGapInEachSum) {
  report::Curve broken = steady(100, -1, 3);
  const report::Curve rest = steady(100, 6, 11);
  broken.points.insert(broken.points.end(), rest.points.begin(), rest.points.end());
  std::find_if(broken.points.begin(), broken.points.end(), [](auto& p) { return p.seconds > 5; })->after_gap = true;
  add_node(0, {{"a", broken}});
  add_node(1, {{"b", steady(100, -1, 11)}});
  const JobPower power = job_power(job_);
  const auto is_gap = [](const report::CurvePoint& point) { return point.after_gap; };
  for (const report::Curve* const curve : {&power.nodes[0].curve, &power.total}) {
    ASSERT_EQ(std::count_if(curve->points.begin(), curve->points.end(), is_gap), 1);
    EXPECT_NEAR(std::find_if(curve->points.begin(), curve->points.end(), is_gap)->seconds, 6, 0.05);
  }
  EXPECT_EQ(std::count_if(power.nodes[1].curve.points.begin(), power.nodes[1].curve.points.end(), is_gap), 0);
}

TEST_F(JobPowerTest, ANodeWithoutACurveOfEachGpuIsNotKnown) {
  add_node(0, {{"a", steady(300, -1, 11)}});
  add_node(1, {{"b", steady(300, -1, 11)}, {"c", {}}});
  add_node(2, {{"d", steady(300, -1, 11)}});
  std::ofstream(job_.parts[2].path / "power_curves.json") << "{\"schema_version\":1,\"start_ns\":0,\"gpus\":[{}]}";
  const JobPower power = job_power(job_);
  EXPECT_EQ(power.unknown, (std::vector<std::string>{"n1", "n2"}));
  EXPECT_TRUE(power.nodes[1].curve.points.empty());
  EXPECT_DOUBLE_EQ(at(power.total, 5), 300);
}

TEST_F(JobPowerTest, ABoardThatCountsElsewhereIsNotAddedAgain) {
  add_node(0, {{"a", steady(300, -1, 11)}, {"b", steady(200, -1, 11)}});
  job_.parts[0].boards.pop_back();
  EXPECT_DOUBLE_EQ(at(job_power(job_).total, 5), 300);
}

TEST_F(JobPowerTest, CurvesThatAreDamagedAreNone) {
  fs::create_directories(folder_);
  for (const char* text :
       {"", "[]", R"({"schema_version":2})",
        R"({"schema_version":1,"start_ns":0,"gpus":[{"uuid":"a","seconds":[1],"watts":[],"gaps":[]}]})",
        R"({"schema_version":1,"start_ns":0,"gpus":[{"uuid":"a","seconds":[2,1],"watts":[1,1],"gaps":[]}]})",
        R"({"schema_version":1,"start_ns":0,"gpus":[{"uuid":"a","seconds":[1],"watts":[1],"gaps":[1]}]})"}) {
    std::ofstream(folder_ / "power_curves.json") << text;
    EXPECT_FALSE(read_power(folder_)) << text;
  }
}

}  // namespace
}  // namespace gpubench::parts
