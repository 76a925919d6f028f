// A job around which one program was started: a head with the benchmark, agents with the GPUs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "parts/job_document.h"
#include "parts/job_tables.h"
#include "parts/make_job.h"

namespace gpubench::parts {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const base::WallTime kBegun(1'790'000'000s);

PartFigures piece(const std::string& folder, const std::string& node) {
  PartFigures one;
  one.folder = folder;
  one.part.group = "job-1";
  one.part.launcher = "slurm";
  one.part.tool_version = "0.1.0";
  one.part.node = node;
  one.part.nodes = 2;
  one.part.ranks = 1;
  one.part.ended = true;
  one.start = kBegun;
  one.end = kBegun + 10s;
  one.benchmark = "srun";
  return one;
}

PartFigures agent(int number, double energy) {
  PartFigures one = piece(std::to_string(number) + "-n" + std::to_string(number), "n" + std::to_string(number));
  one.part.agent = true;
  one.part.node_number = number;
  one.part.clock = NodeClock{false, 16s};
  one.part.clock_offset = ClockOffset{1500ms, 200us, 1ms};
  Board& board = one.boards.emplace_back();
  board.uuid = "GPU-" + std::to_string(number);
  board.energy = base::Energy::from_joules(energy);
  board.entry = "{}";
  one.energy = board.energy;
  one.emissions = base::Emissions::from_grams(1);
  one.settings = R"({"source": {"kind": "nvml"}, "score": null, "workload": {"kind": "command"}})";
  return one;
}

PartFigures head(const std::string& node) {
  PartFigures one = piece("head", node);
  one.part.head = true;
  one.part.ran = {{0, kBegun, kBegun + 10s, 3, {}}};
  one.settings = R"({"source": {"kind": "none"}, "score": 42, "workload": {"kind": "command", "exit_code": 3}})";
  return one;
}

std::vector<std::string> doubts_in(const Job& job) {
  std::vector<std::string> names;
  for (const Doubt& doubt : job.doubts) names.push_back(doubt.name);
  return names;
}

TEST(JobAround, TheHeadHasTheBenchmarkAndTheAgentsTheEnergy) {
  const auto job = make_job({head("n0"), agent(0, 100), agent(1, 200)}, {});
  ASSERT_TRUE(job);
  EXPECT_EQ(job->energy, base::Energy::from_joules(300));
  EXPECT_EQ(job->emissions, base::Emissions::from_grams(2));
  EXPECT_EQ(job->exit_code, 3);
  ASSERT_EQ(job->nodes.size(), 2U);
  EXPECT_EQ(job->nodes[0].ranks, 1U);
  EXPECT_EQ(job->nodes[1].ranks, 0U);
  EXPECT_EQ(job->nodes[1].waiting, 0s);
  EXPECT_THAT(job->doubts, IsEmpty()) << "the offsets are known, however the clocks are kept";
  const Json document = job_document(*job);
  EXPECT_EQ(document["score"], 42);
  EXPECT_EQ(document["source"]["kind"], "nvml");
  EXPECT_EQ(document["workload"]["exit_code"], 3);
  EXPECT_EQ(document["nodes"][0]["clock_offset"]["seconds"], 1.5);
  EXPECT_THAT(job_text(*job), HasSubstr("| +1,500.00 \u00b1 0.20 ms |"));
}

TEST(JobAround, AHeadOnAnotherMachineIsNoNode) {
  const auto job = make_job({head("login"), agent(0, 100), agent(1, 200)}, {});
  ASSERT_TRUE(job && job->is_complete());
  EXPECT_EQ(job->nodes.size(), 2U);
  EXPECT_EQ(job->nodes[0].ranks, 0U);
}

TEST(JobAround, AnAgentThatEndedEarlyMakesTheTotalUnknown) {
  PartFigures cut = agent(1, 50);
  cut.part.ended = false;
  const auto job = make_job({head("n0"), agent(0, 100), cut}, {});
  ASSERT_TRUE(job);
  EXPECT_FALSE(job->energy);
  EXPECT_EQ(job->known_energy, base::Energy::from_joules(150));
  EXPECT_THAT(doubts_in(*job), Contains("agent_lost"));
}

TEST(JobAround, TheHeadAloneSaysWhyItEnded) {
  PartFigures benchmark = head("n0");
  benchmark.doubts = {{"interrupted", "Ctrl-C."}};
  PartFigures one = agent(0, 100);
  one.doubts = {{"workload_failed", "It failed with 130."}, {"carbon_fallback", "No forecast."}};
  PartFigures two = agent(1, 200);
  two.doubts = one.doubts;
  benchmark.doubts.push_back(one.doubts.back());
  const auto job = make_job({benchmark, one, two}, {});
  ASSERT_TRUE(job);
  EXPECT_THAT(doubts_in(*job), ElementsAre("carbon_fallback", "interrupted"));
  EXPECT_THAT(job->doubts[0].text, HasSubstr("All 2 nodes"));
  EXPECT_EQ(job->nodes[0].state, "interrupted");
  EXPECT_EQ(job->nodes[1].state, "interrupted");
}

TEST(JobAround, AnOffsetThatIsNotKnownWellIsAFinding) {
  PartFigures unsure = agent(1, 200);
  unsure.part.clock_offset = ClockOffset{0s, 101ms, 0s};
  EXPECT_THAT(doubts_in(*make_job({head("n0"), agent(0, 100), unsure}, {})), ElementsAre("clock_offset_unclear"));
  unsure.part.clock_offset = ClockOffset{0s, 1ms, -101ms};
  EXPECT_THAT(doubts_in(*make_job({head("n0"), agent(0, 100), unsure}, {})), ElementsAre("clock_offset_unclear"));
}

TEST(JobAround, AHeadWithoutAnyAgentIsAJobWithoutATotal) {
  const auto job = make_job({head("n0")}, {});
  ASSERT_TRUE(job);
  EXPECT_FALSE(job->energy);
  EXPECT_THAT(doubts_in(*job), Contains("nodes_missing"));
  EXPECT_FALSE(job_text(*job).empty());
}

TEST(JobAround, PartsReadBack) {
  const auto folder = std::filesystem::temp_directory_path() / ("gpubench-around-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  ASSERT_TRUE(write_part(folder, agent(1, 200).part));
  const auto part = read_part(folder);
  ASSERT_TRUE(part && part->clock_offset);
  EXPECT_TRUE(part->agent);
  EXPECT_FALSE(part->head);
  EXPECT_EQ(part->clock_offset->offset, 1500ms);
  EXPECT_EQ(part->clock_offset->bound, 200us);
  EXPECT_EQ(part->clock_offset->change, 1ms);
  ASSERT_TRUE(write_part(folder, head("n0").part));
  EXPECT_TRUE(read_part(folder)->head);
  EXPECT_FALSE(read_part(folder)->clock_offset);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace gpubench::parts
