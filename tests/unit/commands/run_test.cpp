// A run as it is typed: exit codes, and what is left in its folder.
#include "commands/run.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/exit_codes.h"
#include "commands/program.h"
#include "support/places/places.h"
#include "unit/commands/command_test.h"

namespace gpubench::commands {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

class RunTest : public testing::Test {
 protected:
  ~RunTest() override { fs::remove_all(results_); }

  // A short run on replayed GPUs, without a network.
  Said run(const Words& more) const {
    Words words{"--meter",     "replay:" + support::source_folder() + "/traces/h200.trace",
                "--interval",  "0.1",
                "--idle_roll", "0",
                "--no_plot",   "--carbon_intensity",
                "100",         "--results_dir",
                results_};
    words.insert(words.end(), more.begin(), more.end());
    return say(words);
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    std::ifstream in(results_ / "latest" / name);
    return (std::ostringstream() << in.rdbuf()).str();
  }
  fs::path results_ = fs::path(testing::TempDir()) / ("run-" + std::to_string(getpid()));
};

TEST_F(RunTest, TheExitCodeIsTheBenchmarks) {
  EXPECT_EQ(run({"--quiet", "--", "true"}).code, 0);
  EXPECT_EQ(run({"--quiet", "--benchmark_command", "exit 3"}).code, 3);
  EXPECT_EQ(run({"--quiet", "--timeout", "0.2", "--", "sleep", "5"}).code, cli::kTimedOut);
}

TEST_F(RunTest, WhatCannotRunLeavesNoFolder) {
  const Said ended = run({"--quiet", "--", "/nonexistent/program"});
  EXPECT_EQ(ended.code, cli::kCannotRun);
  EXPECT_THAT(ended.err, HasSubstr("/nonexistent/program"));
  EXPECT_TRUE(!fs::exists(results_) || fs::is_empty(results_));
}

TEST_F(RunTest, TheFilesAreThere) {
  const Said ended = run({"--", "echo", "hello"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("Files      " + results_.string()));
  EXPECT_THAT(file("metrics.yml"), HasSubstr("pue: 1"));
  EXPECT_THAT(file("benchmark.log"), HasSubstr("hello"));
  EXPECT_THAT(file("runtime.log"), HasSubstr("run "));
  EXPECT_FALSE(fs::exists(results_ / "latest" / "metrics_plot.png"));
  EXPECT_THAT(file("report.html"), StartsWith("<!DOCTYPE html>"));
}

TEST_F(RunTest, TheOptionsAboutFilesAreFollowed) {
  EXPECT_EQ(run({"--quiet", "--no_html", "--timeseries_format", "csv.gz", "--", "true"}).code, 0);
  EXPECT_FALSE(fs::exists(results_ / "latest" / "report.html"));
  EXPECT_TRUE(fs::exists(results_ / "latest" / "timeseries.csv.gz"));
}

TEST_F(RunTest, TheCommandLineIsOnThePage) {
  EXPECT_EQ(run({"--quiet", "--", "true"}).code, 0);
  EXPECT_THAT(file("report.html"), HasSubstr("--idle-roll 0 --no-plot"));
}

TEST_F(RunTest, QuietIsQuiet) {
  const Said ended = run({"--quiet", "--", "true"});
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.err, "");
}

TEST_F(RunTest, WhatIsWrongIsSaidBeforeAnythingIsMade) {
  EXPECT_EQ(say({"--carbon_region", "South Englnd", "--results_dir", results_, "--", "true"}).code, cli::kUsageError);
  EXPECT_EQ(say({"--meter", "replay:/nonexistent", "--results_dir", results_, "--", "true"}).code, cli::kCannotRun);
  EXPECT_EQ(say({"--carbon_source", "moon", "--results_dir", results_, "--", "true"}).code, cli::kUsageError);
  EXPECT_FALSE(fs::exists(results_));
}

TEST_F(RunTest, HelpVersionAndLists) {
  const Said first = say({"--help"});
  EXPECT_EQ(first.code, 0);
  for (const char* part : {"--benchmark-image", "Commands:", "Examples:", "--help-all"})
    EXPECT_THAT(first.out, HasSubstr(part));
  EXPECT_THAT(first.out, Not(HasSubstr("--ulimit")));
  EXPECT_EQ(say({"help"}).out, first.out);
  EXPECT_EQ(say({"help", "list"}).out, say({"list", "--help"}).out);
  const Said nothing = say({});
  EXPECT_EQ(nothing.code, cli::kUsageError);
  EXPECT_EQ(nothing.err, first.out);
  const Said help = say({"--help-all"});
  EXPECT_EQ(help.code, 0);
  for (const char* part : {"Commands:", "check-image", "Examples:", "Environment:", "DOCKER_HOST", "Exit status:"})
    EXPECT_THAT(help.out, HasSubstr(part));
  EXPECT_THAT(say({"--version"}).out, StartsWith("iris-gpubench "));
  EXPECT_THAT(say({"--carbon_region", ""}).out, HasSubstr("  South England\n"));
  EXPECT_THAT(say({"show", "--version"}).err, HasSubstr("unknown option --version"));
}

TEST_F(RunTest, CheckImageTakesOneImageAndItsOptions) {
  EXPECT_THAT(say({"check-image"}).err, HasSubstr("NAME is required"));
  EXPECT_THAT(say({"check-image", "a", "b"}).err, HasSubstr("b"));
  EXPECT_THAT(say({"check-image", "a", "--interval", "1"}).err, HasSubstr("unknown option --interval"));
  EXPECT_THAT(say({"check-image", "a", "--memory", "much"}).err, HasSubstr("--memory"));
  const std::string help = say({"check-image", "--help"}).out;
  for (const char* part : {"NAME", "--gpu-access", "--score-regex", "exit status is 0"}) EXPECT_THAT(help, HasSubstr(part));
  EXPECT_THAT(help, Not(HasSubstr("--interval")));
}

TEST(CheckRun, OnlyRunsOfABenchmarkPass) {
  EXPECT_TRUE(check_run({"--interval", "1", "--", "true"}));
  EXPECT_THAT(check_run({"--help"}).error().message, HasSubstr("does not run a benchmark"));
  EXPECT_THAT(check_run({"--carbon_region", ""}).error().message, HasSubstr("does not run a benchmark"));
  EXPECT_THAT(check_run({"--interval", "0", "--", "true"}).error().message, HasSubstr("--interval"));
}

}  // namespace
}  // namespace gpubench::commands
