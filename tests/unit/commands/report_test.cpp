// Outputs of saved runs made again: `report` and `recover`.
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

constexpr const char* kAbout = R"({"publisher": {"name": "iris"}})";

class ReportTest : public CommandTest {
 protected:
  // Without what takes long.
  static Said make(const std::string& command, const std::string& run, const Words& more = {}) {
    Words words{command, run, "--no_plot", "--no_html"};
    words.insert(words.end(), more.begin(), more.end());
    return say(words);
  }
  void keep_only_the_beginning_of(const std::string& run) const {
    const fs::path segment = results_ / run / "journal" / "00000001.journal";
    fs::resize_file(segment, fs::file_size(segment) / 2);
  }
  static std::vector<std::string> findings(const fs::path& run) {
    std::vector<std::string> names;
    const auto metrics = nlohmann::json::parse(text_of(run / "metrics.json"));
    for (const auto& finding : metrics["findings"]) names.push_back(finding["name"]);
    return names;
  }
};

TEST_F(ReportTest, OutputsAreTheSameEachTime) {
  support::save_journal(results_, {"run"});
  EXPECT_EQ(make("report", "run").code, 0);
  const auto first = contents(results_ / "run");
  for (const char* name : {"metrics.json", "metrics.yml", "formatted_metrics.txt", "timeseries.csv", "power.csv"})
    EXPECT_EQ(first.count(name), 1U) << name;
  EXPECT_EQ(make("report", "run").code, 0);
  EXPECT_EQ(contents(results_ / "run"), first);
}

TEST_F(ReportTest, OnlyWhatIsAskedForIsMade) {
  support::save_journal(results_, {"run"});
  const Said said = make("report", "run", {"--timeseries_format", "none"});
  EXPECT_EQ(said.code, 0);
  EXPECT_FALSE(fs::exists(results_ / "run" / "timeseries.csv"));
  EXPECT_FALSE(fs::exists(results_ / "run" / "report.html"));
  EXPECT_THAT(said.out, AllOf(HasSubstr("metrics.json"), Not(HasSubstr("report.html"))));
  ASSERT_EQ(say({"report", "run", "--no_plot"}).code, 0);
  EXPECT_THAT(text_of(results_ / "run" / "report.html"), testing::StartsWith("<!DOCTYPE html>"));
}

// A full disk, a folder in the way: each file is tried.
TEST_F(ReportTest, AFileThatCannotBeWrittenKeepsNoOtherFromIt) {
  for (const char* blocked : {"metrics.json", "metrics.yml", "formatted_metrics.txt", "power.csv"}) {
    fs::remove_all(results_);
    support::save_journal(results_, {"run"});
    write(results_ / "run" / blocked / "in the way", "x");
    const Said said = make("report", "run");
    EXPECT_EQ(said.code, cli::kCannotRun) << blocked;
    EXPECT_THAT(said.err, AllOf(HasSubstr("could not write"), HasSubstr(blocked)));
    for (const char* name : {"metrics.json", "metrics.yml", "formatted_metrics.txt", "timeseries.csv", "power.csv"})
      EXPECT_TRUE(fs::exists(results_ / "run" / name)) << name << " beside " << blocked;
  }
}

TEST_F(ReportTest, AnUnfinishedRunIsForRecover) {
  support::save_journal(results_, {"killed", Until::middle});
  const Said refused = make("report", "killed");
  EXPECT_EQ(refused.code, cli::kCannotRun);
  EXPECT_EQ(refused.err,
            "iris-gpubench: the run killed was not finished\n"
            "  iris-gpubench recover killed makes results from its journal\n");
  EXPECT_FALSE(fs::exists(results_ / "killed" / "metrics.json"));
}

TEST_F(ReportTest, LivingRunsAreLeftAlone) {
  const auto living = support::save_living_run(results_, "living");
  for (const char* command : {"report", "recover", "recarbon", "export", "plan"}) {
    const Said said = say({command, "living"});
    EXPECT_EQ(said.code, cli::kCannotRun) << command;
    EXPECT_THAT(said.err, AllOf(HasSubstr("still running"), HasSubstr("wait for its end"))) << command;
  }
  EXPECT_EQ(contents(results_ / "living").size(), 1U) << "only its journal";
}

TEST_F(ReportTest, AKilledRunIsRecovered) {
  support::save_journal(results_, {"killed", Until::middle});
  const Said said = make("recover", "killed");
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("exit code not known"));
  EXPECT_THAT(findings(results_ / "killed"), testing::Contains("recovered"));
  const auto first = contents(results_ / "killed");
  EXPECT_EQ(make("recover", "killed").code, 0);
  EXPECT_EQ(contents(results_ / "killed"), first) << "once more is the same";
}

// Its carbon is still to be known, and the service knows nothing.
TEST_F(ReportTest, ARecoveredRunIsCostedByTheYearlyFactor) {
  const support::HttpStub service([](const support::StubRequest&) { return support::stub_answer(404, "{}"); });
  set("IRIS_GPUBENCH_CARBON_URL", service.url());
  support::save_journal(results_, {"unclosed", Until::end, "grid_gb"});
  ASSERT_EQ(make("recover", "unclosed").code, 0);
  const auto run = nlohmann::json::parse(text_of(results_ / "unclosed" / "metrics.json"));
  EXPECT_EQ(run["workload"]["exit_code"], 0);
  EXPECT_EQ(run["emissions"]["slots"][0]["kind"], "yearly factor");
  EXPECT_THAT(findings(results_ / "unclosed"), testing::Contains("carbon_fallback"));
}

