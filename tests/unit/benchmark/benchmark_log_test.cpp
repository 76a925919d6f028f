#include "benchmark/benchmark_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>

#include "benchmark/log_file.h"
#include "benchmark/score.h"
#include "support/manual_clock.h"

namespace gpubench::benchmark {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using workload::LogStream;

const base::WallTime kNoon = base::WallTime(std::chrono::hours(24 * 20'000 + 12));

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class LogFileTest : public testing::Test {
 protected:
  LogFileTest() : folder_(fs::path(testing::TempDir()) / ("log-" + std::to_string(getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~LogFileTest() override { fs::remove_all(folder_); }
  LogFile open(std::uint64_t cap = 1 << 20, std::uint64_t room_to_leave = 0) {
    fs::remove(folder_ / "log");
    fs::remove(folder_ / "times");
    auto file = LogFile::create({folder_ / "log", folder_ / "times", cap,
                                 [this](std::string_view line) { seen_ += std::string(line) + "|"; }, room_to_leave});
    EXPECT_TRUE(file);
    return std::move(*file);
  }
  [[nodiscard]] std::string log() const { return content(folder_ / "log"); }
  [[nodiscard]] std::string times() const { return content(folder_ / "times"); }
  fs::path folder_;
  std::string seen_;
};

TEST_F(LogFileTest, LinesCutAnywhereAreTheSameFile) {
  const std::string text = "one\ntwo 10%\rtwo 20%\rtwo 100%\nthree\r\nlast without end";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    LogFile file = open();
    file.write(LogStream::out, text.substr(0, cut), kNoon);
    file.flush();
    file.write(LogStream::out, text.substr(cut), kNoon);
    ASSERT_TRUE(file.finish(kNoon));
    ASSERT_EQ(log(), "one\ntwo 100%\nthree\nlast without end") << cut;
  }
}

TEST_F(LogFileTest, ABarIsSeenInTheFileWhileItMoves) {
  LogFile file = open();
  file.write(LogStream::out, "begin\nepoch 100000", kNoon);
  file.flush();
  EXPECT_EQ(log(), "begin\nepoch 100000");
  file.write(LogStream::out, "\rshort", kNoon);
  file.flush();
  EXPECT_EQ(log(), "begin\nshort");
  file.write(LogStream::out, "\r", kNoon);
  file.flush();
  EXPECT_EQ(log(), "begin\nshort") << "a cursor at the start takes nothing away";
}

TEST_F(LogFileTest, BothStreamsKeepTheirLinesWhole) {
  LogFile file = open();
  file.write(LogStream::err, "50%", kNoon);
  file.write(LogStream::out, "loss 1\n", kNoon);
  file.write(LogStream::err, "\r60%", kNoon);
  file.write(LogStream::out, "loss 2", kNoon);
  file.flush();
  EXPECT_EQ(log(), "loss 1\nloss 2\n60%");
  ASSERT_TRUE(file.finish(kNoon));
  EXPECT_EQ(log(), "loss 1\nloss 2\n60%");
}

TEST_F(LogFileTest, TimesOfLines) {
  LogFile file = open();
  file.write(LogStream::out, "a\nb\n", kNoon);
  file.write(LogStream::out, "c\n", kNoon + 100us);
  file.write(LogStream::err, "d\n", kNoon + 100us);
  file.write(LogStream::out, "e\n", kNoon + 2s);
  ASSERT_TRUE(file.finish(kNoon));
  EXPECT_EQ(times(),
            "line,time_utc,stream\n1,2024-10-04T12:00:00.000Z,stdout\n4,2024-10-04T12:00:00.000Z,stderr\n"
            "5,2024-10-04T12:00:02.000Z,stdout\n");
}

TEST_F(LogFileTest, ALineWithoutEndHasTheTimeAtWhichItCame) {
  LogFile file = open();
  file.write(LogStream::out, "\rstep 1", kNoon);
  file.write(LogStream::out, "\rstep 2", kNoon + 2s);
  file.write(LogStream::err, "prompt", kNoon + 1s);
  ASSERT_TRUE(file.finish(kNoon + 9s));
  EXPECT_EQ(log(), "step 2\nprompt");
  EXPECT_EQ(times(), "line,time_utc,stream\n1,2024-10-04T12:00:02.000Z,stdout\n2,2024-10-04T12:00:01.000Z,stderr\n");
}

TEST_F(LogFileTest, TheCapKeepsBeginningAndEndAndSaysWhatIsMissing) {
  LogFile file = open(4096);
  for (int i = 0; i < 1000; ++i) file.write(LogStream::out, "line " + std::to_string(i) + "\n", kNoon);
  ASSERT_TRUE(file.finish(kNoon));
  const std::string kept = log();
  EXPECT_LE(kept.size(), 4096U + 200U);
  EXPECT_EQ(kept.rfind("line 0\nline 1\n", 0), 0U);
  EXPECT_EQ(kept.substr(kept.size() - 9), "line 999\n");
  EXPECT_THAT(file.cut(), HasSubstr("--log-cap"));
  std::size_t lines = 0;
  for (const char c : kept) lines += c == '\n' ? 1 : 0;
  const std::size_t cut = std::stoul(file.cut());
  EXPECT_EQ(lines - 1 + cut, 1000U);
  EXPECT_THAT(kept, HasSubstr(file.cut()));
}

TEST_F(LogFileTest, ALineWithoutEndTakesNoMemoryAndLosesNothing) {
  LogFile file = open(64 << 20);
  const std::string piece(1 << 16, 'x');
  for (int i = 0; i < 40; ++i) file.write(LogStream::out, piece, kNoon);
  file.write(LogStream::out, "\nend\n", kNoon);
  ASSERT_TRUE(file.finish(kNoon));
  EXPECT_EQ(log().size(), 40 * piece.size() + 5);
}

TEST_F(LogFileTest, AFullDiskIsTold) {
  auto file = LogFile::create({"/dev/full", {}, 1 << 20, {}});
  ASSERT_TRUE(file);
  file->write(LogStream::out, "x\n", kNoon);
  file->flush();
  const auto finished = file->finish(kNoon);
  ASSERT_FALSE(finished);
  EXPECT_THAT(finished.error().message, HasSubstr("No space"));
}

TEST_F(LogFileTest, OnADiskThatIsNearlyFullLinesAreCountedFromTheFirst) {
  LogFile file = open(1 << 20, std::uint64_t{1} << 62);
  for (int i = 0; i < 20000; ++i) file.write(LogStream::out, "line " + std::to_string(i) + "\n", kNoon);
  file.write(LogStream::out, "a bar that goes on", kNoon);
  file.flush();
  EXPECT_EQ(log(), "") << "the disk is the readings'";
  ASSERT_TRUE(file.finish(kNoon));
  EXPECT_THAT(file.cut(), HasSubstr("the disk is nearly full"));
  EXPECT_THAT(log(), HasSubstr("line 19999\na bar that goes on"));
  EXPECT_LE(log().size(), (64U << 10) + 200U);
}

TEST_F(LogFileTest, WhatOthersPutInItsPlaceIsLeftAlone) {
  std::ofstream(folder_ / "theirs") << "theirs";
  fs::create_symlink(folder_ / "theirs", folder_ / "log");
  EXPECT_FALSE(LogFile::create({folder_ / "log", {}, 1 << 20, {}}));
  fs::remove(folder_ / "log");
  fs::create_hard_link(folder_ / "theirs", folder_ / "log");
  EXPECT_FALSE(LogFile::create({folder_ / "log", {}, 1 << 20, {}}));
  EXPECT_EQ(content(folder_ / "theirs"), "theirs");
}

TEST_F(LogFileTest, ADiskThatStandsStillHoldsNobodyUp) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  platform::SystemClock clock;
  BenchmarkLogOptions options;
  options.file.path = pipe;  // pwrite on a pipe fails at once: the error is reported at the end, and nobody waits
  auto log = BenchmarkLog::create(std::move(options), clock);
  ASSERT_TRUE(log);
  for (int i = 0; i < 100; ++i) (*log)->write(LogStream::out, std::string(1 << 16, 'x'));
  EXPECT_FALSE((*log)->close());
  ::close(reader);
}

// Readings go by the steady clock and one anchor; the log beside them must, too.
TEST_F(LogFileTest, TimesGoOnWhenTheWallClockIsSet) {
  support::ManualClock clock;
  BenchmarkLogOptions options;
  options.file.path = folder_ / "log";
  options.file.times_path = folder_ / "times";
  const base::WallTime start = clock.wall_now();
  auto log = BenchmarkLog::create(std::move(options), clock);
  ASSERT_TRUE(log);
  clock.step_wall(3h);
  clock.advance(5s);
  (*log)->write(LogStream::out, "line\n");
  ASSERT_TRUE((*log)->close());
  EXPECT_THAT(times(), HasSubstr("1," + base::utc_text_milliseconds(start + 5s) + ",stdout"));
}

TEST_F(LogFileTest, WhatDoesNotFitIsCounted) {
  platform::SystemClock clock;
  BenchmarkLogOptions options;
  options.file.path = folder_ / "log";
  options.room_bytes = 100;
  std::size_t watched = 0;
  options.watch = [&](std::string bytes) { watched += bytes.size(); };
  auto log = BenchmarkLog::create(std::move(options), clock);
  ASSERT_TRUE(log);
  (*log)->write(LogStream::out, std::string(200, 'x'));
  const auto closed = (*log)->close();
  ASSERT_FALSE(closed);
  EXPECT_THAT(closed.error().message, HasSubstr("200 bytes lost"));
  EXPECT_EQ(watched, 200U);
  EXPECT_THAT(this->log(), HasSubstr("200 bytes lost here"));
}

TEST_F(LogFileTest, TheLastScoreInTheLog) {
  platform::SystemClock clock;
  BenchmarkLogOptions options;
  options.file.path = folder_ / "log";
  auto pattern = ScorePattern::compile(R"(accuracy = (\d+\.\d+))");
  ASSERT_TRUE(pattern);
  options.score = std::move(*pattern);
  auto log = BenchmarkLog::create(std::move(options), clock);
  ASSERT_TRUE(log);
  (*log)->write(LogStream::out, "accuracy = 0.5\nbar\raccuracy = 0.75\nno score\n");
  ASSERT_TRUE((*log)->close());
  EXPECT_EQ((*log)->score(), 0.75);
}

// Users write what Perl and Python take: it means the same, or it is refused.
TEST(ScorePattern, MeansWhatItMeansToPerlAndPython) {
  const auto find = [](const std::string& pattern, const std::string& line) {
    return ScorePattern::compile(pattern).value().find(line).value();
  };
  EXPECT_EQ(find("score=.*?([0-9]+)", "score= 17 18"), 17.0) << "lazy";
  EXPECT_EQ(find(R"(loss:\s*(\d+\.\d+)\b)", "loss:\t0.25"), 0.25);
  EXPECT_EQ(find(R"((?i)SCORE (?:is )?(\S+))", "the score is 8"), 8.0);
  EXPECT_EQ(find(R"((?<=val )\d+(?!\d|%))", "val 5% val 62"), 62.0);
  EXPECT_EQ(find("[[:digit:]]+", "a 42 b"), 42.0) << "and POSIX classes";
}

TEST(ScorePattern, ASearchThatTakesTooLongIsGivenUpAndSaid) {
  const auto pattern = ScorePattern::compile("(a|aa)+[0-9]");
  ASSERT_TRUE(pattern);
  EXPECT_FALSE(pattern->find(std::string(4000, 'a')));
  EXPECT_TRUE(pattern->find("aa1"));
}

// Less of a score is better, so no example is a rate or an accuracy.
TEST(ScorePattern, TheExampleIsADuration) {
  EXPECT_EQ(ScorePattern::compile("(").error().remedy, "write for example --score-regex 'took ([0-9.]+) s'");
  EXPECT_EQ(ScorePattern::compile("(", "--phase-regex").error().remedy, R"(write for example --phase-regex 'start (\w+)')");
}

TEST(ScorePattern, GroupsWholeMatchesAndOddNumbers) {
  const auto find = [](const std::string& pattern, const std::string& line) {
    const auto compiled = ScorePattern::compile(pattern);
    EXPECT_TRUE(compiled) << pattern;
    const auto found = compiled->find(line);
    EXPECT_TRUE(found) << pattern;
    return found.value_or(std::nullopt);
  };
  EXPECT_EQ(find("time: ([0-9.]+)", "total time: 12.5 s"), 12.5);
  EXPECT_EQ(find("[0-9]+", "a 42 b"), 42.0);
  EXPECT_EQ(find(R"(([-+\d.e]+) TFLOP)", "-1.5e3 TFLOP"), -1500.0);
  EXPECT_EQ(find("time: (.*)", "time: fast"), std::nullopt);
  EXPECT_EQ(find("time: (.*)", ""), std::nullopt);
  EXPECT_EQ(find("(a)?b", "b"), std::nullopt);
  EXPECT_EQ(find("x: (.*)", std::string("x: 1\0002", 6)), std::nullopt) << "a NUL is a character like others";
  EXPECT_EQ(find("nan|inf", "nan"), std::nullopt);
  EXPECT_EQ(find(R"(\d+)", "\xff 7 \xe2\x82"), 7.0) << "bytes that are no UTF-8";
  for (const char* pattern : {"", "(", "[a"}) {
    const auto compiled = ScorePattern::compile(pattern);
    ASSERT_FALSE(compiled) << pattern;
    EXPECT_THAT(compiled.error().message, HasSubstr("--score-regex"));
  }
}

}  // namespace
}  // namespace gpubench::benchmark
