// A process of a job: which one it is, and what it does when another one measures.
#include "jobs/ranked_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

namespace gpubench::jobs {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

cli::Environment launched_by_slurm(const std::string& rank, const std::string& ranks) {
  cli::Environment environment;
  environment.all = {"SLURM_JOB_ID=7",
                     "SLURM_STEP_ID=0",
                     "SLURM_PROCID=" + rank,
                     "SLURM_NTASKS=" + ranks,
                     "SLURM_STEP_NUM_TASKS=" + ranks,
                     "SLURM_LOCALID=0",
                     "SLURM_STEP_TASKS_PER_NODE=" + ranks,
                     "SLURM_NODEID=0",
                     "SLURM_NNODES=1",
                     "SLURM_STEP_NUM_NODES=1"};
  return environment;
}

TEST(RankedRun, OneProcessIsNoJobAndAloneIsAlwaysOne) {
  const cli::RunSpec spec;
  EXPECT_FALSE(membership_of(spec, {}).value());
  const auto member = membership_of(spec, launched_by_slurm("1", "2"));
  ASSERT_TRUE(member && *member) << member.error().message;
  EXPECT_EQ((*member)->rank, 1);
  EXPECT_EQ((*member)->ranks, 2);
  cli::RunSpec alone;
  alone.part_of.alone = true;
  EXPECT_FALSE(membership_of(alone, launched_by_slurm("1", "2")).value());
}

TEST(RankedRun, ASetIsMadeByOneProcess) {
  EXPECT_TRUE(check_no_rank({}, {}));
  const auto refused = check_no_rank({}, launched_by_slurm("1", "2"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("this is process 1 of the 2 of the job"));
  EXPECT_THAT(refused.error().remedy, HasSubstr("--alone"));
  cli::RunSpec alone;
  alone.part_of.alone = true;
  EXPECT_TRUE(check_no_rank(alone, launched_by_slurm("1", "2")));
}

TEST(RankedRun, APartSaysOfWhatItIsOneBeforeItIsMeasured) {
  parts::Membership member;
  member.group = "job";
  member.launcher = "slurm";
  member.node = "n3";
  member.node_number = 3;
  member.nodes = 4;
  member.ranks = 16;
  member.gpus_allocated = 4;
  const parts::Part part = begun_part(member);
  EXPECT_EQ(part.group, "job");
  EXPECT_EQ(part.node_number, 3);
  EXPECT_EQ(part.ranks, 16);
  EXPECT_EQ(part.gpus_allocated, 4);
  EXPECT_FALSE(part.ended);
  EXPECT_TRUE(part.ran.empty());
  EXPECT_FALSE(part.tool_version.empty());
}

TEST(RankedRun, TimesOfRanksAreThoseOfTheRunsClock) {
  record::RunRecord run;
  run.facts.anchor = {base::SteadyTime(100s), base::WallTime(1'790'000'000s)};
  const auto all = rank_runs({{2, {base::SteadyTime(101s), base::SteadyTime(105s)}, 0, {"GPU-a"}}, {3, {}, {}, {}}}, run);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].start, base::WallTime(1'790'000'001s));
  EXPECT_EQ(all[0].end, base::WallTime(1'790'000'005s));
  EXPECT_EQ(all[0].exit_code, 0);
  EXPECT_EQ(all[0].boards, std::vector<std::string>{"GPU-a"});
  EXPECT_FALSE(all[1].start || all[1].end || all[1].exit_code) << "of a rank that was lost nothing is known";
}

// The others, who are always ready.
class OthersThatMeasure final : public ranks::Company {
 public:
  void gather(base::Duration /*patience*/) override {}
  [[nodiscard]] std::vector<std::string> boards() const override { return {}; }
  void wait_for_go(base::Duration patience, int /*interrupt_fd*/) override {
    ++waits;
    longest_wait = patience;
    if (signal_at_go != 0) ::kill(::getpid(), signal_at_go);
    if (signal_at_go != 0) ::usleep(200'000);  // until the queue's thread has taken it
  }
  void ended(const ranks::RankEnd& end) override { ends_.push_back(end); }
  [[nodiscard]] std::optional<base::Window> over() override { return std::nullopt; }
  [[nodiscard]] std::vector<int> processes() const override { return {}; }
  [[nodiscard]] int news_fd() const override { return -1; }
  [[nodiscard]] const std::vector<std::string>& own_boards() const override { return boards_; }
  [[nodiscard]] bool has_first_rank() const override { return false; }
  [[nodiscard]] std::vector<ranks::RankEnd> ends() const override { return ends_; }
  [[nodiscard]] bool leads() const override { return false; }
  [[nodiscard]] bool lost_leader() const override { return lost; }

  int waits = 0;
  base::Duration longest_wait{};
  int signal_at_go = 0;
  bool lost = false;

 private:
  std::vector<ranks::RankEnd> ends_;
  std::vector<std::string> boards_{"GPU-1"};
};

class UnmeasuredTest : public testing::Test {
 protected:
  UnmeasuredTest() {
    member_.group = "job";
    member_.rank = 5;
    spec_.meter.source = "replay:/none";
    spec_.workload.environment = {"PATH=/usr/bin:/bin"};
  }
  int go(const std::string& line) {
    spec_.workload.benchmarks.assign(1, {});
    spec_.workload.benchmarks.front().arguments = {"sh", "-c", line};
    return go();
  }
  int go() {
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    const int status = run_unmeasured(spec_, member_, company_, signals_);
    printed_ = testing::internal::GetCapturedStdout();
    said_ = testing::internal::GetCapturedStderr();
    return status;
  }

  platform::SignalQueue signals_;
  cli::RunSpec spec_;
  parts::Membership member_;
  OthersThatMeasure company_;
  std::string printed_;
  std::string said_;
};

TEST_F(UnmeasuredTest, ItsOutputAndStatusAreTheCommands) {
  EXPECT_EQ(go("echo out; echo err >&2; exit 3"), 3);
  EXPECT_EQ(printed_, "out\n");
  EXPECT_EQ(said_, "err\n");
  EXPECT_EQ(company_.waits, 1) << "starts with the others";
  ASSERT_EQ(company_.ends().size(), 1U);
  EXPECT_EQ(company_.ends().front().rank, 5);
  EXPECT_EQ(company_.ends().front().exit_code, 3);
  EXPECT_EQ(company_.ends().front().own, std::vector<std::string>{"GPU-1"});
}

TEST_F(UnmeasuredTest, WhoMeasuresItIsLostIsSaidUnlessQuiet) {
  company_.lost = true;
  EXPECT_EQ(go("true"), 0);
  EXPECT_THAT(said_, HasSubstr("ended before rank 5"));
  spec_.quiet = true;
  EXPECT_EQ(go("true"), 0);
  EXPECT_EQ(said_, "");
}

TEST_F(UnmeasuredTest, WhatCannotStartIsSaidAndHasNoEnd) {
  spec_.workload.benchmarks.assign(1, {});
  spec_.workload.benchmarks.front().arguments = {"/nonexistent/program"};
  EXPECT_EQ(go(), 125);
  EXPECT_THAT(said_, HasSubstr("cannot run \"/nonexistent/program\""));
  EXPECT_TRUE(company_.ends().empty());
}

TEST_F(UnmeasuredTest, AContainerOnEachNodeIsOne) {
  spec_.workload.benchmarks.assign(1, {});
  spec_.workload.benchmarks.front().image = "train";
  EXPECT_EQ(go(), 2);
  EXPECT_THAT(said_, HasSubstr("--ntasks-per-node=1"));
  EXPECT_EQ(company_.waits, 0) << "nobody is held up";
}

TEST_F(UnmeasuredTest, ItWaitsUntilTheLeaderHasSeenTheIdleGpus) {
  spec_.idle_roll = 10min;
  EXPECT_EQ(go("true"), 0);
  EXPECT_GT(company_.longest_wait, 10min + 20s) << "the leader waits for a late rank as well";
}

TEST_F(UnmeasuredTest, TheTimeLimitEndsItAsItDoesAMeasuredOne) {
  spec_.timeout = 200ms;
  EXPECT_EQ(go("exec sleep 60"), 124);
  EXPECT_EQ(company_.ends().size(), 1U);
}

TEST_F(UnmeasuredTest, ASignalBeforeTheStartStartsNothing) {
  company_.signal_at_go = SIGTERM;
  EXPECT_EQ(go("echo started"), 143);
  EXPECT_EQ(printed_, "");
}

TEST_F(UnmeasuredTest, SignalsStopKillAndAreHandedOn) {
  const std::string self = std::to_string(getpid());
  EXPECT_EQ(go("kill -INT " + self + "; exec sleep 60"), 130);
  EXPECT_EQ(go("trap 'exit 7' USR1; kill -USR1 " + self + "; sleep 60 & wait"), 7);
  EXPECT_EQ(go("trap '' TERM; kill -HUP " + self + "; sleep 0.3; kill -INT " + self + "; sleep 60; sleep 60"), 129);
}

// What came first counts, as in a measured run.
TEST_F(UnmeasuredTest, ATimeLimitThatPassesWhileASignalStopsItIsNotTheReason) {
  spec_.timeout = 700ms;
  const std::string self = std::to_string(getpid());
  EXPECT_EQ(go("trap '' TERM; kill -INT " + self + "; sleep 1.5"), 130);
}

}  // namespace
}  // namespace gpubench::jobs
