#include "workload/benchmark_name.h"

#include <gtest/gtest.h>

namespace gpubench::workload {
namespace {

TEST(BenchmarkName, OfImagesAndOfCommands) {
  WorkloadSpec spec;
  spec.benchmarks.resize(1);
  spec.benchmarks[0].arguments = {"/opt/sim.sh", "1"};
  EXPECT_EQ(benchmark_name(spec), "sim");
  spec.benchmarks[0].command_line = "sleep 1; true";
  EXPECT_EQ(benchmark_name(spec), "sleep");
  spec.benchmarks[0].image = "mnist";
  spec.benchmarks.resize(2);
  spec.benchmarks[1].image = "a/b:2";
  EXPECT_EQ(benchmark_name(spec), "mnist + a/b:2");
}

TEST(CommandName, BaseNameWithoutExtension) {
  EXPECT_EQ(command_name("./train.py --epochs 3"), "train");
  EXPECT_EQ(command_name("  /usr/bin/python3 x.py"), "python3");
  EXPECT_EQ(command_name("sleep 1; true"), "sleep");
  EXPECT_EQ(command_name(""), "command");
}

}  // namespace
}  // namespace gpubench::workload
