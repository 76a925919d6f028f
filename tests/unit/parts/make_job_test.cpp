#include "parts/make_job.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

#include "beside/table.h"
#include "parts/job_document.h"
#include "parts/job_tables.h"
#include "report/metrics_yaml.h"

namespace gpubench::parts {
namespace {

using namespace std::chrono_literals;

base::Energy joules(double value) {
  return base::Energy::from_joules(value);
}

Board board(const std::string& uuid, double energy, const std::string& node = {}) {
  Board one;
  one.uuid = uuid;
  one.energy = joules(energy);
  one.interval = {joules(3), joules(4)};
  one.idle_power = base::Power::from_watts(100);
  one.name = "NVIDIA Fake H200";
  one.entry = Json{{"index", 0}, {"name", one.name}, {"uuid", uuid}, {"energy_joules", energy}, {"node", node}}.dump(2);
  return one;
}

// Node `number` of three, with one GPU and one rank, which takes `seconds`.
PartFigures part(int number, double energy, base::Duration time) {
  PartFigures one;
  one.folder = std::to_string(number) + "-n" + std::to_string(number);
  one.part.group = "job-1";
  one.part.launcher = "slurm";
  one.part.tool_version = "0.1.0";
  one.part.node = "n" + std::to_string(number);
  one.part.node_number = number;
  one.part.nodes = 3;
  one.part.ranks = 3;
  one.start = base::WallTime(1'790'000'000s);
  one.end = one.start + time;
  one.boards = {board("GPU-" + std::to_string(number), energy, one.part.node)};
  one.energy = joules(energy);
  one.interval = {joules(3), joules(4)};
  one.emissions = base::Emissions::from_grams(energy / 1000);
  one.part.ran = {{number, one.start, one.end, number, {"GPU-" + std::to_string(number)}}};
  one.part.ended = true;
  one.benchmark = "simulate";
  one.settings = Json{{"benchmark", "simulate"}, {"workload", {{"kind", "command"}}}}.dump();
  return one;
}

std::vector<PartFigures> three() {
  return {part(0, 1000, 10s), part(1, 1100, 11s), part(2, 1200, 12s)};
}

std::vector<std::string> names_of(const std::vector<Doubt>& doubts) {
  std::vector<std::string> names;
  for (const Doubt& doubt : doubts) names.push_back(doubt.name);
  return names;
}

TEST(MakeJob, TheTotalIsTheSumAndItsIntervalTheRootOfSquares) {
  const auto job = make_job(three(), {});
  ASSERT_TRUE(job);
  EXPECT_EQ(job->energy, joules(3300));
  EXPECT_NEAR(job->interval.comparative.joules(), 3 * std::sqrt(3.0), 1e-9);
  EXPECT_NEAR(job->emissions->grams(), 3.3, 1e-9);
  EXPECT_EQ(job->exit_code, 2);  // the highest
  EXPECT_EQ(job->nodes[0].waiting, 2s);
  EXPECT_EQ(job->nodes[0].waiting_energy, joules(200));
  EXPECT_EQ(job->nodes[2].waiting, 0s);
  EXPECT_NEAR(*job->imbalance.time, 12.0 / 11 - 1, 1e-12);
  EXPECT_NEAR(*job->imbalance.energy, 1200.0 / 1100 - 1, 1e-12);
  EXPECT_TRUE(job->doubts.empty());
}

std::string written(void (*writer)(std::ostream&, const Job&), const Job& job) {
  std::ostringstream out;
  writer(out, job);
  return out.str();
}

TEST(MakeJob, WhatIsWrittenPieceByPieceIsTheWholeDocument) {
  const auto job = make_job(three(), {});
  ASSERT_TRUE(job);
  Json whole = job_document(*job);
  for (const PartFigures& each : job->parts) whole[kBoards].push_back(Json::parse(each.boards.front().entry));
  ASSERT_EQ(whole[kBoards].size(), 3U);
  EXPECT_EQ(whole[kBoards][1]["node"], "n1");
  EXPECT_EQ(written(write_job_json, *job), whole.dump(2) + "\n");
  std::ostringstream yaml;
  report::write_yaml(yaml, whole);
  EXPECT_EQ(written(write_job_yaml, *job), yaml.str());
}

TEST(MakeJob, EveryOrderGivesTheSameBytes) {
  std::array<std::size_t, 3> order{0, 1, 2};
  const std::string first = written(write_job_json, *make_job(three(), {}));
  do {
    std::vector<PartFigures> parts;
    for (const std::size_t i : order) parts.push_back(three()[i]);
    const auto job = make_job(std::move(parts), {});
    EXPECT_EQ(written(write_job_json, *job), first);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(MakeJob, WithANodeMissingThereIsNoTotalButALeastOne) {
  auto parts = three();
  parts.erase(parts.begin() + 1);
  const auto job = make_job(std::move(parts), {});
  ASSERT_TRUE(job);
  EXPECT_FALSE(job->energy);
  EXPECT_FALSE(job->emissions);
  EXPECT_EQ(job->known_energy, joules(2200));
  EXPECT_EQ(names_of(job->doubts), (std::vector<std::string>{"nodes_missing", "ranks_missing"}));
  EXPECT_NE(job->doubts.front().text.find("at least 2,200"), std::string::npos) << job->doubts.front().text;
  const Json document = job_document(*job);
  EXPECT_TRUE(document["total_energy"].is_null());
  EXPECT_EQ(document["known_energy_joules"], 2200);
}

TEST(MakeJob, APartWithoutFiguresMakesTheTotalUnknownToo) {
  const auto job = make_job(three(), {{"3-n3", "it is still running"}});
  ASSERT_TRUE(job);
  EXPECT_FALSE(job->energy);
  EXPECT_EQ(names_of(job->doubts), std::vector<std::string>{"part_unknown"});
}

TEST(MakeJob, ABoardCountsOnce) {
  auto parts = three();
  parts[2].boards.push_back(board("GPU-0", 999));
  parts[2].energy = joules(1200 + 999);
  const auto job = make_job(std::move(parts), {});
  ASSERT_TRUE(job);
  EXPECT_EQ(job->energy, joules(3300));
  EXPECT_EQ(names_of(job->doubts), std::vector<std::string>{"board_counted_once"});
}

TEST(MakeJob, GpusOfARankThatNoPartMeasuredLeaveNoTotal) {
  auto parts = three();
  parts[0].part.ran.push_back({3, parts[0].start, parts[0].end, 0, {"GPU-7"}});  // it came when the GPUs had been chosen
  for (PartFigures& one : parts) one.part.ranks = 4;
  const auto job = make_job(std::move(parts), {});
  ASSERT_TRUE(job);
  EXPECT_FALSE(job->energy);
  EXPECT_FALSE(job->emissions);
  EXPECT_EQ(job->known_energy, joules(3300));
  ASSERT_EQ(names_of(job->doubts), std::vector<std::string>{"gpus_not_measured"});
  EXPECT_NE(job->doubts.front().text.find("started: 3 on n0."), std::string::npos) << job->doubts.front().text;
  EXPECT_NE(job->doubts.front().text.find("at least 3,300"), std::string::npos) << job->doubts.front().text;
}

// Two jobs that were given one name, one after the other.
TEST(MakeJob, ARankAtTwoTimesIsOfTwoJobsAndRefused) {
  auto parts = three();
  auto later = three();
  for (PartFigures& one : later) {
    one.folder += "-2";
    one.start += 60s;
    one.end += 60s;
    parts.push_back(one);
  }
  const auto job = make_job(parts, {});
  ASSERT_FALSE(job);
  EXPECT_NE(job.error().message.find("rank 0"), std::string::npos) << job.error().message;
  EXPECT_NE(job.error().message.find("0-n0-2"), std::string::npos) << job.error().message;
  EXPECT_NE(job.error().remedy.find("--group"), std::string::npos) << job.error().remedy;
  EXPECT_TRUE(make_job(later, {})) << "the parts of one of them";
}

// The first job was killed: which ranks it had is not known.
TEST(MakeJob, ABoardAtTwoTimesLeavesNoTotal) {
  auto parts = three();
  parts.push_back(part(0, 500, 5s));
  parts.back().folder = "0-n0-2";
  parts.back().part.ran.clear();
  parts.back().start += 60s;
  parts.back().end += 60s;
  const auto job = make_job(std::move(parts), {});
  ASSERT_TRUE(job);
  EXPECT_FALSE(job->energy);
  EXPECT_EQ(job->known_energy, joules(3300));
  EXPECT_EQ(names_of(job->doubts), std::vector<std::string>{"board_measured_twice"});
}

// A launcher may have ended the rank that is missing.
TEST(MakeJob, WithARankMissingAStatusOf0IsNotBelieved) {
  auto parts = three();
  for (PartFigures& one : parts) one.part.ran.front().exit_code = 0;
  EXPECT_EQ(make_job(parts, {})->exit_code, 0);
  parts.erase(parts.begin() + 1);
  EXPECT_FALSE(make_job(parts, {})->exit_code);
  parts.front().part.ran.front().exit_code = 9;
  EXPECT_EQ(make_job(parts, {})->exit_code, 9);
}

TEST(MakeJob, APartOfAnotherJobOrVersionIsRefusedByName) {
  auto parts = three();
  parts[1].part.group = "job-2";
  const auto foreign = make_job(parts, {});
  ASSERT_FALSE(foreign);
  EXPECT_NE(foreign.error().message.find("1-n1"), std::string::npos);
  EXPECT_NE(foreign.error().message.find("job-2"), std::string::npos);
  parts = three();
  parts[1].part.tool_version = "0.2.0";
  EXPECT_FALSE(make_job(parts, {}));
  EXPECT_FALSE(make_job({}, {}));
}

TEST(MakeJob, ARankHasTheEnergyOfTheGpusThatAreItsAlone) {
  auto parts = three();
  parts[0].part.ran.push_back({3, parts[0].start, parts[0].end, 0, {"GPU-0"}});  // shares GPU-0 with rank 0
  const auto job = make_job(std::move(parts), {});
  ASSERT_EQ(job->ranks.size(), 4U);
  EXPECT_FALSE(job->ranks[0].energy);
  EXPECT_EQ(job->ranks[1].energy, joules(1100));
  EXPECT_FALSE(job->ranks[3].energy);
}

TEST(MakeJob, AFindingOfAllNodesIsSaidOnce) {
  auto parts = three();
  for (PartFigures& one : parts) one.doubts = {{"carbon_fallback", "No forecast."}};
  parts[1].doubts.push_back({"interrupted", "It was interrupted."});
  const auto job = make_job(std::move(parts), {});
  ASSERT_EQ(job->doubts.size(), 2U);
  EXPECT_EQ(job->doubts[0].text, "All 3 nodes: No forecast.");
  EXPECT_EQ(job->doubts[1].text, "n1: It was interrupted.");
  EXPECT_EQ(job->nodes[1].state, "interrupted");
}

TEST(MakeJob, HiddenGpusAndClocksAreFindings) {
  auto parts = three();
  parts[0].part.gpus_allocated = 2;
  parts[1].part.clock = NodeClock{false, 16s};
  const auto job = make_job(std::move(parts), {});
  EXPECT_EQ(names_of(job->doubts), (std::vector<std::string>{"gpus_hidden", "clocks_unsynchronised"}));
}

TEST(MakeJob, ManyRanksAreNotAllInTheTable) {
  std::vector<PartFigures> parts;
  for (int i = 0; i < 70; ++i) parts.push_back(part(i, 1000, 10s + i * 1ms));
  for (PartFigures& one : parts) one.part.nodes = one.part.ranks = 70;
  const auto job = make_job(std::move(parts), {});
  const std::string text = job_text(*job);
  EXPECT_NE(text.find("slowest: 69"), std::string::npos);
  EXPECT_EQ(text.find("slowest: 64"), std::string::npos);
  EXPECT_NE(text.find("6 more nodes"), std::string::npos);
}

// Each task of a node may measure, and all of them read the node's counters.
TEST(MakeJob, WhatStandsBesideTheEnergyIsInNoSum) {
  auto parts = three();
  parts.push_back(part(2, 1300, 12s));
  parts.back().boards = {board("GPU-9", 1300)};
  for (PartFigures& one : parts) {
    one.beside.slurm = beside::SlurmEnergy{{"ci", "17", "0"}};
    beside::NodeCounter counter;
    counter.node = one.part.node;
    counter.name = "energy";
    counter.energy = joules(1e6);
    one.beside.node_counters = {counter};
  }
  const auto job = make_job(parts, {});
  ASSERT_TRUE(job);
  EXPECT_EQ(job->energy, joules(4600));
  ASSERT_TRUE(job->beside.slurm);
  EXPECT_EQ(job->beside.slurm->of.id(), "17.0");
  EXPECT_EQ(job->beside.node_counters.size(), 3U);
  EXPECT_EQ(job_document(*job)["beside"]["slurm"]["state"], "not_read");
  EXPECT_NE(job_text(*job).find(beside::kHeading), std::string::npos);

  parts[0].beside.slurm->of.step = "";
  EXPECT_EQ(make_job(parts, {})->beside.slurm->of.id(), "17") << "the ranks of mpirun are in different steps";
  parts[0].beside.slurm->of.job = "18";
  EXPECT_FALSE(make_job(parts, {})->beside.slurm);
}

}  // namespace
}  // namespace gpubench::parts
