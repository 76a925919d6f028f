// `plan`: what it asks before anything is asked, what it writes, and what --wait would run.
#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "commands/plan_question.h"
#include "runs/saved_run.h"
#include "support/manual_clock.h"
#include "support/saved_runs/saved_runs.h"
#include "unit/commands/command_test.h"

namespace gpubench::commands {
namespace {

using support::Until;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr const char* kForAllTime = "file:forecast.csv";

class PlanTest : public CommandTest {
 protected:
  PlanTest() {
    support::save_journal(results_, {"run"});
    write(folder_ / "forecast.csv", "from,to,g_per_kwh,kind\n2020-01-01T00:00Z,2099-01-01T00:00Z,90,forecast\n");
  }
  static Said plan(const Words& options, const std::string& run = "run") {
    Words words{"plan", run, "--no_plot"};
    words.insert(words.end(), options.begin(), options.end());
    return say(words);
  }
};

TEST_F(PlanTest, ThePlanIsShownAndWritten) {
  const Said said = plan({"--carbon_source", kForAllTime});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, AllOf(HasSubstr("Best Start (UTC)"), HasSubstr("South England")));
  const auto written = nlohmann::json::parse(text_of(results_ / "run" / "plan.json"));
  EXPECT_NEAR(written["best"]["grams"].get<double>(), 2000 / 3.6e6 * 90, 1e-3);
  EXPECT_FALSE(fs::exists(results_ / "run" / "plan.png"));
  const Said json = plan({"--carbon_source", kForAllTime, "--json", "--output_dir", "."});
  EXPECT_EQ(json.out, text_of(folder_ / "plan.json"));
}

TEST_F(PlanTest, WhatCannotBePlannedSaysWhy) {
  support::save_journal(results_, {"fixed", Until::closing, "grid_gb", 100.0});
  write(folder_ / "past.csv", "from,to,g_per_kwh\n2020-01-01T00:00Z,2020-01-01T01:00Z,90\n");
  struct Case {
    Words options;
    int code;
    std::string says;
  };
  for (const Case& one :
       {Case{{"--deadline", "soon"}, cli::kUsageError, "--deadline is neither a time nor hours from now: soon"},
        {{"--deadline", "2020-01-01T00:00Z"},
         cli::kUsageError,
         "the deadline 2020-01-01T00:00Z has passed\n  choose a later one"},
        {{"--deadline", "336.1h"}, cli::kUsageError, "--deadline is neither"},
        {{"--deadline", "0.0001h"}, cli::kCannotRun, ""},
        {{"--regions", "London,Wales"}, cli::kUsageError, "does not distinguish regions\n  leave out --regions"},
        {{"--carbon_source", "yearly"}, cli::kUsageError, "a yearly factor is not a forecast"},
        {{"--carbon_source", "grid_gb", "--regions", "Atlantis"}, cli::kUsageError, "Atlantis"},
        {{"--carbon_source", "file:missing.csv"}, cli::kUsageError, "missing.csv"},
        {{"--carbon_source", "file:past.csv"}, cli::kCannotRun, "there is no forecast\n  check the network"},
        {{"--carbon_source", "tarot"}, cli::kUsageError, "choose one of: grid_gb"}}) {
    Words options = one.options;
    if (options.front() != "--carbon_source") options.insert(options.end(), {"--carbon_source", kForAllTime});
    const Said said = plan(options);
    EXPECT_EQ(said.code, one.code) << testing::PrintToString(options) << said.err;
    EXPECT_THAT(said.err, HasSubstr(one.says)) << testing::PrintToString(options);
  }
  EXPECT_THAT(plan({}, "fixed").err,
              HasSubstr("one intensity for all times, which is not a forecast\n  choose a --carbon-source"));
  EXPECT_FALSE(fs::exists(results_ / "run" / "plan.json"));
}

TEST_F(PlanTest, RunsThatAreNotWhole) {
  support::save_journal(results_, {"begun", Until::start});
  support::save_journal(results_, {"killed", Until::middle});
  write(results_ / "alien" / "file", "x");
  for (const char* run : {"begun", "alien"})
    EXPECT_EQ(plan({"--carbon_source", kForAllTime}, run).code, cli::kCannotRun) << run;
  EXPECT_EQ(plan({"--carbon_source", kForAllTime}, "killed").code, 0) << "its energy so far is known";
}

TEST_F(PlanTest, AFolderThatCannotBeWritten) {
  write(folder_ / "file", "kept");
  for (const char* wrong : {"file", "file/below"}) {
    const Said said = plan({"--carbon_source", kForAllTime, "--output_dir", wrong});
    EXPECT_EQ(said.code, cli::kCannotRun) << wrong;
    EXPECT_THAT(said.err, AllOf(HasSubstr("could not write"), HasSubstr(wrong)));
    EXPECT_THAT(said.out, HasSubstr("Best Start")) << "what was found is shown all the same";
  }
}

TEST_F(PlanTest, AFolderThatIsNotThereIsMade) {
  EXPECT_EQ(plan({"--carbon_source", kForAllTime, "--output_dir", "new/deep", "--no_plot"}).code, 0);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "new" / "deep" / "plan.json"));
}

