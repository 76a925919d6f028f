// A run from its start to its exit status: what it comes to, which files it leaves, what is said.
#include "unit/run/whole_run.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>

#include "platform/files.h"
#include "run/run.h"
#include "runs/journal_notes.h"
#include "runs/saved_metrics.h"
#include "runs/saved_run.h"
#include "series/journal/read_journal.h"

namespace gpubench::run {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RunEndsTest : public WholeRunTest {
 protected:
  int go(const cli::RunSpec& spec) {
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    platform::SignalQueue signals;
    const int status = run_once(spec, environment_, Shared{signals}).exit_code;
    said_ = testing::internal::GetCapturedStderr();
    printed_ = testing::internal::GetCapturedStdout();
    return status;
  }
  [[nodiscard]] std::vector<std::string> findings() const {
    const auto metrics = runs::read_saved_metrics(only_folder());
    EXPECT_TRUE(metrics);
    std::vector<std::string> names;
    if (metrics)
      for (const auto& finding : (*metrics)["findings"]) names.push_back(finding["name"].get<std::string>());
    return names;
  }
  // Nothing was measured, and nothing is left that says otherwise.
  void expect_nothing_left() const { EXPECT_FALSE(fs::exists(results_)) << "made for the run alone"; }

  cli::Environment environment_;
  std::string said_;
  std::string printed_;
};

struct Ending {
  const char* line;
  int status;
  const char* finding;  // empty: the benchmark did well
  const char* says;
};

TEST_F(RunEndsTest, TheExitStatusIsTheBenchmarksAndItsEndIsAFinding) {
  for (const Ending& ending :
       {Ending{"true", 0, "", ""},
        {"echo CUDA error; exit 3", 3, "workload_failed", "failed with exit code 3; the end of its log:\n  CUDA error\n"},
        {"exit 3", 3, "workload_failed", "failed with exit code 3; its log is empty"},
        {"kill -9 $$", 137, "workload_failed", "failed with exit code 137"},
        {"exit 125", 125, "workload_failed", "failed with exit code 125"}}) {
    EXPECT_EQ(go(spec_of(ending.line)), ending.status) << ending.line;
    const auto found = findings();
    EXPECT_EQ(std::count(found.begin(), found.end(), "workload_failed"), *ending.finding == 0 ? 0 : 1) << ending.line;
    EXPECT_THAT(found, Contains("replayed")) << ending.line;
    EXPECT_THAT(said_, HasSubstr(ending.says));
    if (*ending.says == 0) {
      EXPECT_EQ(said_, "");
    }
    EXPECT_EQ(printed_, "") << "quiet";
    fs::remove_all(results_);
  }
}

TEST_F(RunEndsTest, TheFirstSignalEndsItWithItsNumber) {
  const std::string self = std::to_string(getpid());
  for (const auto& [signal, status] : {std::pair("INT", 130), {"TERM", 143}, {"HUP", 129}}) {
    EXPECT_EQ(go(spec_of("kill -" + std::string(signal) + " " + self + "; exec sleep 60")), status);
    EXPECT_THAT(findings(), Contains("interrupted"));
    EXPECT_THAT(findings(), Not(Contains("workload_failed"))) << "it was stopped";
    EXPECT_EQ(said_, "") << "quiet";
    fs::remove_all(results_);
  }
}

TEST_F(RunEndsTest, TheSecondSignalKillsAndTheFirstCounts) {
  const std::string self = std::to_string(getpid());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(go(spec_of("trap '' TERM; kill -INT " + self + "; sleep 0.3; kill -TERM " + self + "; sleep 60; sleep 60")),
            130);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 50s);
  EXPECT_THAT(text_of(only_folder() / "metrics.yml"), HasSubstr("SIGINT"));
}

TEST_F(RunEndsTest, TheTimeLimitIsNoFailureAndNoInterruption) {
  cli::RunSpec spec = spec_of("echo begun; exec sleep 60");
  spec.timeout = 300ms;
  EXPECT_EQ(go(spec), 124);
  EXPECT_THAT(findings(), Contains("timed_out"));
  EXPECT_THAT(findings(), Not(Contains("workload_failed")));
  EXPECT_EQ(text_of(only_folder() / "benchmark.log"), "begun\n") << "what it had done is kept";
}

TEST_F(RunEndsTest, WhatIgnoresTheTimeLimitIsKilledAfterItsGrace) {
  cli::RunSpec spec = spec_of("trap '' TERM; sleep 60; sleep 60");
  spec.timeout = 200ms;
  spec.workload.benchmarks.front().stop_grace = 200ms;
  EXPECT_EQ(go(spec), 124);
}

