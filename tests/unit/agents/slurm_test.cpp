#include "agents/slurm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agents/hostlist.h"

namespace gpubench::agents {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;

TEST(Hostlist, IsWrittenOut) {
  EXPECT_THAT(nodes_in("n1"), ElementsAre("n1"));
  EXPECT_THAT(nodes_in("n[1-3]"), ElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(nodes_in("n[1-2,007],login,gpu[09-11]-ib"),
              ElementsAre("n1", "n2", "n007", "login", "gpu09-ib", "gpu10-ib", "gpu11-ib"));
  EXPECT_THAT(nodes_in("r[1-2]n[1-2]"), ElementsAre("r1n1", "r1n2", "r2n1", "r2n2"));
}

TEST(Hostlist, WhatIsNotUnderstoodIsNothing) {
  for (const char* text :
       {"", ",", "n[1-3", "n[]", "n[3-1]", "n[a-b]", "n[1-]", "n1,,n2", "n[0-999999999]", "n[1-9999]x[1-9999]"})
    EXPECT_THAT(nodes_in(text), IsEmpty()) << text;
}

// Of Slurm 22.05.
constexpr const char* kJob =
    "JobId=3 JobName=x\n   JobState=RUNNING Reason=None\n   NodeList=n[1-3]\n   BatchHost=n1\n   JOB_GRES=gpu:h200:9\n"
    "     Nodes=n[1-2] CPU_IDs=0 Mem=0 GRES=gpu:h200:4(IDX:0-3)\n"
    "     Nodes=n3 CPU_IDs=0-3 Mem=0 GRES=gpu:h200:1(IDX:2),gpu:a100:3(IDX:4,6-7),nic:2(IDX:0-1)\n   MinCPUsNode=1\n";

TEST(Scontrol, SaysHowManyGpusEachNodeHas) {
  EXPECT_THAT(gpus_by_node(kJob), ElementsAre(Pair("n1", 4), Pair("n2", 4), Pair("n3", 4)));
  EXPECT_THAT(gpus_by_node("     Nodes=n1 CPU_IDs=0 Mem=0 GRES=\n"), ElementsAre(Pair("n1", 0)));
  EXPECT_THAT(gpus_by_node("slurm_load_jobs error: Invalid job id specified\n"), IsEmpty());
  EXPECT_THAT(gpus_by_node("     Nodes=n1 CPU_IDs=0 Mem=0 GRES=gpu:1(IDX:N/A)\n"), ElementsAre(Pair("n1", 0)));
}

TEST(Scontrol, SaysWhichNodeIsLost) {
  EXPECT_TRUE(says_lost("NodeName=n2 Arch=x86_64 State=DOWN*+DRAIN ThreadsPerCore=1\n"));
  EXPECT_TRUE(says_lost("NodeName=n2 State=IDLE+NOT_RESPONDING X=1\n"));
  EXPECT_FALSE(says_lost("NodeName=n2 State=MIXED+DRAIN X=1\n"));
  EXPECT_FALSE(says_lost(""));
}

TEST(Squeue, NamesTheStepsThatSrunStarted) {
  EXPECT_THAT(steps_in("12.0\n12.batch\n12.extern\n12.17\n"), ElementsAre("12.0", "12.17"));
  EXPECT_THAT(steps_in(""), IsEmpty());
}

TEST(Allocation, IsThatOfABatchScriptOrAShell) {
  const auto allocation = allocation_in({"SLURM_JOB_ID=7", "SLURM_JOB_NODELIST=n[1-2]", "SLURM_PROCID=0"});
  ASSERT_TRUE(allocation);
  EXPECT_EQ(allocation->job, "7");
  EXPECT_THAT(allocation->nodes, ElementsAre("n1", "n2"));
  EXPECT_TRUE(allocation_in({"SLURM_JOB_ID=7", "SLURM_JOB_NODELIST=n1", "SLURM_STEP_ID=4294967290"}));
}

TEST(Allocation, IsNoneOutsideOfAJobOrInAStep) {
  EXPECT_THAT(allocation_in({}).error().remedy, HasSubstr("salloc"));
  EXPECT_THAT(allocation_in({"SLURM_JOB_ID=7", "SLURM_JOB_NODELIST=n1", "SLURM_STEP_ID=0"}).error().remedy,
              HasSubstr("leave out the srun"));
  EXPECT_THAT(allocation_in({"SLURM_JOB_ID=7"}).error().message, HasSubstr("SLURM_JOB_NODELIST"));
}

TEST(AgentsStep, IsOneTaskANodeBesideTheOthers) {
  const auto words = agents_step({"7", {"n1", "n2"}}, {{"n1", 4}, {"n2", 3}}, {"/p/iris-gpubench", "agent"});
  EXPECT_EQ(words.front(), "srun");
  for (const char* word :
       {"--overlap", "--nodes=2", "--ntasks=2", "--ntasks-per-node=1", "--gpus-per-node=3", "--mem=0", "--no-kill"})
    EXPECT_THAT(words, Contains(word));
  EXPECT_EQ(words.back(), "agent");
  EXPECT_THAT(agents_step({"7", {"n1"}}, {}, {"x"}), testing::Not(Contains(StartsWith("--gpus-per-node"))));
}

TEST(AgentsStep, IsNotShapedByTheJobsOptions) {
  EXPECT_THAT(environment_of_step({"A=1", "SLURM_NTASKS=8", "SLURM_GPUS=5", "SLURM_JOB_ID=7", "SLURM_TRES_PER_TASK=x"}),
              ElementsAre("A=1", "SLURM_JOB_ID=7"));
}

}  // namespace
}  // namespace gpubench::agents
