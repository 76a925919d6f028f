// Carbon of saved runs calculated again: what is written, what stays as it was, and when nothing is written.
#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "support/http_stub/http_stub.h"
#include "support/saved_runs/saved_runs.h"
#include "unit/commands/command_test.h"

namespace gpubench::commands {
namespace {

using support::Until;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr double kGrams = 2000 / 3.6e6 * 360;  // of the run as it was costed

class RecarbonTest : public CommandTest {
 protected:
  RecarbonTest() { support::save_journal(results_, {"run"}); }

  static Said recarbon(const Words& options, const std::string& run = "run") {
    Words words{"recarbon", run};
    words.insert(words.end(), options.begin(), options.end());
    return say(words);
  }
  [[nodiscard]] nlohmann::json costed(const std::string& run = "run") const {
    return nlohmann::json::parse(text_of(results_ / run / "recarbon.json"));
  }
  // A table of the user's for the run's hour.
  [[nodiscard]] std::string table(double grams, const std::string& kind = "actual") const {
    write(folder_ / "site.csv",
          "from,to,g_per_kwh,kind\n2026-09-21T14:00Z,2026-09-21T15:00Z," + std::to_string(grams) + "," + kind + "\n");
    return "file:site.csv";
  }
};

TEST_F(RecarbonTest, FourFilesAreAddedAndNoOtherChanges) {
  ASSERT_EQ(say({"report", "run", "--no_plot"}).code, 0);
  const auto before = contents(results_ / "run");
  const Said said = recarbon({"--carbon_source", table(90)});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(said.err, "");
  EXPECT_THAT(said.out, HasSubstr("recarbon.{txt,yml,json}"));
  auto after = contents(results_ / "run");
  for (const char* added : {"recarbon.txt", "recarbon.yml", "recarbon.json", "recarbon_intensities.json"})
    EXPECT_EQ(after.erase(added), 1U) << added;
  EXPECT_EQ(after, before);
}

TEST_F(RecarbonTest, TheFiguresAreThoseOfTheAnswer) {
  struct Case {
    Words options;
    double grams;
    double pue;
  };
  for (const Case& one : {Case{{"--carbon_source", table(90)}, kGrams / 4, 1},
                          {{"--carbon_intensity", "720"}, kGrams * 2, 1},
                          {{"--carbon_intensity", "0"}, 0, 1},
                          {{"--carbon_source", "yearly", "--carbon_region", "FR"}, kGrams * 56 / 360, 1},
                          {{"--carbon_intensity", "360", "--pue", "10"}, kGrams, 10}}) {
    const Said said = recarbon(one.options);
    ASSERT_EQ(said.code, 0) << testing::PrintToString(one.options) << said.err;
    const auto run = costed();
    EXPECT_NEAR(run["total_carbon"].get<double>(), one.grams, kGrams * 0.01) << testing::PrintToString(one.options);
    EXPECT_NEAR(run["footprint"]["operational_grams"].get<double>(), one.grams * one.pue, kGrams * 0.1);
    EXPECT_EQ(run["footprint"]["pue"], one.pue);
    EXPECT_NEAR(run["total_energy_joules"].get<double>(), 2000, 10) << "only the carbon changes";
  }
}

TEST_F(RecarbonTest, RepeatedItLeavesTheSameFiles) {
  for (const Words& options :
       {Words{"--carbon_source", table(90)}, Words{"--carbon_intensity", "50"}, Words{"--pue", "1.5"}}) {
    ASSERT_EQ(recarbon(options).code, 0);
    const auto first = contents(results_ / "run");
    ASSERT_EQ(recarbon(options).code, 0);
    EXPECT_EQ(contents(results_ / "run"), first) << testing::PrintToString(options);
  }
}

TEST_F(RecarbonTest, SeveralRunsHaveATotal) {
  support::save_journal(results_, {"other"});
  EXPECT_THAT(recarbon({"--carbon_intensity", "720", "other"}).out,
              AllOf(HasSubstr("2 runs together: "), HasSubstr(" gCO2 before, ")));
  EXPECT_THAT(recarbon({"--carbon_intensity", "720"}).out, Not(HasSubstr("together")));
}

TEST_F(RecarbonTest, WhatWasUsedIsASourceItself) {
  ASSERT_EQ(recarbon({"--carbon_source", table(90)}).code, 0);
  const double grams = costed()["total_carbon"];
  support::save_journal(results_, {"other"});
  const std::string used = (results_ / "run" / "recarbon_intensities.json").string();
  ASSERT_EQ(recarbon({"--carbon_source", "file:" + used}, "other").code, 0);
  EXPECT_NEAR(costed("other")["total_carbon"].get<double>(), grams, 1e-12);
}

TEST_F(RecarbonTest, WithoutAnAnswerTheRunsOwnValuesStand) {
  const support::HttpStub service([](const support::StubRequest&) { return support::stub_answer(404, "{}"); });
  set("IRIS_GPUBENCH_CARBON_URL", service.url());
  support::save_journal(results_, {"run2", Until::closing, "grid_gb"});
  const Said said = recarbon({"--pue", "1.2"}, "run2");
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.err, HasSubstr("some intensities could not be fetched again"));
  EXPECT_NEAR(costed("run2")["total_carbon"].get<double>(), kGrams, kGrams * 0.01);
  EXPECT_EQ(costed("run2")["footprint"]["pue"], 1.2);
}

// The file that it was costed by may be gone.
TEST_F(RecarbonTest, ARunWhoseSourceIsGoneKeepsItsValues) {
  support::save_journal(results_, {"run2", Until::closing, "file:/gone.csv"});
  const Said said = recarbon({}, "run2");
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.err, AllOf(HasSubstr("could not be fetched again"), HasSubstr("/gone.csv")));
  EXPECT_NEAR(costed("run2")["total_carbon"].get<double>(), kGrams, kGrams * 0.01);
}