TEST_F(RunEndsTest, WhatCannotRunLeavesNothing) {
  std::vector<std::pair<cli::RunSpec, std::string>> cases;
  const auto add = [&](const std::string& says) -> cli::RunSpec& { return cases.emplace_back(spec_of("true"), says).first; };
  add("cannot run \"/nonexistent/program\"").workload.benchmarks.front().arguments = {"/nonexistent/program"};
  add("/nonexistent/trace").meter.source = "replay:/nonexistent/trace";
  add("GPU").workload.benchmarks.front().gpus = "7";
  add("score-regex").workload.benchmarks.front().score_regex = "(";
  add("phase-regex").phases.log.regexes = {"a", "b", "c"};
  add("IRIS_GPUBENCH_VICTORIA_URL").exports = true;
  for (const auto& [spec, says] : cases) {
    EXPECT_EQ(go(spec), 125) << says;
    EXPECT_THAT(said_, HasSubstr("iris-gpubench: "));
    EXPECT_THAT(said_, HasSubstr(says));
    expect_nothing_left();
  }
  cli::RunSpec spec = spec_of("true");
  spec.settings.carbon = {};
  spec.settings.carbon.source = "oracle";
  EXPECT_EQ(go(spec), 2) << "what was typed is wrong";
  expect_nothing_left();
}

TEST_F(RunEndsTest, WhatCannotRunLeavesOtherRunsAlone) {
  ASSERT_EQ(go(spec_of("true")), 0);
  const fs::path first = only_folder();
  cli::RunSpec spec = spec_of("true");
  spec.workload.benchmarks.front().arguments = {"/nonexistent/program"};
  EXPECT_EQ(go(spec), 125);
  EXPECT_EQ(only_folder(), first);
  EXPECT_EQ(fs::read_symlink(results_ / "latest"), first.filename()) << "not a run that never began";
}

TEST_F(RunEndsTest, ASignalInTheIdleTimeMeansThatNothingWasMeasured) {
  cli::RunSpec spec = spec_of("true");
  spec.idle_roll = 50s;
  sigset_t interrupt;  // it may come before the run listens
  sigset_t before;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  pthread_sigmask(SIG_BLOCK, &interrupt, &before);
  const std::string sender = "sleep 0.5; kill -INT " + std::to_string(getpid());
  const pid_t child = fork();
  if (child == 0) execl("/bin/sh", "sh", "-c", sender.c_str(), nullptr);
  EXPECT_EQ(go(spec), 130);
  EXPECT_THAT(said_, HasSubstr("SIGINT before the benchmark was started"));
  expect_nothing_left();
  waitpid(child, nullptr, 0);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// Each is tried; the status says that it is not whole, unless the benchmark has one of its own to say.
TEST_F(RunEndsTest, AFileThatCannotBeWrittenCostsOnlyItself) {
  const std::string block = "mkdir \"${IRIS_GPUBENCH_RESULTS%/*}/metrics.json\"; ";
  EXPECT_EQ(go(spec_of(block + "true")), 125);
  EXPECT_THAT(said_, HasSubstr("metrics.json"));
  for (const char* file :
       {"metrics.yml", "formatted_metrics.txt", "timeseries.csv", "power.csv", "benchmark.log", "journal"})
    EXPECT_TRUE(fs::exists(only_folder() / file)) << file;
  fs::remove_all(results_);
  EXPECT_EQ(go(spec_of(block + "exit 3")), 3);
  EXPECT_THAT(said_, HasSubstr("metrics.json"));
}

// Files may not grow beyond this: as on a full disk, each write fails.
TEST_F(RunEndsTest, WhereNothingCanBeWrittenTheRunEndsAndSaysSo) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 2000;
  cli::RunSpec spec = spec_of("sleep 0.2");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &few), 0);
  const int status = go(spec);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(status, 125);
  EXPECT_THAT(said_, HasSubstr("File too large"));
  EXPECT_FALSE(fs::exists(only_folder() / "metrics.json")) << "whole or not at all";
}

TEST_F(RunEndsTest, ALatestThatIsTheUsersIsLeftAlone) {
  fs::create_directories(results_ / "latest");
  EXPECT_EQ(go(spec_of("true")), 0);
  EXPECT_TRUE(fs::is_directory(fs::symlink_status(results_ / "latest")));
  fs::remove(results_ / "latest");
  EXPECT_THAT(text_of(only_folder() / "runtime.log"), HasSubstr("is not a link and was left alone"));
}

