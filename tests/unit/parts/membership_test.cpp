#include "parts/membership.h"

#include <gtest/gtest.h>

namespace gpubench::parts {
namespace {

using Words = std::vector<std::string>;

const Words kStep{"SLURM_JOB_ID=12", "SLURM_STEP_ID=3",    "SLURM_CLUSTER_NAME=ci",  "SLURM_PROCID=6",
                  "SLURM_LOCALID=0", "SLURM_NODEID=2",     "SLURM_STEP_NUM_TASKS=7", "SLURM_NTASKS=7",
                  "SLURM_NNODES=3",  "SLURMD_NODENAME=n3", "SLURM_GPUS_ON_NODE=4",   "SLURM_STEP_TASKS_PER_NODE=5,1(x2)"};

Membership member_of(Words words, const Named& named = {}) {
  const auto found = find_membership(words, named, "here");
  EXPECT_TRUE(found) << found.error().message;
  EXPECT_TRUE(*found);
  return **found;
}

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Membership, AStepOfSlurm) {
  const Membership member = member_of(kStep);
  EXPECT_EQ(member.launcher, "slurm");
  EXPECT_EQ(member.group, "slurm-ci-12-3");
  EXPECT_EQ(member.rank, 6);
  EXPECT_EQ(member.ranks, 7);
  EXPECT_EQ(member.local_ranks, 1);
  EXPECT_EQ(member.node, "n3");
  EXPECT_EQ(member.node_number, 2);
  EXPECT_EQ(member.nodes, 3);
  EXPECT_EQ(member.gpus_allocated, 4);
}

TEST(Membership, ARequeuedJobIsAnother) {
  EXPECT_EQ(member_of(with(kStep, {"SLURM_RESTART_COUNT=1"})).group, "slurm-ci-12-3-r1");
}

TEST(Membership, OneProcessIsNoJob) {
  EXPECT_FALSE(*find_membership({}, {}, "here"));
  EXPECT_FALSE(*find_membership({"SLURM_JOB_ID=1", "SLURM_STEP_ID=0", "SLURM_PROCID=0", "SLURM_NTASKS=1"}, {}, "here"));
  EXPECT_FALSE(
      *find_membership({"OMPI_COMM_WORLD_RANK=0", "OMPI_COMM_WORLD_LOCAL_RANK=0", "OMPI_COMM_WORLD_SIZE=1"}, {}, "x"));
}

TEST(Membership, ABatchScriptIsOneProcessAndItsOtherNodesAreLeftOut) {
  const Words script{"SLURM_JOB_ID=1", "SLURM_PROCID=0", "SLURM_LOCALID=0", "SLURM_NTASKS=4", "SLURM_JOB_NUM_NODES=2"};
  EXPECT_FALSE(*find_membership(script, {}, "here"));
  EXPECT_EQ(nodes_left_out(script), 1);
  EXPECT_EQ(nodes_left_out(with(script, {"SLURM_STEP_ID=4294967290"})), 1);  // an allocation's shell
  EXPECT_EQ(nodes_left_out(kStep), 0);
}

TEST(Membership, OpenMpiComesBeforeTheStepOfItsDaemon) {
  const Membership member =
      member_of(with(kStep, {"OMPI_COMM_WORLD_RANK=2", "OMPI_COMM_WORLD_LOCAL_RANK=1", "OMPI_COMM_WORLD_SIZE=4",
                             "OMPI_COMM_WORLD_LOCAL_SIZE=2", "PMIX_NAMESPACE=77@1"}));
  EXPECT_EQ(member.launcher, "openmpi");
  EXPECT_EQ(member.group, "openmpi-77@1");
  EXPECT_EQ(member.rank, 2);
  EXPECT_EQ(member.local_ranks, 2);
  EXPECT_EQ(member.node_number, 2);
}

TEST(Membership, MpichHasTheGroupOfItsScheduler) {
  const Words ranks{"PMI_RANK=1", "MPI_LOCALRANKID=1", "PMI_SIZE=2", "MPI_LOCALNRANKS=2"};
  EXPECT_EQ(member_of(with(ranks, {"PBS_JOBID=5.head"})).group, "pbs-5.head");
  EXPECT_EQ(member_of(with(kStep, ranks)).group, "slurm-ci-12-3");
  EXPECT_EQ(member_of(ranks, {"mine"}).group, "mine");
  const auto nameless = find_membership(ranks, {}, "here");
  ASSERT_FALSE(nameless);
  EXPECT_NE(nameless.error().remedy.find("--group"), std::string::npos);
}

TEST(Membership, SrunWithPmi2IsSlurms) {
  EXPECT_EQ(member_of(with(kStep, {"PMI_RANK=6", "PMI_SIZE=7"})).launcher, "slurm");
}

TEST(Membership, TheUserComesFirst) {
  const Membership member = member_of({}, {"sweep", 1, 3});
  EXPECT_EQ(member.group, "sweep");
  EXPECT_EQ(member.rank, 1);
  EXPECT_EQ(member.ranks, 3);
  EXPECT_EQ(member.node, "here");
  EXPECT_FALSE(find_membership({}, {"sweep", 3, 3}, "here"));
}

// A launcher that does not say how many are here: the step's tasks are its ranks.
TEST(Membership, WhoIsHereIsKnownByTheStep) {
  const Words ranks{"RANK=2", "LOCAL_RANK=2", "WORLD_SIZE=7"};
  Words step = kStep;
  step[5] = "SLURM_NODEID=0";
  EXPECT_EQ(member_of(with(step, with(ranks, {"MASTER_ADDR=n1"}))).local_ranks, 5);
  EXPECT_EQ(member_of(with(step, with(ranks, {"LOCAL_WORLD_SIZE=3"}))).local_ranks, 3);
  const Words others{"RANK=2", "LOCAL_RANK=2", "WORLD_SIZE=28"};
  EXPECT_EQ(member_of(with(step, others)).local_ranks, 1) << "a task is not a rank";
  EXPECT_EQ(member_of(step, {"mine", 2, 7}).local_ranks, 5);
}

TEST(Membership, FluxSpreadsItsTasksOverItsNodes) {
  const Words task{"FLUX_TASK_RANK=1", "FLUX_TASK_LOCAL_ID=1", "FLUX_JOB_SIZE=7", "FLUX_JOB_ID=f1"};
  EXPECT_EQ(member_of(task).local_ranks, 1);
  const Membership member = member_of(with(task, {"FLUX_JOB_NNODES=2"}));
  EXPECT_EQ(member.local_ranks, 4) << "the fuller node's";
  EXPECT_EQ(member.nodes, 2);
  EXPECT_EQ(member_of(with(task, {"FLUX_JOB_NNODES=1"})).local_ranks, 7);
}

TEST(Membership, TorchrunIsNamelessWithoutAnId) {
  const Words ranks{"RANK=1", "LOCAL_RANK=1", "WORLD_SIZE=4", "LOCAL_WORLD_SIZE=4"};
  EXPECT_EQ(member_of(with(ranks, {"TORCHELASTIC_RUN_ID=5f0e"})).group, "torchrun-5f0e");
  EXPECT_EQ(member_of(with(ranks, {"TORCHELASTIC_RUN_ID=5f0e", "TORCHELASTIC_RESTART_COUNT=2"})).group, "torchrun-5f0e-t2");
  const Words several{"RANK=1", "LOCAL_RANK=1", "WORLD_SIZE=8", "LOCAL_WORLD_SIZE=4", "TORCHELASTIC_RUN_ID=5f0e"};
  const Membership again = member_of(with(several, {"TORCHELASTIC_RESTART_COUNT=2"}));
  EXPECT_EQ(again.group, "torchrun-5f0e") << "each node has a count of its own";
  EXPECT_TRUE(again.may_start_again);
  EXPECT_EQ(member_of(with(several, {"SLURM_RESTART_COUNT=1"})).group, "torchrun-5f0e-r1");
  const Words none = with(ranks, {"TORCHELASTIC_RUN_ID=none"});
  EXPECT_EQ(member_of(with(kStep, none)).group, "slurm-ci-12-3");
  EXPECT_EQ(member_of(none, {"mine"}).group, "mine");
  const auto nameless = find_membership(none, {}, "here");
  ASSERT_FALSE(nameless);
  EXPECT_NE(nameless.error().remedy.find("--group"), std::string::npos);
}

TEST(Membership, TasksPerNode) {
  EXPECT_EQ(tasks_per_node("5,1(x2)"), (std::vector<int>{5, 1, 1}));
  EXPECT_EQ(tasks_per_node("2(x3)"), (std::vector<int>{2, 2, 2}));
  EXPECT_TRUE(tasks_per_node("").empty());
  EXPECT_TRUE(tasks_per_node("2(x").empty());
  EXPECT_TRUE(tasks_per_node("2(x999999999)").empty());
  EXPECT_TRUE(tasks_per_node("a").empty());
}

}  // namespace
}  // namespace gpubench::parts
