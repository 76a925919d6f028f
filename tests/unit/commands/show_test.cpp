// What `show` and `list` say of whole, partial, damaged and alien folders.
#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "support/saved_runs/saved_runs.h"
#include "unit/commands/command_test.h"

namespace gpubench::commands {
namespace {

using support::JournalledRun;
using support::Until;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
namespace fs = std::filesystem;

class ShowTest : public CommandTest {};

TEST_F(ShowTest, TablesAreMadeFromTheJournalWhereTheyWereNotWritten) {
  support::save_journal(results_, {"whole"});
  const Said made = say({"show", "whole"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("NVIDIA H200"));
  EXPECT_FALSE(fs::exists(results_ / "whole" / "formatted_metrics.txt")) << "showing writes nothing";
  ASSERT_EQ(say({"report", "whole", "--no_plot", "--no_html"}).code, 0);
  EXPECT_EQ(say({"show", "whole"}).out, made.out) << "and are the same as written";
  write(results_ / "whole" / "formatted_metrics.txt", "");
  EXPECT_EQ(say({"show", "whole"}).out, made.out) << "a disk that was full left it empty";
}

TEST_F(ShowTest, JsonIsThatOfTheRun) {
  support::save_journal(results_, {"whole"});
  const Said made = say({"show", "whole", "--json"});
  EXPECT_EQ(made.code, 0);
  EXPECT_NEAR(nlohmann::json::parse(made.out)["total_energy_joules"].get<double>(), 2000, 10);
  ASSERT_EQ(say({"report", "whole", "--no_plot", "--no_html"}).code, 0);
  EXPECT_EQ(say({"show", "whole", "--json"}).out, made.out);
}

// Programs read it: what cannot be read must not end with 0.
TEST_F(ShowTest, DamagedJsonIsMadeAgainOrRefused) {
  support::save_journal(results_, {"whole"});
  const std::string right = say({"show", "whole", "--json"}).out;
  for (const char* damaged : {"{", "[]", "{\"run_id\": \"whole\"", "x"}) {
    write(results_ / "whole" / "metrics.json", damaged);
    EXPECT_EQ(say({"show", "whole", "--json"}).out, right) << damaged;
  }
  write(results_ / "bare" / "metrics.json", "{");
  const Said refused = say({"show", "bare", "--json"});
  EXPECT_EQ(refused.code, cli::kCannotRun);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, HasSubstr("journal"));
}

TEST_F(ShowTest, BriefIsTheScreenThatTheRunEndedWith) {
  support::save_journal(results_, {"whole"});
  const Said brief = say({"show", "whole", "--brief"});
  EXPECT_EQ(brief.code, 0);
  EXPECT_THAT(brief.out, StartsWith("train: succeeded (exit code 0)\n"));
  EXPECT_THAT(brief.out, Not(HasSubstr("|"))) << "no tables";
  const Said both = say({"show", "whole", "--brief", "--json"});
  EXPECT_EQ(both.code, cli::kUsageError);
  EXPECT_THAT(both.err, HasSubstr("--brief and --json cannot be used together"));
}

TEST_F(ShowTest, AKilledRunIsShownUpToItsLastValue) {
  support::save_journal(results_, {"killed", Until::middle});
  const Said shown = say({"show", "killed", "--json"});
  EXPECT_EQ(shown.code, 0);
  const auto run = nlohmann::json::parse(shown.out);
  EXPECT_NEAR(run["elapsed_time"].get<double>(), 4.98, 0.001);
  EXPECT_EQ(run["findings"][0]["name"], "recovered");
  EXPECT_TRUE(run["workload"]["exit_code"].is_null()) << "nobody saw its end";
}

TEST_F(ShowTest, WhatCannotBeShownSaysWhy) {
  support::save_journal(results_, {"begun", Until::start});
  write(results_ / "alien" / "notes.txt", "not a run");
  fs::create_directories(results_ / "empty");
  write(results_ / "set" / "set.json", "{");
  write(folder_ / "file", "x");
  struct Case {
    std::string run;
    int code;
    std::string says;
  };
  for (const Case& one : {Case{"begun", cli::kCannotRun, "ends before the benchmark started"},
                          {"alien", cli::kCannotRun, "journal"},
                          {"empty", cli::kCannotRun, "journal"},
                          {"set", cli::kCannotRun, "set.json"},
                          {"file", cli::kUsageError, "there is no run \"file\""},
                          {"", cli::kUsageError, "the name of a run is empty"}}) {
    const Said said = say({"show", one.run});
    EXPECT_EQ(said.code, one.code) << one.run << said.err;
    EXPECT_EQ(said.out, "") << one.run;
    EXPECT_THAT(said.err, HasSubstr(one.says)) << one.run;
  }
}

TEST_F(ShowTest, ARunUnderWayIsNotReadWhileItIsWritten) {
  const auto living = support::save_living_run(results_, "living");
  const Said said = say({"show", "living"});
  EXPECT_EQ(said.code, cli::kCannotRun);
  EXPECT_EQ(said.err, "iris-gpubench: the run living is still running\n  wait for its end\n");
}

TEST_F(ShowTest, TextsOfAFileCannotSteerTheTerminal) {
  write(results_ / "run" / "formatted_metrics.txt", "a\x1b[31mred\r\x07\nb\n");
  const Said said = say({"show", "run"});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\r")), HasSubstr("red")));
}

TEST_F(ShowTest, ASetIsItsSummary) {
  support::save_set_of_runs(results_, "s", "nightly", {{"base", {3000, 3010, 3020}}});
  const Said by_label = say({"show", "nightly"});
  EXPECT_EQ(by_label.code, 0) << by_label.err;
  EXPECT_THAT(by_label.out, HasSubstr("energy      3010.0 J ± "));
  EXPECT_EQ(nlohmann::json::parse(say({"show", "s", "--json"}).out)["members"].size(), 3U);
}

class ListTest : public CommandTest {
 protected:
  static nlohmann::json listed(std::vector<std::string> more) {
    more.insert(more.begin(), {"list", "--json"});
    const Said said = say(more);
    EXPECT_EQ(said.code, 0) << said.err;
    return nlohmann::json::parse(said.out);
  }
  static std::vector<std::string> ids(const std::vector<std::string>& more) {
    std::vector<std::string> ids;
    for (const auto& run : listed(more)) ids.push_back(run["run_id"]);
    return ids;
  }
};

TEST_F(ListTest, BeforeTheFirstRunNothingIsWrong) {
  const Said said = say({"list"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out, "No runs yet: there is no folder results here\n");
  EXPECT_EQ(say({"list", "--json"}).out, "[]\n");
  fs::create_directory(results_);
  EXPECT_EQ(say({"list"}).out, "No runs in results\n");
  const Said named = say({"list", "elsewhere"});
  EXPECT_EQ(named.code, cli::kUsageError) << "a folder that is named must be there";
  EXPECT_THAT(named.err, AllOf(HasSubstr("cannot list elsewhere"), HasSubstr("name a folder of results")));
}

TEST_F(ListTest, RunsAreChosenAndSorted) {
  support::save_metrics(results_, "1", 3000, R"({"benchmark": "Simulate", "elapsed_time": 9.0, "label": "night"})");
  support::save_metrics(results_, "2", 2000, R"({"benchmark": "train", "elapsed_time": 5.0, "score": 7.5})");
  support::save_metrics(results_, "3", 1000, R"({"name": "NVIDIA A100", "elapsed_time": 7.0, "score": null})");
  support::save_metrics(results_, "4", 4000, R"({"total_energy": null, "elapsed_time": null})");
  using Ids = std::vector<std::string>;
  struct Case {
    Ids options;
    Ids runs;
  };
  for (const Case& one : {Case{{}, {"1", "2", "3", "4"}},
                          {{"--benchmark", "SIMUL"}, {"1", "3", "4"}},
                          {{"--gpu", "a100"}, {"3"}},
                          {{"--label", "NIGHT"}, {"1"}},
                          {{"--gpu", "K80"}, {}},
                          {{"--sort", "time"}, {"2", "3", "1", "4"}},
                          {{"--sort", "energy"}, {"3", "2", "1", "4"}},
                          {{"--sort", "score", "--last", "2"}, {"3", "4"}},
                          {{"--last", "1"}, {"4"}},
                          {{"--last", "1000000"}, {"1", "2", "3", "4"}}})
    EXPECT_EQ(ids(one.options), one.runs) << testing::PrintToString(one.options);
  for (const char* wrong : {"0", "1000001", "two", "-1"})
    EXPECT_EQ(say({"list", "--last", wrong}).code, cli::kUsageError) << wrong;
  EXPECT_THAT(say({"list", "--sort", "colour"}).err, HasSubstr("start, time, energy"));
  EXPECT_EQ(say({"list", "--gpu", "K80"}).out, "No runs in results that fit\n");
}

TEST_F(ListTest, BrokenFoldersAreListedWithTheirTrouble) {
  support::save_metrics(results_, "1-good", 3000);
  write(results_ / "2-damaged" / "metrics.json", "{");
  support::save_journal(results_, {"3-killed", Until::middle});
  const auto living = support::save_living_run(results_, "4-living");
  write(results_ / "5-set" / "set.json", "[]");
  write(results_ / "6-alien" / "photo.png", "x");
  write(results_ / "7-file", "x");
  fs::create_directories(results_ / "8-folder" / "metrics.json");
  fs::create_directory_symlink("nowhere", results_ / "latest");
  const Said said = say({"list"});
  EXPECT_EQ(said.code, 0) << said.err;
  for (const char* line :
       {"2-damaged        metrics.json is damaged", "3-killed         not finished: iris-gpubench recover",
        "4-living         running", "5-set            set.json cannot be read: iris-gpubench show says why",
        "8-folder         no metrics.json"})
    EXPECT_THAT(said.out, HasSubstr(line));
  EXPECT_THAT(said.out, Not(testing::ContainsRegex("alien|file|latest")));
  EXPECT_EQ(listed({})[1]["why_unknown"], "metrics.json is damaged");
  EXPECT_THAT(say({"list", "--wide"}).out, HasSubstr("metrics.json is damaged"));
}

TEST_F(ListTest, ASetStandsForItsRuns) {
  support::save_set_of_runs(results_, "s", "nightly", {{"base", {3000, 3010}}});
  support::save_metrics(results_, "t", 1000);
  const std::string rows = say({"list"}).out;
  EXPECT_THAT(rows, AllOf(HasSubstr("nightly"), Not(HasSubstr("s-base-1")), HasSubstr("\nt ")));
  EXPECT_THAT(say({"list", "--members"}).out, AllOf(HasSubstr("\n  s-base-1"), HasSubstr("counted")));
  EXPECT_EQ(ids({}), (std::vector<std::string>{"s", "s-base-1", "s-base-2", "t"})) << "programs get all";
  EXPECT_EQ(ids({"--label", "nightly"}).front(), "s");
}

TEST_F(ListTest, WideShowsEveryColumnOfALine) {
  support::save_metrics(results_, "1", 3.6e6, R"({"device_count": 4, "score": 2.5, "work": {"joules_per_unit": 12.25},
    "phases": [{"name": "training", "depth": 0, "seconds": 3.0, "energy_joules": 2.7e6},
               {"name": "loading", "depth": 0, "seconds": 1.0, "energy_joules": 1e5}],
    "findings": [{"name": "timed_out", "text": "x"}, {"name": "replayed", "text": "x"}]})");
  const std::string wide = say({"list", "--wide"}).out;
  for (const char* cell :
       {"4 x NVIDIA H200", "4.0 s", "1.00000000 kWh", "120.0 g", "2.5 s", "12.25 J", "training, 75 %", "REPLAY, timed out"})
    EXPECT_THAT(wide, HasSubstr(cell));
}

}  // namespace
}  // namespace gpubench::commands