TEST_F(RunEndsTest, ScoreWorkAndResultFilesAreCollected) {
  const std::string write = "printf 'time: 1.5\\nwork: many\\n' > \"$IRIS_GPUBENCH_RESULTS/metrics.yml\"";
  EXPECT_EQ(go(spec_of(write)), 0);
  const auto metrics = runs::read_saved_metrics(only_folder());
  ASSERT_TRUE(metrics);
  EXPECT_EQ(runs::number_in(*metrics, "score"), 1.5);
  EXPECT_THAT(findings(), Contains("score_unusable"));
  fs::remove_all(results_);
  EXPECT_EQ(go(spec_of("true")), 0);
  EXPECT_FALSE(fs::exists(only_folder() / "benchmark_results")) << "empty";
  EXPECT_FALSE(fs::exists(only_folder() / "marks")) << "empty, too";
}

TEST_F(RunEndsTest, TheFolderIsNamedOnceMeasuringHasBegun) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  cli::RunSpec spec = spec_of("true");
  spec.live.ready_fd = ends[1];
  EXPECT_EQ(go(spec), 0);
  std::array<char, 4096> buffer{};
  const ssize_t count = read(ends[0], buffer.data(), buffer.size());
  ASSERT_GT(count, 0);
  EXPECT_EQ(std::string(buffer.data(), static_cast<std::size_t>(count)), only_folder().string() + "\n");
  EXPECT_EQ(read(ends[0], buffer.data(), buffer.size()), 0) << "closed after the line";
  close(ends[0]);
}

TEST_F(RunEndsTest, AnExportThatReachesNobodyIsAFindingAndNoFailure) {
  cli::RunSpec spec = spec_of("true");
  spec.exports = true;
  spec.exporting.server.url = "http://127.0.0.1:1";
  spec.exporting.drain = {};
  EXPECT_EQ(go(spec), 0);
  EXPECT_THAT(findings(), Contains("export_incomplete"));
}

TEST_F(RunEndsTest, WithoutQuietTheEndIsOneScreenWithTheFolder) {
  cli::RunSpec spec = spec_of("true");
  spec.quiet = false;
  EXPECT_EQ(go(spec), 0);
  EXPECT_THAT(printed_, HasSubstr(only_folder().filename().string()));
  EXPECT_LE(std::count(printed_.begin(), printed_.end(), '\n'), 25);
  spec.part_of.place_in_set = "Run 1 of 2";
  EXPECT_EQ(go(spec), 0);
  EXPECT_THAT(printed_, Not(HasSubstr("Energy"))) << "a set prints one table, at its end";
}

class Notes final : public series::JournalVisitor {
 public:
  void reading(std::size_t /*gpu*/, const meter::GpuReading& /*value*/) override { add("values"); }
  void power(std::size_t /*gpu*/, const meter::PowerSample& /*value*/) override { add("values"); }
  void counter(std::size_t /*gpu*/, const meter::CounterReading& /*value*/) override { add("values"); }
  void note(std::string_view text) override {
    const runs::JournalledRun before = known_;
    runs::take_note(known_, text);
    if (!before.facts && known_.facts) add("facts");
    if (!before.started && known_.started) add("started");
    if (!before.ended && known_.ended) add("ended");
    if (known_.closing && (!before.closing || before.closing->so_far != known_.closing->so_far))
      add(known_.closing->so_far ? "so far" : "closed");
  }
  std::vector<std::string> order;

 private:
  void add(const std::string& what) {
    if (order.empty() || order.back() != what) order.push_back(what);
  }
  runs::JournalledRun known_;
};

// Whoever kills the tool at any moment finds in the journal what was known by then.
TEST_F(RunEndsTest, TheJournalHasWhatIsKnownInTheOrderInWhichItIsKnown) {
  EXPECT_EQ(go(spec_of("sleep 0.1; exit 3")), 3);
  Notes notes;
  ASSERT_TRUE(series::read_journal(only_folder(), notes));
  std::vector<std::string> order = notes.order;
  std::erase(order, "values");
  EXPECT_EQ(order, (std::vector<std::string>{"facts", "started", "ended", "so far", "closed"}));
  const auto saved = runs::load_run(only_folder());
  ASSERT_TRUE(saved);
  EXPECT_TRUE(saved->finished);
  EXPECT_EQ(saved->damage, "");
  EXPECT_EQ(saved->run.benchmark.exit_code, 3);
  std::vector<std::string> names;
  for (const record::Finding& finding : saved->run.findings) names.push_back(record::finding_name(finding));
  EXPECT_EQ(names, findings()) << "as metrics.json has them";
}

}  // namespace
}  // namespace gpubench::run
