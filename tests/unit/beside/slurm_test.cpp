#include "beside/slurm.h"

#include <gtest/gtest.h>

#include <chrono>

namespace gpubench::beside {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kStart = 1'790'000'000;

// Prints what a test says, and keeps what it was asked.
class ScriptedSlurm final : public SlurmPrograms {
 public:
  Reply accounting{true, {}, 0};
  Reply config{true,
               {},
               0,
               "AccountingStorageType   = accounting_storage/slurmdbd\nAcctGatherEnergyType    = acct_gather_energy/ipmi\n"};
  std::vector<std::string> asked;
  int questions = 0;

  Reply sacct(const std::vector<std::string>& arguments) override {
    asked = arguments;
    ++questions;
    return accounting;
  }
  Reply configuration() override { return config; }
};

Period run() {
  return {base::WallTime(std::chrono::seconds(kStart + 10)), base::WallTime(std::chrono::seconds(kStart + 70))};
}

SlurmEnergy step_17_0() {
  return SlurmEnergy{{"ci", "17", "0"}};
}

SlurmEnergy answer(ScriptedSlurm& slurm, const std::string& output) {
  slurm.accounting.output = output;
  return ask_again(step_17_0(), run(), slurm);
}

SlurmEnergy answer(const std::string& output) {
  ScriptedSlurm slurm;
  return answer(slurm, output);
}

TEST(SlurmEnergy, OfAStepOnSeveralNodes) {
  ScriptedSlurm slurm;
  const SlurmEnergy energy = answer(slurm, "17.0|ci|1790000000|1790000080|3|123456|123.46K\n");
  EXPECT_EQ(energy.state, Accounted::measured);
  EXPECT_EQ(energy.why, "");
  EXPECT_EQ(energy.energy, base::Energy::from_joules(123456));
  EXPECT_EQ(energy.nodes, 3);
  EXPECT_EQ(energy.start, base::WallTime(std::chrono::seconds(kStart)));
  EXPECT_EQ(energy.end, base::WallTime(std::chrono::seconds(kStart + 80)));
  EXPECT_EQ(energy.plugin, "acct_gather_energy/ipmi");
  EXPECT_EQ(slurm.asked[3], "--jobs=17.0");
}

TEST(SlurmEnergy, WithAUnitWhereOnlyThatIsThere) {
  EXPECT_EQ(answer("17.0|ci|1790000000|1790000080|1||12.50K\n").energy, base::Energy::from_joules(12500));
  EXPECT_EQ(answer("17.0|ci|1790000000|1790000080|1||1.2M\n").energy, base::Energy::from_joules(1.2e6));
  EXPECT_EQ(answer("17.0|ci|1790000000|1790000080|1||830\n").energy, base::Energy::from_joules(830));
}

// Missing, unsupported and zero are three different things.
TEST(SlurmEnergy, ZeroWithAPluginIsUnclear) {
  const SlurmEnergy energy = answer("17.0|ci|1790000000|1790000080|1|0|0\n");
  EXPECT_EQ(energy.state, Accounted::zero);
  EXPECT_EQ(energy.energy, base::Energy());
}

TEST(SlurmEnergy, ZeroWithoutAPluginIsUnsupported) {
  for (const char* const none : {"acct_gather_energy/none", "(null)"}) {
    ScriptedSlurm slurm;
    slurm.config.output = std::string("AcctGatherEnergyType    = ") + none + "\n";
    const SlurmEnergy energy = answer(slurm, "17.0|ci|1790000000|1790000080|1|0|0\n");
    EXPECT_EQ(energy.state, Accounted::unsupported);
    EXPECT_EQ(energy.plugin, "acct_gather_energy/none");
    EXPECT_FALSE(energy.energy);
  }
}

TEST(SlurmEnergy, NoValueIsMissing) {
  for (const char* const value : {"|", "18446744073709551614|", "4294967294|", "-1|", "nan|nan", "x|1.5.2K", "K|M"}) {
    const SlurmEnergy energy = answer("17.0|ci|1790000000|1790000080|1|" + std::string(value) + "\n");
    EXPECT_EQ(energy.state, Accounted::missing) << value;
    EXPECT_FALSE(energy.energy) << value;
  }
}

TEST(SlurmEnergy, AStepThatHasNotEndedHasNone) {
  const SlurmEnergy energy = answer("17.0|ci|1790000000|Unknown|3|0|0\n");
  EXPECT_EQ(energy.state, Accounted::unfinished);
  EXPECT_FALSE(energy.energy);
  EXPECT_FALSE(energy.end);
}

// As Slurm 22.05 prints a batch job while it runs, and after its end, where nothing measures.
TEST(SlurmEnergy, OfAJobIsInTheJobsOwnRow) {
  const SlurmEnergy job_2{{"ci", "2", ""}};
  ScriptedSlurm slurm;
  slurm.accounting.output =
      "2|ci|1790000000|Unknown|0|0|0\n2.batch|ci|1790000000|Unknown|1|0|0\n2.0|ci|1790000000|1790000001|1|0|0\n";
  const SlurmEnergy running = ask_again(job_2, run(), slurm);
  EXPECT_EQ(running.state, Accounted::unfinished);
  EXPECT_FALSE(running.nodes);
  slurm.accounting.output =
      "2|ci|1790000000|1790000070|2||\n2.batch|ci|1790000000|1790000070|1|0|0\n2.0|ci|1790000000|1790000001|1|0|0\n";
  const SlurmEnergy ended = ask_again(running, run(), slurm);
  EXPECT_EQ(ended.state, Accounted::missing);
  EXPECT_EQ(ended.nodes, 2);
  slurm.config.output = "AcctGatherEnergyType    = acct_gather_energy/none\n";
  EXPECT_EQ(ask_again(running, run(), slurm).state, Accounted::unsupported);
}

TEST(SlurmEnergy, AccountingThatIsOffIsUnsupported) {
  ScriptedSlurm slurm;
  slurm.accounting = {true, {}, 1, {}, "Slurm accounting storage is disabled\n"};
  EXPECT_EQ(answer(slurm, "").state, Accounted::unsupported);
}

TEST(SlurmEnergy, NoAnswerIsNotRead) {
  ScriptedSlurm slurm;
  slurm.accounting = {true, {}, 1, {}, "sacct: error: Problem talking to the database: Connection refused\n"};
  const SlurmEnergy refused = answer(slurm, "");
  EXPECT_EQ(refused.state, Accounted::not_read);
  EXPECT_NE(refused.why.find("Connection refused"), std::string::npos);
  slurm.accounting = {};
  EXPECT_EQ(answer(slurm, "").why, "there is no sacct in PATH");
  slurm.accounting = {true, "took longer than 3 s"};
  EXPECT_EQ(answer(slurm, "").state, Accounted::not_read);
}

// Of a job that was put back into the queue, both times have the same numbers.
TEST(SlurmEnergy, AnotherStepOfTheSameNumberIsNotTaken) {
  EXPECT_EQ(answer("17.0|ci|1780000000|1780000080|3|5|5\n17.0|ci|1790000000|1790000080|3|7|7\n").energy,
            base::Energy::from_joules(7));
  EXPECT_EQ(answer("17.0|ci|1780000000|1780000080|3|5|5\n").state, Accounted::missing);
  EXPECT_EQ(answer("17.0|other|1790000000|1790000080|3|5|5\n").state, Accounted::missing);
  EXPECT_EQ(answer("17.1|ci|1790000000|1790000080|3|5|5\n").state, Accounted::missing);
  EXPECT_EQ(answer("").state, Accounted::missing);
  EXPECT_EQ(answer("garbage\n|||\n").state, Accounted::missing);
}

TEST(SlurmEnergy, WhatIsKnownStays) {
  ScriptedSlurm slurm;
  const SlurmEnergy measured = answer(slurm, "17.0|ci|1790000000|1790000080|3|7|7\n");
  EXPECT_EQ(ask_again(measured, run(), slurm).energy, base::Energy::from_joules(7));
  EXPECT_EQ(slurm.questions, 1) << "what is final is not asked again";
  const SlurmEnergy zero = answer(slurm, "17.0|ci|1790000000|1790000080|3|0|0\n");
  slurm.accounting = {};
  EXPECT_EQ(ask_again(zero, run(), slurm).state, Accounted::zero) << "on a machine without sacct";
}

TEST(SlurmStep, IsFoundInTheEnvironment) {
  const auto step = slurm_step_in({"SLURM_CLUSTER_NAME=ci", "SLURM_JOB_ID=17", "SLURM_STEP_ID=2"});
  ASSERT_TRUE(step);
  EXPECT_EQ(step->id(), "17.2");
  EXPECT_EQ(step->cluster, "ci");
  EXPECT_EQ(slurm_step_in({"SLURM_JOB_ID=17"})->id(), "17") << "a batch script";
  EXPECT_EQ(slurm_step_in({"SLURM_JOB_ID=17", "SLURM_STEP_ID=4294967290"})->id(), "17") << "the shell of an allocation";
  EXPECT_FALSE(slurm_step_in({"HOME=/root"}));
  EXPECT_FALSE(slurm_step_in({"SLURM_JOB_ID=--version"}));
}

}  // namespace
}  // namespace gpubench::beside
