// Logs and scores of one benchmark and of several: which files, whose score, what is said of what is missing.
#include "benchmark/benchmark_outputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

#include "support/manual_clock.h"

namespace gpubench::benchmark {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using workload::LogStream;

class OutputsTest : public testing::Test {
 protected:
  OutputsTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "marks");
    plan_.folder = folder_;
  }
  ~OutputsTest() override { fs::remove_all(folder_); }

  void open(std::size_t count) {
    benchmarks_.resize(count);
    auto made = BenchmarkOutputs::create(benchmarks_, plan_, clock_);
    ASSERT_TRUE(made) << made.error().message;
    outputs_ = *std::move(made);
  }
  void write(std::size_t part, const std::string& text, LogStream stream = LogStream::out) {
    outputs_->sinks().at(part)->write(stream, text);
  }
  std::vector<std::string> close() {
    std::vector<record::Finding> findings;
    outputs_->close(findings);
    std::vector<std::string> texts;
    for (const record::Finding& finding : findings) texts.push_back(record::finding_text(finding));
    return texts;
  }
  void result(const std::string& path, const std::string& text) const {
    fs::create_directories((folder_ / "results" / path).parent_path());
    std::ofstream(folder_ / "results" / path) << text;
  }
  [[nodiscard]] std::vector<BenchmarkScore> scores() const { return outputs_->scores(folder_ / "results"); }
  [[nodiscard]] std::string file(const std::string& name) const {
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder_ = fs::path(testing::TempDir()) / ("gpubench-outputs-" + std::to_string(getpid()));
  support::ManualClock clock_;
  std::vector<workload::BenchmarkSpec> benchmarks_;
  OutputPlan plan_;
  std::unique_ptr<BenchmarkOutputs> outputs_;
};

TEST_F(OutputsTest, EachOfSeveralHasItsOwnLog) {
  open(2);
  write(0, "first\n");
  write(1, "second\n", LogStream::err);
  EXPECT_TRUE(close().empty());
  EXPECT_EQ(file("benchmark_1.log"), "first\n");
  EXPECT_EQ(file("benchmark_2.log"), "second\n");
  EXPECT_THAT(file("benchmark_2_log_times.csv"), HasSubstr(",stderr\n"));
  EXPECT_FALSE(fs::exists(folder_ / "benchmark.log"));
}

TEST_F(OutputsTest, NothingToRunHasNoOutputs) {
  open(0);
  EXPECT_TRUE(outputs_->sinks().empty());
  EXPECT_TRUE(close().empty());
  EXPECT_TRUE(scores().empty());
}

TEST_F(OutputsTest, WhatIsMissingIsSaidOfTheLogThatMissesIt) {
  plan_.log_cap_bytes = 4096;
  open(2);
  write(0, "short\n");
  for (int line = 0; line < 2000; ++line) write(1, "line " + std::to_string(line) + "\n");
  const auto findings = close();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings.front(), HasSubstr("benchmark_2.log: "));
  EXPECT_THAT(findings.front(), HasSubstr("--log-cap"));
}

TEST_F(OutputsTest, ALogThatCannotBeMadeIsAnErrorWithTheRemedy) {
  std::ofstream(folder_ / "benchmark_2.log") << "of somebody else";
  benchmarks_.resize(2);
  const auto made = BenchmarkOutputs::create(benchmarks_, plan_, clock_);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("benchmark_2.log"));
  EXPECT_THAT(made.error().remedy, HasSubstr("--results-dir"));
  EXPECT_EQ(file("benchmark_2.log"), "of somebody else");
}

TEST_F(OutputsTest, PhasesOfTheLogBecomeMarksOfTheirContainer) {
  open(2);
  write(1, "<BEGIN> Training\n<ENDED> Training [ELAPSED = 1 sec]\n");
  close();
  EXPECT_FALSE(fs::exists(folder_ / "marks" / "log-1")) << "the file is made with its first line";
  EXPECT_THAT(file("marks/log-2"), StartsWith("b "));
  EXPECT_THAT(file("marks/log-2"), HasSubstr(" log:sciml Training\ne "));
}

TEST_F(OutputsTest, TheScoreOfTheLogComesBeforeTheFiles) {
  benchmarks_.resize(1);
  benchmarks_.front().score_regex = "took ([0-9.]+) s";
  open(1);
  write(0, "took 2.5 s\n");
  close();
  result("metrics.yml", "time: 9\nwork: 100\nwork_unit: images\n");
  const auto all = scores();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().seconds, 2.5);
  EXPECT_EQ(all.front().work.value().unit, "images") << "the file says what the log does not";
  EXPECT_EQ(all.front().trouble, "");
}

