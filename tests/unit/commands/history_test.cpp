// `history` and `site`: all runs of a folder over time.
#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "support/saved_runs/saved_runs.h"
#include "unit/commands/command_test.h"

namespace gpubench::commands {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

class HistoryTest : public CommandTest {
 protected:
  // A run a day; the last `worse` of them take 2 % more.
  void days(int count, int worse = 0) const {
    for (int day = 1; day <= count; ++day) {
      const std::string date = "2026-10-" + std::string(day < 10 ? "0" : "") + std::to_string(day);
      support::save_metrics(results_, date, (3000 + day % 3) * (day > count - worse ? 1.02 : 1),
                            R"({"start_time": ")" + date + R"(T12:00:00.000Z"})");
    }
  }
  static Said history(const Words& words) {
    Words all{"history"};
    all.insert(all.end(), words.begin(), words.end());
    return say(all);
  }
};

TEST_F(HistoryTest, AStepIsShownAndTheNewestIsJudged) {
  days(20, 8);
  const Said said = history({});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, HasSubstr("step    2026-10-13 12:00  +2.0"));
}

TEST_F(HistoryTest, ExitStatusesOfTheGate) {
  days(9, 1);
  struct Case {
    Words words;
    int code;
  };
  for (const Case& one : {Case{{"--gate", "energy +1%"}, 1},
                          {{"--gate", "energy +5%"}, 0},
                          {{"--last", "2", "--gate", "energy +1%"}, 3},
                          {{"--metric", "time", "--gate", "time +1%"}, 0},
                          {{"nobody", "--gate", "energy +5%"}, 4},
                          {{"--metric", "score", "--gate", "score +5%"}, 4}})
    EXPECT_EQ(history(one.words).code, one.code) << testing::PrintToString(one.words);
}

// One set of variants that share the command of the nights: they may never have more sittings.
TEST_F(HistoryTest, TheGatePassesOverVariantsOfFewSittings) {
  support::save_set_of_runs(results_, "20260901-set", "", {{"small", {3000, 3001}}, {"large", {3300, 3301}}});
  EXPECT_EQ(history({"--gate", "energy +1%"}).code, 3) << "there is nothing else";
  days(9);
  const Said said = history({"simulate", "--gate", "energy +1%"});
  EXPECT_EQ(said.code, 0) << said.out;
  EXPECT_THAT(said.out, HasSubstr("passed over"));
  EXPECT_EQ(history({"large", "--gate", "energy +1%"}).code, 3) << "there is nothing else";
  days(9, 1);
  EXPECT_EQ(history({"simulate", "--gate", "energy +1%"}).code, 1);
}

TEST_F(HistoryTest, OneBenchmarksAlone) {
  days(2);
  support::save_metrics(results_, "other", 1000, R"({"benchmark": "train", "workload": {"command": "train --fast"}})");
  EXPECT_THAT(history({"train"}).out, AllOf(HasSubstr("train"), Not(HasSubstr("simulate"))));
  EXPECT_THAT(history({"steps 10"}).out, AllOf(HasSubstr("simulate"), Not(HasSubstr("train"))));
  EXPECT_EQ(nlohmann::json::parse(history({"--format", "json"}).out)["series"].size(), 2U);
  for (const char* format : {"text", "json", "html"}) {
    const Said none = history({"nobody", "--format", format});
    EXPECT_EQ(none.code, cli::kUsageError) << format;
    EXPECT_EQ(none.out, "") << format;
    EXPECT_THAT(none.err, HasSubstr("there is no run with \"nobody\" in its name, command or variant in results"));
  }
}

TEST_F(HistoryTest, WrongWordsNameWhatIsRight) {
  days(1);
  struct Case {
    Words words;
    std::string says;
  };
  for (const Case& one :
       {Case{{"--metric", "joy"}, "there is no history of \"joy\""},
        {{"--metric", "energy_above_idle", "--gate", "energy +1%"}, "there is no history of \"energy_above_idle\""},
        {{"--gate", "time +1%"}, "the gate is about another metric\n  add --metric time"},
        {{"--gate", "energy"}, "is not a metric and what it may change by"},
        {{"--format", "xml"}, "text, json or html"},
        {{"--last", "0"}, "--last"},
        {{"--results_dir", "nowhere"}, "cannot list nowhere"},
        {{"--results_dir", ""}, "--results-dir is empty"}}) {
    const Said said = history(one.words);
    EXPECT_EQ(said.code, cli::kUsageError) << testing::PrintToString(one.words);
    EXPECT_THAT(said.err, HasSubstr(one.says)) << testing::PrintToString(one.words);
  }
}

