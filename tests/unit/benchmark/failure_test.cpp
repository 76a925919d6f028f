#include "benchmark/failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace gpubench::benchmark {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Failure : public testing::Test {
 protected:
  Failure() {
    fs::create_directories(folder_);
    run_.benchmark.exit_code = 1;
  }
  ~Failure() override { fs::remove_all(folder_); }
  void log(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  [[nodiscard]] std::string text() const { return failure_text(run_, folder_); }

  fs::path folder_ = fs::temp_directory_path() / ("gpubench-failure-" + std::to_string(getpid()));
  record::RunRecord run_;
};

TEST_F(Failure, ShowsTheEndOfTheLogAndWhereAllOfItIs) {
  std::string lines;
  for (int line = 1; line <= 30; ++line) lines += "line " + std::to_string(line) + "\n";
  log("benchmark.log", lines + "\nCUDA out of memory\n");
  EXPECT_THAT(text(), HasSubstr("the benchmark failed with exit code 1; the end of its log:\n  line 26\n"));
  EXPECT_THAT(text(), HasSubstr("  CUDA out of memory\nthe complete log: " + (folder_ / "benchmark.log").string() + "\n"));
}

TEST_F(Failure, ALongLineTakesSeveralRowsAndItsEndIsShown) {
  log("benchmark.log", "first\n" + std::string(76, 'a') + std::string(76, 'b') + "end\n");
  EXPECT_THAT(text(), HasSubstr("log:\n  first\n  " + std::string(76, 'a') + "\n  " + std::string(76, 'b') + "\n  end\n"));
}

TEST_F(Failure, OfManyThatFailedOnlySomeLogsAreShown) {
  for (int part = 0; part < 5; ++part) {
    record::PartRecord record;
    record.benchmark.exit_code = 1;
    record.ran = {base::SteadyTime(base::Duration(1)), base::SteadyTime(base::Duration(2))};
    run_.parts.push_back(record);
  }
  EXPECT_THAT(text(), HasSubstr("iris-gpubench: 2 more failed; their logs are in " + folder_.string() + "\n"));
}

TEST_F(Failure, AnEmptyLogAndAMissingOneAreSaid) {
  EXPECT_THAT(text(), HasSubstr("exit code 1; its log is empty: "));
  log("benchmark.log", "\n \n");
  EXPECT_THAT(text(), HasSubstr("its log is empty"));
}

TEST_F(Failure, NothingIsSaidOfWhatSucceededOrWasEndedByTheUser) {
  run_.benchmark.exit_code = 0;
  EXPECT_EQ(text(), "");
  run_.benchmark.exit_code = 143;
  run_.benchmark.interrupted = true;
  EXPECT_EQ(text(), "");
}

TEST_F(Failure, OutOfMemoryAndAnUnknownExitCodeAreFailures) {
  run_.benchmark.exit_code = 0;
  run_.benchmark.out_of_memory = true;
  EXPECT_THAT(text(), HasSubstr("failed with exit code 0, out of memory"));
  run_.benchmark = {};
  EXPECT_THAT(text(), HasSubstr("failed with an unknown exit code"));
}

TEST_F(Failure, OfSeveralEachThatFailedIsNamedWithItsOwnLog) {
  for (int part = 0; part < 3; ++part) {
    record::PartRecord record;
    record.benchmark.name = "image" + std::to_string(part);
    record.benchmark.exit_code = part;
    record.log = record::part_log_name(static_cast<std::size_t>(part));
    if (part < 2) record.ran = {base::SteadyTime(base::Duration(1)), base::SteadyTime(base::Duration(2))};
    run_.parts.push_back(record);
    log(record.log, "said by " + record.benchmark.name + "\n");
  }
  EXPECT_EQ(text(),
            "iris-gpubench: image1 failed with exit code 1; the end of its log:\n  said by image1\nthe complete log: " +
                (folder_ / "benchmark_2.log").string() + "\n");
}

TEST_F(Failure, WhatATerminalWouldActOnIsReplaced) {
  log("benchmark.log", "\x1b[31mred\x1b[0m \xff\n" + std::string(100'000, 'x') + "\nlast\n");
  EXPECT_THAT(last_lines(folder_ / "benchmark.log", 10), ElementsAre("last"));
  log("benchmark.log", "\x1b[31mred\n");
  EXPECT_THAT(last_lines(folder_ / "benchmark.log", 10), ElementsAre(" [31mred"));
}

}  // namespace
}  // namespace gpubench::benchmark
