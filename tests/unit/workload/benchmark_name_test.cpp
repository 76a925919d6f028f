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

TEST(BenchmarkName, OfAProgramIsItsWholeBaseName) {
  WorkloadSpec spec;
  spec.benchmarks.resize(1);
  spec.benchmarks[0].arguments = {"/x/my bench.sh", "1"};
  EXPECT_EQ(benchmark_name(spec), "my bench");
  spec.benchmarks[0].arguments = {"/x/model.v2"};
  EXPECT_EQ(benchmark_name(spec), "model.v2");
  spec.benchmarks[0].arguments = {"/x/"};
  EXPECT_EQ(benchmark_name(spec), "command");
}

TEST(CommandName, BaseNameOfTheProgram) {
  EXPECT_EQ(command_name("./train.py --epochs 3"), "train");
  EXPECT_EQ(command_name("  /usr/bin/python3 x.py"), "python3");
  EXPECT_EQ(command_name("sleep 1; true"), "sleep");
  EXPECT_EQ(command_name("sleep;true"), "sleep");
  EXPECT_EQ(command_name("'/x/my bench.sh' 1"), "my bench");
  EXPECT_EQ(command_name("/x/my\\ bench.sh 1"), "my bench");
  EXPECT_EQ(command_name(""), "command");
}

TEST(CommandName, WhatPreparesTheProgramIsSkipped) {
  EXPECT_EQ(command_name("OMP_NUM_THREADS=4 ./sim"), "sim");
  EXPECT_EQ(command_name("A='x y' B=\"z\" ./sim"), "sim");
  EXPECT_EQ(command_name("cd /x && ./sim"), "sim");
  EXPECT_EQ(command_name("cd '/x y'; ./sim"), "sim");
  EXPECT_EQ(command_name("(cd /x && time ./sim)"), "sim");
  EXPECT_EQ(command_name("time -p ./sim"), "sim");
  EXPECT_EQ(command_name("nice -n 5 env -u B A=1 ./sim"), "sim");
  EXPECT_EQ(command_name("exec ./sim"), "sim");
}

TEST(CommandName, OfTheProgramAfterTheShellsOwnCommands) {
  for (const char* line : {"export A=1; ./sim", "export A=1 B='x y' && ./sim 3", "set -eu; cd /x; ./sim",
                           "source /x/env.sh && ./sim", ". ./env.sh; exec ./sim", "nohup ./sim &", "/usr/bin/nohup ./sim",
                           "env A=1 /usr/bin/time -f %e ./sim", "module load cuda; ./sim", "ulimit -s unlimited\n./sim",
                           "unset A; { ./sim; }", "if ./sim; then true; fi", "for i in 1 2 3; do ./sim $i; done",
                           "while ./sim; do :; done", "[ -f x ] && ./sim", "! ./sim", "builtin cd x; ./sim"})
    EXPECT_EQ(command_name(line), "sim") << line;
  EXPECT_EQ(command_name("cd /x; . ./bench.sh"), "bench") << "the script is the benchmark";
  EXPECT_EQ(command_name("./export 1"), "export") << "a program of that name";
}

TEST(CommandName, OddLinesHaveAName) {
  EXPECT_EQ(command_name("cd /x"), "command");
  EXPECT_EQ(command_name("A=1"), "command");
  EXPECT_EQ(command_name("'never closed"), "never closed");
  EXPECT_EQ(command_name("=x"), "=x");
  EXPECT_EQ(command_name("nice -n"), "command");
}

}  // namespace
}  // namespace gpubench::workload