TEST_F(HistoryTest, FoldersWithoutRunsThatCount) {
  fs::create_directory(results_);
  EXPECT_THAT(history({}).out, HasSubstr("No run in results counts and has energy; replays do not count"));
  support::save_metrics(results_, "replayed", 3000, R"({"source": {"kind": "replay", "replay": true}})");
  write(results_ / "damaged" / "metrics.json", "{");
  const Said said = history({});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, AllOf(HasSubstr("No run in results counts"), HasSubstr("damaged")));
  EXPECT_TRUE(nlohmann::json::parse(history({"--format", "json"}).out)["series"].empty());
}

TEST_F(HistoryTest, OutputGoesToTheFile) {
  days(3);
  const std::string page = history({"--format", "html"}).out;
  EXPECT_EQ(history({"--format", "html", "--output", "page.html"}).out, "");
  EXPECT_EQ(text_of(folder_ / "page.html"), page);
  for (const char* wrong : {"missing/page.html", "results"})
    EXPECT_EQ(history({"--output", wrong}).code, cli::kCannotRun) << wrong;
}

class SiteTest : public HistoryTest {};

TEST_F(SiteTest, LinksToThePagesThatAreThere) {
  support::save_metrics(results_, "1", 3000);
  support::save_metrics(results_, "2 #?", 3000);
  write(results_ / "2 #?" / "report.html", "page");
  const Said said = say({"site", "results", "-o", "out/deep"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(said.out, "2 runs: out/deep/index.html\n");
  const std::string page = text_of(folder_ / "out/deep/index.html");
  EXPECT_THAT(page, HasSubstr("../../results/2%20%23%3F/report.html"));
  EXPECT_THAT(page, Not(HasSubstr("results/1/report.html")));
  EXPECT_THAT(page, HasSubstr("Benchmark runs"));
}

TEST_F(SiteTest, TextsOfRunsAndOfTheTitleAreText) {
  support::save_metrics(results_, "1", 3000, R"x({"benchmark": "</script><script>alert(1)", "label": "<!--"})x");
  ASSERT_EQ(say({"site", "results", "--title", "<b>&\"title"}).code, 0);
  const std::string page = text_of(folder_ / "site/index.html");
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<script>alert(1)")), Not(HasSubstr("<b>")), HasSubstr("<title>&lt;b>&amp;")));
}

TEST_F(SiteTest, DamagedAndEmptyFolders) {
  fs::create_directory(results_);
  EXPECT_EQ(say({"site", "results"}).out, "0 runs: site/index.html\n");
  write(results_ / "damaged" / "metrics.json", "{");
  EXPECT_EQ(say({"site"}).out, "1 run: site/index.html\n");
  EXPECT_THAT(text_of(folder_ / "site/index.html"), HasSubstr("metrics.json is damaged"));
}

TEST_F(SiteTest, WhatItCannotReadOrWrite) {
  support::save_metrics(results_, "1", 3000);
  write(folder_ / "file", "kept");
  write(folder_ / "blocked/index.html/in the way", "x");
  EXPECT_THAT(say({"site", "results", "--results_dir", "other"}).err, HasSubstr("mean the same"));
  for (const char* wrong : {"nowhere", "file"}) EXPECT_EQ(say({"site", wrong}).code, cli::kUsageError) << wrong;
  for (const char* wrong : {"file", "file/below", "blocked"}) {
    const Said said = say({"site", "results", "--output_dir", wrong});
    EXPECT_EQ(said.code, cli::kCannotRun) << wrong;
    EXPECT_THAT(said.err, HasSubstr(wrong));
    EXPECT_EQ(said.out, "");
  }
  EXPECT_EQ(text_of(folder_ / "file"), "kept");
}

}  // namespace
}  // namespace gpubench::commands
