// What of a command line goes to the agents on the nodes of a job.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/parse.h"
#include "cli/run_options.h"

namespace gpubench::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Typed = std::vector<std::string>;

base::Result<Typed> for_agents(const Typed& words) {
  RunLine line;
  OptionTable table{run_options(line)};
  table.arguments = &line.workload.benchmark.arguments;
  const auto parsed = parse(table, words);
  if (!parsed) return base::failure(parsed.error());
  EXPECT_EQ(line.nodes, "slurm");
  return words_for_agents(*parsed);
}

TEST(NodeOptionsTest, MeasuringIsTheAgentsAndTheBenchmarkTheHeads) {
  EXPECT_THAT(*for_agents({"--nodes", "slurm", "--interval", "2", "--results-dir", "x", "--timeout", "5", "--quiet",
                           "--group", "g", "--score-regex", "(.*)", "--no-plot", "--name", "n", "--", "srun", "true"}),
              ElementsAre("--interval", "2", "--no_plot", "--name", "n"));
}

TEST(NodeOptionsTest, WhatMakesNoSenseIsRefusedWithARemedy) {
  for (const Typed& words : {Typed{"--runs", "2"}, Typed{"--alone"}, Typed{"--host", "a"}, Typed{"--live-plot"},
                             Typed{"--serve", "9400"}, Typed{"--record-trace", "x"}, Typed{"--gpus", "1"}}) {
    Typed line{"--nodes", "slurm"};
    line.insert(line.end(), words.begin(), words.end());
    line.insert(line.end(), {"--", "true"});
    const auto refused = for_agents(line);
    ASSERT_FALSE(refused) << words.front();
    EXPECT_THAT(refused.error().message, HasSubstr(words.front() + " and --nodes cannot be used together"));
    EXPECT_NE(refused.error().remedy, "");
  }
  EXPECT_THAT(for_agents({"--nodes", "slurm", "--benchmark-image", "x"}).error().message, HasSubstr("--benchmark-image"));
}

TEST(NodeOptionsTest, AnotherLauncherNamesTheChoices) {
  RunLine line;
  OptionTable table{run_options(line)};
  table.arguments = &line.workload.benchmark.arguments;
  const auto parsed = parse(table, {"--nodes", "pbs", "--", "true"});
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message + parsed.error().remedy, HasSubstr("slurm"));
}

}  // namespace
}  // namespace gpubench::cli