TEST_F(ReportTest, RecoverOfAFinishedRunKeepsItFinished) {
  support::save_journal(results_, {"run"});
  ASSERT_EQ(make("report", "run").code, 0);
  const auto before = contents(results_ / "run");
  EXPECT_EQ(make("recover", "run").code, 0);
  EXPECT_EQ(contents(results_ / "run"), before);
}

TEST_F(ReportTest, ResultsAreKeptWhereTheJournalHoldsLess) {
  support::save_journal(results_, {"run"});
  ASSERT_EQ(make("report", "run").code, 0);
  keep_only_the_beginning_of("run");
  const auto before = contents(results_ / "run");
  for (const char* command : {"report", "recover"}) {
    const Said said = make(command, "run");
    EXPECT_EQ(said.code, cli::kCannotRun) << command;
    EXPECT_THAT(said.err, AllOf(HasSubstr("is damaged: it ends"), HasSubstr("move metrics.json away first"))) << command;
    EXPECT_EQ(contents(results_ / "run"), before) << command;
  }
  fs::remove(results_ / "run" / "metrics.json");
  EXPECT_EQ(make("recover", "run").code, 0) << "as the message says";
}

TEST_F(ReportTest, AJournalOfAnotherRunIsRefused) {
  support::save_journal(results_, {"other"});
  support::save_metrics(results_, "run", 3000);
  fs::rename(results_ / "other" / "journal", results_ / "run" / "journal");
  const std::string before = text_of(results_ / "run" / "metrics.json");
  const Said said = make("report", "run");
  EXPECT_EQ(said.code, cli::kCannotRun);
  EXPECT_THAT(said.err, HasSubstr("is of another run: other"));
  EXPECT_EQ(text_of(results_ / "run" / "metrics.json"), before);
}

TEST_F(ReportTest, FoldersWithoutAJournal) {
  fs::create_directories(results_ / "empty");
  write(results_ / "file" / "journal", "a file in place of the folder");
  for (const char* command : {"report", "recover"})
    for (const char* run : {"empty", "file"}) {
      const Said said = make(command, run);
      EXPECT_EQ(said.code, cli::kCannotRun) << command << " " << run;
      EXPECT_THAT(said.err, HasSubstr("journal")) << command << " " << run;
    }
}

TEST_F(ReportTest, DamageWithinTheJournalIsSaidAndBecomesAFinding) {
  support::save_journal(results_, {"run"});
  const fs::path segment = results_ / "run" / "journal" / "00000001.journal";
  const auto middle = static_cast<std::streamoff>(fs::file_size(segment) / 2);
  std::fstream(segment, std::ios::in | std::ios::out | std::ios::binary).seekp(middle).write("damage", 6);
  const Said said = make("report", "run");
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.err, HasSubstr("are damaged"));
  EXPECT_THAT(findings(results_ / "run"), testing::Contains("journal_incomplete"));
}

TEST_F(ReportTest, ASetsRunsAreEachReported) {
  support::save_set_of_runs(results_, "s", "", {{"base", {3000, 3010}}});
  fs::remove_all(results_ / "s-base-1");
  fs::remove_all(results_ / "s-base-2");
  support::save_journal(results_, {"s-base-1", Until::middle});
  support::save_journal(results_, {"s-base-2"});
  const Said said = make("report", "s");
  EXPECT_EQ(said.code, cli::kCannotRun);
  EXPECT_THAT(said.err, HasSubstr("the run s-base-1 was not finished"));
  EXPECT_TRUE(fs::exists(results_ / "s-base-2" / "metrics.json")) << "one that is not finished stops no other";
}

TEST_F(ReportTest, ExchangeFormsAreOneFileEach) {
  support::save_journal(results_, {"run"});
  const Said crate = say({"report", "run", "--format", "ro-crate"});
  EXPECT_EQ(crate.code, 0) << crate.err;
  EXPECT_EQ(fs::path(crate.out.substr(0, crate.out.size() - 1)).filename(), "ro-crate-metadata.json");
  EXPECT_TRUE(nlohmann::json::parse(text_of(results_ / "run" / "ro-crate-metadata.json")).contains("@graph"));
  EXPECT_FALSE(fs::exists(results_ / "run" / "metrics.json")) << "nothing else";
}

TEST_F(ReportTest, AboutIsCheckedBeforeAnythingIsWritten) {
  support::save_journal(results_, {"run"});
  write(folder_ / "damaged.json", "{");
  write(folder_ / "list.json", "[1]");
  write(folder_ / "about.json", kAbout);
  struct Case {
    Words options;
    int code;
    std::string says;
  };
  for (const Case& one :
       {Case{{"--about", "about.json"}, cli::kUsageError, "--about belongs to --format boamps"},
        {{"--format", "ro-crate", "--about", "about.json"}, cli::kUsageError, "--about belongs to --format boamps"},
        {{"--format", "xml"}, cli::kUsageError, "all, boamps or ro-crate"},
        {{"--format", "boamps", "--about", "missing.json"}, cli::kCannotRun, "--about: "},
        {{"--format", "boamps", "--about", "."}, cli::kCannotRun, "--about: "},
        {{"--format", "boamps", "--about", "damaged.json"}, cli::kCannotRun, "is not a JSON object"},
        {{"--format", "boamps", "--about", "list.json"}, cli::kCannotRun, "is not a JSON object"},
        {{"--format", "boamps"}, cli::kCannotRun, "what no meter knows"}}) {
    Words words{"report", "run"};
    words.insert(words.end(), one.options.begin(), one.options.end());
    const Said said = say(words);
    EXPECT_EQ(said.code, one.code) << testing::PrintToString(one.options) << said.err;
    EXPECT_THAT(said.err, HasSubstr(one.says));
    EXPECT_FALSE(fs::exists(results_ / "run" / "boamps.json"));
  }
}

}  // namespace
}  // namespace gpubench::commands
