#include "workload/command/command_workload.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace gpubench::workload {
namespace {

using namespace std::chrono_literals;

class KeptLog final : public LogSink {
 public:
  void write(LogStream stream, std::string_view bytes) override { (stream == LogStream::out ? out : err) += bytes; }
  std::string out;
  std::string err;
};

struct CommandRun {
  explicit CommandRun(std::vector<std::string> argv, base::Duration grace = 10s) {
    CommandOptions options;
    options.argv = std::move(argv);
    options.environment = {"PATH=/usr/bin:/bin", "GREETING=hello", "IRIS_GPUBENCH_RESULTS=/of/an/outer/run"};
    options.results_directory = "/tmp";
    options.stop_grace = grace;
    workload = make_command_workload(std::move(options), clock, log);
  }
  static CommandRun shell(const std::string& line, base::Duration grace = 10s) {
    return CommandRun({"/bin/sh", "-c", line}, grace);
  }

  WorkloadOutcome finish() {
    for (;;) {
      const auto outcome = workload->poll(1s, -1);
      if (outcome && *outcome) return **outcome;
    }
  }
  WorkloadOutcome go() {
    EXPECT_TRUE(workload->prepare());
    EXPECT_TRUE(workload->start());
    return finish();
  }

  platform::SystemClock clock;
  KeptLog log;
  std::unique_ptr<Workload> workload;
};

TEST(CommandWorkload, ExitCodesAndBothStreams) {
  CommandRun run = CommandRun::shell("echo $GREETING; echo oops >&2; exit 7");
  const WorkloadOutcome outcome = run.go();
  EXPECT_EQ(outcome.exit_code, 7);
  EXPECT_EQ(run.log.out, "hello\n");
  EXPECT_EQ(run.log.err, "oops\n");
  EXPECT_LT(outcome.ran.start, outcome.ran.end);
  EXPECT_FALSE(outcome.stopped_by_us);
}

TEST(CommandWorkload, WithoutShellArgumentsArriveAsTheyAre) {
  CommandRun run({"printf", "%s|", "a b", "$HOME", "*"});
  EXPECT_EQ(run.go().exit_code, 0);
  EXPECT_EQ(run.log.out, "a b|$HOME|*|");
}

TEST(CommandWorkload, InsideAnotherRunItHasAResultsFolderOfItsOwn) {
  CommandRun run({"env"});
  EXPECT_EQ(run.go().exit_code, 0);
  EXPECT_EQ(run.log.out, "PATH=/usr/bin:/bin\nGREETING=hello\nIRIS_GPUBENCH_RESULTS=/tmp\n");
}

TEST(CommandWorkload, UnknownProgramIsAnErrorWithTheReason) {
  CommandRun run({"no-such-program-here"});
  ASSERT_TRUE(run.workload->prepare());
  const auto started = run.workload->start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("no-such-program-here"), std::string::npos);
  EXPECT_NE(started.error().message.find("No such file"), std::string::npos);
}

TEST(CommandWorkload, EmptyCommandIsRefused) {
  EXPECT_FALSE(CommandRun({""}).workload->prepare());
}

TEST(CommandWorkload, KilledBySignalIs128PlusN) {
  EXPECT_EQ(CommandRun::shell("kill -KILL $$").go().exit_code, 137);
  EXPECT_EQ(CommandRun::shell("kill -TERM $$").go().exit_code, 143);
}

TEST(CommandWorkload, StopEndsTheWholeGroup) {
  CommandRun run = CommandRun::shell("sleep 1000 & wait");
  ASSERT_TRUE(run.workload->prepare());
  ASSERT_TRUE(run.workload->start());
  run.workload->stop();
  const WorkloadOutcome outcome = run.finish();
  EXPECT_EQ(outcome.exit_code, 143);
  EXPECT_TRUE(outcome.stopped_by_us);
}

TEST(CommandWorkload, StopEscalatesToKillAfterTheGrace) {
  CommandRun run = CommandRun::shell("trap '' TERM; echo ready; while :; do sleep 0.05; done", 100ms);
  ASSERT_TRUE(run.workload->prepare());
  ASSERT_TRUE(run.workload->start());
  while (run.log.out.empty()) ASSERT_TRUE(run.workload->poll(10ms, -1));
  run.workload->stop();
  EXPECT_EQ(run.finish().exit_code, 137);
}

TEST(CommandWorkload, OrphansDoNotHoldUpTheEnd) {
  CommandRun run = CommandRun::shell("sleep 1000 & echo done");
  const WorkloadOutcome outcome = run.go();
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(run.log.out, "done\n");
  EXPECT_LT(outcome.ran.length(), 5s);
}

TEST(CommandWorkload, MuchOutputIsComplete) {
  CommandRun run = CommandRun::shell("head -c 5000000 /dev/zero");
  EXPECT_EQ(run.go().exit_code, 0);
  EXPECT_EQ(run.log.out.size(), 5000000U);
}

TEST(CommandWorkload, WakesForTheCaller) {
  CommandRun run = CommandRun::shell("sleep 1000");
  ASSERT_TRUE(run.workload->prepare());
  ASSERT_TRUE(run.workload->start());
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  const auto before = run.clock.now();
  EXPECT_TRUE(run.workload->poll(60s, ends[0]));
  EXPECT_LT(run.clock.now() - before, 30s);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace gpubench::workload
