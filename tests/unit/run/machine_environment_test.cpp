// What is recorded of the machine and the batch job.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>

#include "run/environment.h"

namespace gpubench::run {
namespace {

namespace fs = std::filesystem;

std::map<std::string, std::string> facts_of(const std::vector<std::string>& variables) {
  std::map<std::string, std::string> facts;
  for (const record::EnvironmentFact& fact : machine_environment(variables))
    EXPECT_TRUE(facts.emplace(fact.name, fact.value).second) << fact.name << " twice";
  return facts;
}

TEST(MachineEnvironment, TheBatchJobIsThatOfTheSystemThatHasOne) {
  for (const auto& [job, queue, system] : {std::tuple("SLURM_JOB_ID", "SLURM_JOB_PARTITION", "Slurm"),
                                           {"PBS_JOBID", "PBS_QUEUE", "PBS"},
                                           {"LSB_JOBID", "LSB_QUEUE", "LSF"},
                                           {"SGE_TASK_ID", "QUEUE", "Grid Engine"},
                                           {"FLUX_JOB_ID", "FLUX_JOB_QUEUE", "Flux"}}) {
    const auto facts = facts_of(
        {std::string(job) + "X=9", std::string(job) + "=", std::string(queue) + "=gpu", "OTHER=" + std::string(job) + "=3"});
    EXPECT_FALSE(facts.contains("batch_job")) << system << ": an empty value is none";
    const auto known = facts_of({std::string(job) + "=47", std::string(queue) + "=gpu=1"});
    EXPECT_EQ(known.at("batch_system"), system);
    EXPECT_EQ(known.at("batch_job"), "47");
    EXPECT_EQ(known.at("batch_queue"), "gpu=1");
    EXPECT_FALSE(facts_of({std::string(job) + "=47"}).contains("batch_queue"));
  }
}

TEST(MachineEnvironment, FactsAreShortLines) {
  const auto facts = facts_of({"SLURM_JOB_ID=1\n2\x1b[31m", "SLURM_JOB_PARTITION=" + std::string(5000, 'x')});
  EXPECT_EQ(facts.at("batch_job").find_first_of("\n\x1b"), std::string::npos);
  EXPECT_LE(facts.at("batch_queue").size(), 210U);
  for (const char* name : {"operating_system", "kernel", "architecture", "processor_threads", "memory"})
    EXPECT_TRUE(facts.contains(name)) << name;
}

// Where no repository is, and where one is that git does not like, nothing is said.
TEST(MachineEnvironment, OutsideOfARepositoryThereIsNoCommit) {
  const fs::path before = fs::current_path();
  const fs::path folder = fs::path(testing::TempDir()) / ("gpubench-environment-" + std::to_string(getpid()));
  fs::create_directories(folder);
  fs::current_path(folder);
  const auto facts = facts_of({});
  fs::current_path(before);
  fs::remove_all(folder);
  EXPECT_FALSE(facts.contains("git_commit"));
  EXPECT_FALSE(facts.contains("git_changes"));
}

}  // namespace
}  // namespace gpubench::run
