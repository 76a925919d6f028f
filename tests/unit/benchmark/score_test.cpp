#include "benchmark/score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace gpubench::benchmark {
namespace {

namespace fs = std::filesystem;

class MetricsFile : public testing::Test {
 protected:
  MetricsFile() { fs::create_directories(folder_); }
  ~MetricsFile() override { fs::remove_all(folder_); }
  [[nodiscard]] BenchmarkScore told_by(const std::string& text) const {
    std::ofstream(folder_ / "metrics.yml", std::ios::binary) << text;
    return read_score(folder_);
  }

  fs::path folder_ = fs::temp_directory_path() / ("gpubench-score-" + std::to_string(getpid()));
};

TEST_F(MetricsFile, TellsScoreWorkAndUnit) {
  const BenchmarkScore score = told_by("time: 12.5\nwork: 6e4\nwork_unit: images\nother: [1, 2]\n");
  EXPECT_EQ(score.seconds, 12.5);
  ASSERT_TRUE(score.work);
  EXPECT_EQ(score.work->amount, 60000);
  EXPECT_EQ(score.work->unit, "images");
}

TEST_F(MetricsFile, EachKeyIsOptional) {
  EXPECT_FALSE(told_by("time: 3\n").work);
  const BenchmarkScore score = told_by("work: 7\n");
  EXPECT_FALSE(score.seconds);
  EXPECT_EQ(score.work.value().unit, "units");
}

TEST_F(MetricsFile, AnImpossibleAmountIsNoWork) {
  for (const char* amount : {"0", "-3", ".inf", ".nan", "1e-300", "1e300", "many", "[5]", "{a: 5}", "", "null"})
    EXPECT_FALSE(told_by("time: 3\nwork: " + std::string(amount) + "\n").work) << amount;
}

TEST_F(MetricsFile, AUnitThatIsNoWordIsLeftOut) {
  for (const std::string& unit : {std::string("[a]"), std::string("{a: b}"), std::string("\"\""), std::string(41, 'a')})
    EXPECT_EQ(told_by("work: 3\nwork_unit: " + unit + "\n").work.value().unit, "units") << unit;
}

TEST_F(MetricsFile, WhatIsNoMapOrNoFileTellsNothing) {
  for (const char* text : {"", "time", "- time: 3", "{", "time: [", "\xff\xfe\x01"}) {
    const BenchmarkScore score = told_by(text);
    EXPECT_FALSE(score.seconds || score.work) << text;
  }
  fs::remove(folder_ / "metrics.yml");
  EXPECT_FALSE(read_score(folder_).seconds);
  fs::create_symlink("/etc/passwd", folder_ / "metrics.yml");
  EXPECT_FALSE(read_score(folder_).seconds);
}

TEST_F(MetricsFile, SaysWhatIsThereAndCannotBeUsed) {
  EXPECT_EQ(told_by("time: 12.5\nwork: 3\n").trouble, "");
  EXPECT_EQ(told_by("other: 1\n").trouble, "");
  EXPECT_EQ(told_by("time: 5 s\n").trouble, "time \"5 s\" in its metrics.yml is not a number of seconds");
  EXPECT_FALSE(told_by("time: -3\n").seconds);
  EXPECT_EQ(told_by("time: -3\nwork: many\n").trouble,
            "time \"-3\" in its metrics.yml is not a number of seconds; work \"many\" in its metrics.yml is not a positive "
            "number");
  EXPECT_EQ(told_by("time: [1]\n").trouble, "time in its metrics.yml is not a number of seconds");
  EXPECT_THAT(told_by("time: [").trouble, testing::StartsWith("its metrics.yml is not YAML with keys (line "));
}

TEST_F(MetricsFile, ItsKeysAreFoundWhereTheParserGivesUp) {
  const std::string numpy = "a:\n- !!binary |\n  MzMzMzMzKUA=\n";  // as PyYAML writes a numpy scalar
  EXPECT_EQ(told_by(numpy + "time: 12.5\n").seconds, 12.5);
  const BenchmarkScore score = told_by("work: 3\n" + numpy + "work_unit: images\n");
  EXPECT_EQ(score.work.value().amount, 3);
  EXPECT_EQ(score.work.value().unit, "images");
  EXPECT_EQ(score.trouble, "");
  EXPECT_FALSE(told_by(numpy + "  time: 12.5\n").seconds);  // not one of its own keys
}

}  // namespace
}  // namespace gpubench::benchmark