TEST_F(RecarbonTest, ASourceOfNoNameIsAMistakeOfTheCommandLine) {
  const Said said = recarbon({"--carbon_source", "tarot"});
  EXPECT_EQ(said.code, cli::kUsageError);
  EXPECT_THAT(said.err, HasSubstr("unknown carbon source \"tarot\"\n  choose one of: grid_gb, "));
}

TEST_F(RecarbonTest, AnotherSourceWithoutAnAnswerWritesNothing) {
  const auto before = contents(results_ / "run");
  write(folder_ / "damaged.csv", "from,to,g_per_kwh\n2026-09-21T14:00Z,2026-09-21T15:00Z,lots\n");
  write(folder_ / "empty.csv", "");
  write(folder_ / "elsewhen.csv", "from,to,g_per_kwh\n2020-01-01T00:00Z,2020-01-01T01:00Z,5\n");
  struct Case {
    std::string source;
    std::string says;
  };
  for (const Case& one : {Case{"file:missing.csv", "missing.csv"},
                          {"file:.", "it is a folder"},
                          {"file:damaged.csv", "line 2: g_per_kwh is not a number from 0 to 10000"},
                          {"file:empty.csv", "empty.csv"},
                          {"file:elsewhen.csv", "has no intensity for this time"},
                          {"electricity_maps", "is not a zone of Electricity Maps"}}) {
    const Said said = recarbon({"--carbon_source", one.source});
    EXPECT_EQ(said.code, cli::kCannotRun) << one.source;
    EXPECT_THAT(said.err, HasSubstr(one.says)) << one.source;
    EXPECT_EQ(said.out, "") << one.source;
    EXPECT_EQ(contents(results_ / "run"), before) << one.source;
  }
}

TEST_F(RecarbonTest, WrongOptionsAreUsageErrors) {
  for (const Words& wrong :
       {Words{"--pue", "0.99"}, Words{"--pue", "10.1"}, Words{"--carbon_intensity", "-1"},
        Words{"--carbon_intensity", "5", "--carbon_source", "yearly"}, Words{"--functional_unit", "0 images"}})
    EXPECT_EQ(recarbon(wrong).code, cli::kUsageError) << testing::PrintToString(wrong);
  EXPECT_FALSE(fs::exists(results_ / "run" / "recarbon.json"));
}

TEST_F(RecarbonTest, AServiceIsAskedForTheRunsOwnTime) {
  const support::HttpStub service([](const support::StubRequest&) {
    return support::stub_answer(200, R"({"data": [{"from": "2026-09-21T14:00Z", "to": "2026-09-21T14:30Z",
      "intensity": {"forecast": 100, "actual": 180, "index": "moderate"}}]})");
  });
  set("IRIS_GPUBENCH_CARBON_URL", service.url());
  const Said said = recarbon({"--carbon_source", "grid_gb_national"});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(service.requests().at(0).target, HasSubstr("2026-09-21T14:"));
  EXPECT_NEAR(costed()["total_carbon"].get<double>(), kGrams / 2, kGrams * 0.01) << "the actual value counts";
  EXPECT_EQ(costed()["emissions"]["slots"][0]["kind"], "actual");
}

TEST_F(RecarbonTest, OneThatCannotBeDoneStopsNoOther) {
  support::save_journal(results_, {"begun", Until::start});
  write(results_ / "alien" / "file", "x");
  const Said said = say({"recarbon", "nowhere", "begun", "alien", "run", "--carbon_intensity", "1"});
  EXPECT_EQ(said.code, cli::kCannotRun) << "the last that was wrong";
  EXPECT_THAT(said.err, AllOf(HasSubstr("no run \"nowhere\""), HasSubstr("ends before the benchmark started")));
  EXPECT_TRUE(fs::exists(results_ / "run" / "recarbon.json"));
}

TEST_F(RecarbonTest, AllRunsOfASet) {
  support::save_set_of_runs(results_, "s", "nightly", {{"base", {1, 1}}});
  for (const char* run : {"s-base-1", "s-base-2"}) {
    fs::remove_all(results_ / run);
    support::save_journal(results_, {run});
  }
  EXPECT_EQ(recarbon({"--carbon_intensity", "100"}, "nightly").code, 0);
  EXPECT_TRUE(fs::exists(results_ / "s-base-1" / "recarbon.json") && fs::exists(results_ / "s-base-2" / "recarbon.json"));
}

// recarbon.txt is the last of them: as long as it is old, the figures beside it may be of either.
TEST_F(RecarbonTest, AFileInTheWayIsNamedAndTheNextTryMendsIt) {
  ASSERT_EQ(recarbon({"--carbon_intensity", "100"}).code, 0);
  for (const char* blocked : {"recarbon_intensities.json", "recarbon.yml", "recarbon.json", "recarbon.txt"}) {
    const std::string before = text_of(results_ / "run" / "recarbon.txt");
    fs::rename(results_ / "run" / blocked, folder_ / "away");
    write(results_ / "run" / blocked / "in the way", "x");
    const Said said = recarbon({"--carbon_intensity", "200"});
    EXPECT_EQ(said.code, cli::kCannotRun);
    EXPECT_EQ(said.out, "") << "no figures that were not kept";
    EXPECT_THAT(said.err, AllOf(HasSubstr("could not write"), HasSubstr(blocked)));
    fs::remove_all(results_ / "run" / blocked);
    ASSERT_EQ(recarbon({"--carbon_intensity", "100"}).code, 0);
    EXPECT_EQ(text_of(results_ / "run" / "recarbon.txt"), before);
  }
}

}  // namespace
}  // namespace gpubench::commands
