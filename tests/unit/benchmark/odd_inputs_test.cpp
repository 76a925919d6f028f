// What benchmarks write that is nearly, but not quite, what is looked for: scores, results files, phases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "benchmark/log_phases.h"
#include "benchmark/score.h"

namespace gpubench::benchmark {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(OddScores, NumbersAsProgramsPrintThem) {
  for (const auto& [text, value] : {std::pair("12", 12.0),
                                    {"+12.5", 12.5},
                                    {"-0.5", -0.5},
                                    {".5", 0.5},
                                    {"5.", 5.0},
                                    {"1e3", 1000.0},
                                    {"1E-3", 0.001},
                                    {"  7\t", 7.0},
                                    {"0012", 12.0}})
    EXPECT_EQ(parse_score(text), value) << text;
  for (const char* text : {"", "  ", "1,000", "1.000.000", "12 s", "0x10", "1e", "e5", "--1", "+-1", "+", ".", "1e999",
                           "inf", "-inf", "nan", "\u0661"})
    EXPECT_FALSE(parse_score(text)) << text;
}

TEST(OddScores, ALineIsLookedAtUpToItsLimit) {
  const auto pattern = ScorePattern::compile("score ([0-9]+)");
  ASSERT_TRUE(pattern);
  EXPECT_EQ(pattern->find(std::string(4000, ' ') + "score 5").value(), 5);
  EXPECT_EQ(pattern->find(std::string(5000, ' ') + "score 5").value(), std::nullopt);
  EXPECT_EQ(pattern->find("score 1 score 2").value(), 1) << "the first of a line";
}

TEST(OddScores, OptionalAndSecondGroups) {
  const auto find = [](const std::string& pattern, const std::string& line) {
    return ScorePattern::compile(pattern).value().find(line).value();
  };
  EXPECT_EQ(find("(?:a|b) ([0-9]+) ([0-9]+)", "b 3 4"), 3) << "the first group, however many there are";
  EXPECT_EQ(find("a ([0-9]+)|b ([0-9]+)", "b 4"), std::nullopt) << "the first group took no part: \"b 4\" is no number";
  EXPECT_EQ(find("(?<value>[0-9]+)%", "at 62%"), 62) << "a name is a group";
}

class OddMetrics : public testing::Test {
 protected:
  OddMetrics() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~OddMetrics() override { fs::remove_all(folder_); }
  [[nodiscard]] fs::path path() const { return folder_ / "metrics.yml"; }
  [[nodiscard]] BenchmarkScore of(const std::string& text) const {
    std::ofstream(path(), std::ios::binary) << text;
    return read_score(folder_);
  }
  fs::path folder_ = fs::path(testing::TempDir()) / ("gpubench-odd-metrics-" + std::to_string(getpid()));
};

TEST_F(OddMetrics, WhatOtherWritersMakeOfTheSameKeys) {
  for (const char* text :
       {"time: 12.5\r\nwork: 3\r\n", "\xEF\xBB\xBFtime: 12.5\nwork: 3\n", "---\ntime: 12.5\nwork: 3\n...\n",
        "{\"time\": 12.5, \"work\": 3}", "time: '12.5'\nwork: \"3\"\n", "a: &x 12.5\ntime: *x\nwork: 3\n",
        "time: 1.25e1 # seconds\n\n\nwork: 3", "other:\n  time: 1\ntime: 12.5\nwork: 3\n"}) {
    const BenchmarkScore score = of(text);
    EXPECT_EQ(score.seconds, 12.5) << text;
    ASSERT_TRUE(score.work) << text;
    EXPECT_EQ(score.work->amount, 3) << text;
    EXPECT_EQ(score.trouble, "") << text;
  }
}

TEST_F(OddMetrics, ATimeThatIsNone) {
  for (const char* time : {"-0.001", ".inf", ".nan", "12:30", "1,5", "[1]", "{a: 1}", "fast", "''"})
    EXPECT_THAT(of(std::string("time: ") + time + "\n").trouble, HasSubstr("is not a number of seconds")) << time;
  EXPECT_EQ(of("time: 0\n").seconds, 0) << "too short to be measured, and said so";
}

TEST_F(OddMetrics, WhatIsNoOrdinaryFileIsNotRead) {
  ASSERT_EQ(mkfifo(path().c_str(), 0600), 0);
  EXPECT_FALSE(read_score(folder_).seconds) << "and not waited for";
  fs::remove(path());
  fs::create_directory(path());
  EXPECT_EQ(read_score(folder_).trouble, "");
  fs::remove(path());
  EXPECT_FALSE(of("time: 3\n" + std::string(2 << 20, '#') + "\n").seconds) << "larger than any file of a score";
}

// The values of a message may hold what a terminal acts on.
TEST_F(OddMetrics, WhatIsQuotedIsOneShortLine) {
  const std::string trouble = of("time: \"a\\e[31m\\n" + std::string(500, 'x') + "\"\n").trouble;
  EXPECT_EQ(trouble.find_first_of("\x1b\n"), std::string::npos) << trouble;
  EXPECT_LT(trouble.size(), 150U);
}

const base::ClockAnchor kOddAnchor{base::SteadyTime(1000s), base::WallTime(1'700'000'000s)};

// "b NAME" and "e NAME" of lines that come a second after one another.
std::vector<std::string> phases_of(const std::vector<std::string>& lines, LogPhaseOptions options = {}) {
  std::vector<std::string> marks;
  auto phases = LogPhases::create(options, kOddAnchor, [&](const std::string& line) {
    const std::size_t name = line.find(' ', line.find("log:"));
    marks.push_back(line.substr(0, 2) + line.substr(name + 1, line.size() - name - 2));
  });
  if (!phases) return {phases.error().message};
  base::SteadyTime time(1000s);
  for (const std::string& line : lines) (*phases)->read(0, line + "\n", time += 1s);
  (*phases)->finish(time);
  return marks;
}

TEST(OddPhases, ScimlLinesThatAreNearlyOnes) {
  EXPECT_THAT(phases_of({"<BEGIN>", "<BEGIN> ", "<begin> a", "BEGIN a", "<ENDED>", "<BEGIN>a"}), IsEmpty());
  EXPECT_THAT(phases_of({"rank 0: ....<BEGIN> a [ELAPSED = 1 sec] b", "<ENDED> a [ELAPSED = 1 sec] b [ELAPSED = 2 sec]"}),
              ElementsAre("b a [ELAPSED = 1 sec] b", "e a [ELAPSED = 1 sec] b"))
      << "only the last is not of the name";
}

TEST(OddPhases, MlperfLinesThatAreNearlyOnes) {
  EXPECT_THAT(phases_of({":::MLLOG {\"key\": \"_start\"}", ":::MLLOG {\"key\": 5}", ":::MLLOG {\"key\": \"epoch_start",
                         ":::MLLOG {\"time_ms\": 1}", ":::MLLOG [\"epoch_start\"]", ":::MLLOG {\"key\": \"restart\"}"}),
              IsEmpty());
  EXPECT_THAT(
      phases_of({":::MLLOG {\"key\":\"run_start\",\"time_ms\":99999999999999999999}", ":::MLLOG {\"key\":  \"run_end\"}"}),
      ElementsAre("b run", "e run"))
      << "without a time that can be, when the line came counts";
}

TEST(OddPhases, AnEpochThatIsNotWholeEndsWithTheLog) {
  EXPECT_THAT(phases_of({"Epoch 1/2", " 1/63 [>....] - ETA: 9s"}), ElementsAre("b epoch", "e epoch"));
  EXPECT_THAT(phases_of({"Epoch 3/2", "Epoch -1/2", "Epoch 1/2 begins", "Epoch 99999999999999999999/2"}), IsEmpty());
  EXPECT_THAT(phases_of({"63/63 [====] - 2s"}), IsEmpty()) << "a bar of no epoch";
}

TEST(OddPhases, AnEndThatNamesNoPhaseEndsTheInnermost) {
  LogPhaseOptions pair;
  pair.regexes = {"^start (\\w+)", "^done"};
  EXPECT_THAT(phases_of({"start a", "start b", "done", "done"}, pair), ElementsAre("b a", "b b", "e ", "e "));
  LogPhaseOptions whole;
  whole.regexes = {"^step [0-9]+"};
  EXPECT_THAT(phases_of({"step 1: loss 5", "step 2: loss 4"}, whole),
              ElementsAre("b step 1", "e step 1", "b step 2", "e step 2"));
}

TEST(OddPhases, ANameIsOneLineOfALengthThatFits) {
  LogPhaseOptions regex;
  regex.regexes = {"^start (.*)$"};
  const auto marks = phases_of({"start " + std::string(1000, 'x'), "start \x1b[31mred"}, regex);
  ASSERT_EQ(marks.size(), 4U);
  EXPECT_LE(marks[0].size(), 160U);
  EXPECT_EQ(marks[2].find('\x1b'), std::string::npos);
}

// A program that prints without ends of lines must not fill the memory.
TEST(OddPhases, OfALineWithoutEndTheBeginningIsLookedAt) {
  std::vector<std::string> marks;
  auto phases = LogPhases::create({}, kOddAnchor, [&](const std::string& line) { marks.push_back(line); });
  const base::SteadyTime time(1001s);
  (*phases)->read(0, "<BEGIN> a", time);
  for (int piece = 0; piece < 100; ++piece) (*phases)->read(0, std::string(1 << 16, ' '), time);
  (*phases)->read(0, "<ENDED> lost\n<BEGIN> next\n", time);
  ASSERT_EQ(marks.size(), 2U);
  EXPECT_THAT(marks[0], HasSubstr("log:sciml a\n"));
  EXPECT_THAT(marks[1], HasSubstr("log:sciml next\n"));
}

}  // namespace
}  // namespace gpubench::benchmark