// Hours may pass before it is run: what is wrong with it is said now.
TEST_F(PlanTest, WhatWaitWouldRunIsCheckedFirst) {
  support::save_journal(results_, {"helped", Until::closing, "yearly", {}, "iris-gpubench --help"});
  support::save_journal(results_, {"unknown", Until::closing, "yearly", {}, ""});
  struct Case {
    std::string run;
    Words command;
    std::string says;
  };
  for (const Case& one : {Case{"run", {"--", "--no-such-option"}, "unknown option --no-such-option"},
                          {"run", {"--", "--interval", "0"}, "--interval"},
                          {"run", {"--", "--carbon_region", ""}, "does not run a benchmark"},
                          {"helped", {}, "does not run a benchmark"},
                          {"unknown", {}, "give the command line after \"--\""}}) {
    Words options{"--carbon_source", kForAllTime, "--wait"};
    options.insert(options.end(), one.command.begin(), one.command.end());
    const Said said = plan(options, one.run);
    EXPECT_EQ(said.code, cli::kUsageError) << one.run << testing::PrintToString(one.command);
    EXPECT_THAT(said.err, HasSubstr(one.says));
  }
}

// The question that a plan is made of, with a clock that stands still.
class AskForecasts : public PlanTest {
 protected:
  base::Result<carbon::PlanQuestion> ask(PlanOptions options) {
    notes_.clear();
    if (!options.source) options.source = kForAllTime;
    return ask_forecasts(saved_, options, {}, clock_, notes_);
  }
  support::ManualClock clock_{base::WallTime(std::chrono::milliseconds(1'800'000'000'250))};
  runs::SavedRun saved_ = runs::load_run(results_ / "run").value();
  std::vector<std::string> notes_;
};

TEST_F(AskForecasts, AreOfTheNextTwoDaysFromTheWholeSecond) {
  const auto question = ask({});
  ASSERT_TRUE(question) << question.error().message;
  EXPECT_EQ(question->now, base::WallTime(std::chrono::seconds(1'800'000'000)));
  EXPECT_FALSE(question->deadline);
  ASSERT_EQ(question->forecasts.size(), 1U);
  EXPECT_EQ(question->forecasts[0].region, "South England");
  EXPECT_EQ(question->forecasts[0].slots.size(), 1U);
  EXPECT_EQ(question->run.size(), 10U) << "a step is a second at least";
}

TEST_F(AskForecasts, TheDeadlineIsCountedFromNow) {
  const auto question = ask({{}, {}, "336h"});
  ASSERT_TRUE(question);
  EXPECT_EQ(question->deadline, question->now + std::chrono::hours(336));
  EXPECT_FALSE(ask({{}, {}, "2027-01-15T08:00Z"})) << "now itself has passed";
  EXPECT_TRUE(ask({{}, {}, "2027-01-15T08:01Z"}));
}

TEST_F(AskForecasts, ASourceWithoutAnAnswerLeavesANoteAndNoForecast) {
  write(folder_ / "past.csv", "from,to,g_per_kwh\n2020-01-01T00:00Z,2020-01-01T01:00Z,90\n");
  const auto question = ask({"file:past.csv", {}, {}});
  ASSERT_TRUE(question);
  EXPECT_TRUE(question->forecasts.at(0).slots.empty());
  ASSERT_EQ(notes_.size(), 1U);
  EXPECT_THAT(notes_[0], AllOf(HasSubstr("South England: "), HasSubstr("has no intensity for this time")));
}

TEST_F(AskForecasts, AllMeansEveryRegionThisMachinesFirst) {
  saved_.run.facts.carbon_region = "London";
  cli::Environment environment;
  environment.carbon.grid_gb_url = "not an address";
  const auto question = ask_forecasts(saved_, {"grid_gb", {"all"}, {}}, environment, clock_, notes_);
  ASSERT_TRUE(question) << question.error().message;
  EXPECT_EQ(question->forecasts.front().region, "London");
  EXPECT_EQ(question->forecasts.size(), notes_.size());
  EXPECT_GT(question->forecasts.size(), 10U);
  for (std::size_t i = 1; i < question->forecasts.size(); ++i) EXPECT_NE(question->forecasts[i].region, "London");
}

}  // namespace
}  // namespace gpubench::commands