TEST_F(OutputsTest, WhereTheLogHasNoScoreTheFilesHelpAndItIsSaid) {
  benchmarks_.resize(1);
  benchmarks_.front().score_regex = "took ([0-9.]+) s";
  open(1);
  write(0, "no such line\n");
  close();
  EXPECT_FALSE(outputs_->scores({}).front().seconds);
  result("metrics.yml", "time: 9\nwork: none\n");
  EXPECT_EQ(scores().front().seconds, 9);
  EXPECT_EQ(scores().front().trouble,
            "--score-regex found no number in its log; work \"none\" in its metrics.yml is not a positive number");
}

TEST_F(OutputsTest, ASearchThatTookTooLongIsCounted) {
  benchmarks_.resize(1);
  benchmarks_.front().score_regex = "(a|aa)+[0-9]";
  open(1);
  write(0, std::string(4000, 'a') + "\n" + std::string(4000, 'a') + "\naa1\n");
  close();
  EXPECT_EQ(scores().front().trouble,
            "--score-regex found no number in its log; --score-regex took too long on 2 lines of its log");
}

TEST_F(OutputsTest, EachOfSeveralHasItsOwnResults) {
  benchmarks_.resize(3);
  benchmarks_[1].container.results_paths = {"/data/out", "/data/more/"};
  benchmarks_[2].container.results_paths = {"/a/logs", "/b/logs"};
  open(3);
  close();
  result("metrics.yml", "time: 1\n");  // of none of them
  result("1/metrics.yml", "time: 11\n");
  result("2/out/metrics.yml", "work: 5\n");
  result("2/more/metrics.yml", "time: 22\nwork: 6\n");
  result("3/logs-2/metrics.yml", "time: 33\n");
  const auto all = scores();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].seconds, 11);
  EXPECT_EQ(all[1].seconds, 22);
  EXPECT_EQ(all[1].work.value().amount, 5) << "the first that has it";
  EXPECT_EQ(all[2].seconds, 33) << "the second of two with the same last component";
  EXPECT_FALSE(all[2].work);
  EXPECT_EQ(all[2].trouble, "");
}

TEST_F(OutputsTest, AListOfWhatWasLeftOutIsFoundWhereCopiesAre) {
  EXPECT_FALSE(left_some_out(folder_ / "results"));
  result("metrics.yml", "time: 1\n");
  result("1/out/excluded.txt", "by the user's own wish\n");
  result("1/out/deep/skipped.txt", "the benchmark's own file\n");
  EXPECT_FALSE(left_some_out(folder_ / "results"));
  for (const char* list : {"skipped.txt", "1/skipped.txt", "1/out/skipped.txt"}) {
    result(list, "x\n");
    EXPECT_TRUE(left_some_out(folder_ / "results")) << list;
    fs::remove(folder_ / "results" / list);
  }
}

// Watchers of several see whole lines, each with its container's number; from any thread.
TEST_F(OutputsTest, LinesOfSeveralAreToldApart) {
  std::mutex mutex;
  std::vector<std::string> shown;
  plan_.watch = [&](const std::string& text) {
    const std::lock_guard lock(mutex);
    shown.push_back(text);
  };
  open(2);
  write(0, "a");
  write(1, "b\n");
  write(0, "a\nnext");
  write(0, " line\n\n");
  EXPECT_THAT(shown, ElementsAre("[2] b\n", "[1] aa\n", "[1] next line\n[1] \n"));
  shown.clear();
  write(0, std::string(5000, 'x'));
  EXPECT_THAT(shown, ElementsAre("[1] " + std::string(5000, 'x') + "\n")) << "what has no end is not waited for";
  shown.clear();
  std::thread other([&] {
    for (int i = 0; i < 200; ++i) write(1, "two\n");
  });
  for (int i = 0; i < 200; ++i) write(0, "one\n");
  other.join();
  EXPECT_EQ(std::count(shown.begin(), shown.end(), "[1] one\n"), 200);
  EXPECT_EQ(std::count(shown.begin(), shown.end(), "[2] two\n"), 200);
}

TEST_F(OutputsTest, OneIsShownAsItComes) {
  std::string shown;
  plan_.watch = [&](const std::string& text) { shown += text; };
  open(1);
  write(0, "50%\r");
  write(0, "100%");
  EXPECT_EQ(shown, "50%\r100%");
}

}  // namespace
}  // namespace gpubench::benchmark
