// `compare` and `baseline`: exit statuses of gates, what cannot be compared, and names that stand for runs.
#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "support/saved_runs/saved_runs.h"
#include "unit/commands/command_test.h"

namespace gpubench::commands {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

const std::vector<double>& base_joules() {
  static const std::vector<double> joules{3012, 3020, 3008, 3016, 3024};
  return joules;
}

class CompareTest : public CommandTest {
 protected:
  CompareTest() {
    support::save_set_of_runs(results_, "20261129-ab", "ab",
                              {{"base", base_joules()}, {"against", {3071, 3083, 3069, 3078, 3089}}});
  }
  static Said compare(const Words& words) {
    Words all{"compare"};
    all.insert(all.end(), words.begin(), words.end());
    return say(all);
  }
};

TEST_F(CompareTest, ExitStatusesAreThoseOfTheHelp) {
  struct Case {
    Words words;
    int code;
  };
  for (const Case& one : {Case{{"ab"}, 0},
                          {{"ab:base", "ab:against", "--gate", "energy +3%"}, 0},
                          {{"ab", "--gate", "energy +1%"}, 1},
                          {{"ab", "--gate", "energy +2%"}, 3},
                          {{"ab", "--gate", "energy +2%", "--undecided", "pass"}, 0},
                          {{"ab", "--gate", "energy +2%", "--undecided", "fail"}, 1},
                          {{"ab", "--gate", "energy +3%", "--gate", "energy +1%"}, 1},
                          {{"ab", "--gate", "score +2%"}, 4},
                          {{"ab:base", "ab", "--gate", "energy +50%"}, 4},
                          {{"ab", "--gate", "score +2%", "--undecided", "pass"}, 4}})
    EXPECT_EQ(compare(one.words).code, one.code) << testing::PrintToString(one.words);
}

TEST_F(CompareTest, WrongWordsNameWhatIsRight) {
  support::save_metrics(results_, "20261130-one", 3000);
  struct Case {
    Words words;
    std::string says;
  };
  for (const Case& one : {Case{{}, "BASE is required"},
                          {{"20261130-one"}, "NEW is missing\n  name what 20261130-one is to be compared with"},
                          {{"ab", "nothing"}, "there is no run \"nothing\""},
                          {{"ab:base", "ab:other"}, "has no variant \"other\""},
                          {{"nothing:base", "ab"}, "there is no set \"nothing\""},
                          {{"latest", "latest~9"}, "there are only 2 runs and sets"},
                          {{"ab", "2026112"}, "\"2026112\" begins the ids of"},
                          {{"ab", "latest~x"}, "there is no run \"latest~x\""},
                          {{"", "ab"}, "the name of a run is empty"},
                          {{"ab", "--gate", "enery +2%"}, "energy"},
                          {{"ab", "--gate", "energy -2%"}, "would ask for an improvement"},
                          {{"ab", "--gate", "work -100%"}, "nothing can fall by 100 % or more"},
                          {{"ab", "--gate", "energy"}, "is not a metric and what it may change by"},
                          {{"ab", "--format", "xml"}, "junit"},
                          {{"ab", "--metric", "joy"}, "energy_per_work"},
                          {{"ab", "--undecided", "maybe"}, "3, pass or fail"}}) {
    const Said said = compare(one.words);
    EXPECT_EQ(said.code, cli::kUsageError) << testing::PrintToString(one.words);
    EXPECT_THAT(said.err, HasSubstr(one.says));
    EXPECT_EQ(said.out, "");
  }
}

TEST_F(CompareTest, WhatIsThereAndCannotBeReadIsNoUsageError) {
  write(results_ / "damaged" / "metrics.json", "{");
  write(results_ / "newer" / "metrics.json", R"({"schema_version": 2})");
  fs::create_directories(results_ / "empty");
  write(folder_ / "file", "x");
  for (const char* name : {"damaged", "empty", "file"}) {
    const Said said = compare({"ab", name});
    EXPECT_EQ(said.code, cli::kCannotRun) << name << said.err;
    EXPECT_THAT(said.err, HasSubstr(name));
  }
  const Said newer = compare({"ab", "newer"});
  EXPECT_EQ(newer.code, 4);
  EXPECT_THAT(newer.out, HasSubstr("version 2"));
}

TEST_F(CompareTest, RunsThatDoNotCountAreSaidAndNeverPass) {
  support::save_metrics(results_, "a", 3000);
  struct Case {
    std::string id;
    std::string changes;
    std::string says;
  };
  for (const Case& one : {Case{"replayed", R"({"source": {"kind": "replay", "replay": true}})", "replay"},
                          {"unknown", R"({"total_energy_joules": null})", "energy"},
                          {"negative", R"({"total_energy_joules": -5})", "negative"},
                          {"failed", R"({"findings": [{"name": "workload_failed", "text": "x"}]})", "workload_failed"}}) {
    support::save_metrics(results_, one.id, 3000, one.changes);
    const Said said = compare({"a", one.id, "--gate", "energy +50%"});
    EXPECT_EQ(said.code, 4) << one.id << said.out;
    EXPECT_THAT(said.out, AllOf(HasSubstr(one.id), HasSubstr(one.says)));
  }
}

TEST_F(CompareTest, OtherGpusAndBenchmarksAreADoubt) {
  support::save_metrics(results_, "a", 3000);
  support::save_metrics(results_, "b", 3000, R"({"gpus": [{"uuid": "GPU-b", "name": "NVIDIA A100", "energy_joules": 3000}],
    "name": "NVIDIA A100", "benchmark": "another"})");
  const Said said = compare({"a", "b", "--format", "json", "--gate", "energy +50%"});
  EXPECT_EQ(said.code, 0) << said.out;
  const auto comparison = nlohmann::json::parse(said.out)["comparisons"][0];
  std::vector<std::string> names;
  for (const auto& finding : comparison["findings"]) names.push_back(finding["name"]);
  EXPECT_THAT(names, testing::Contains("other_board"));
  EXPECT_EQ(comparison["differs"][0]["name"], "benchmark");
}

TEST_F(CompareTest, TheFileOfAnotherMachineIsASide) {
  support::save_metrics(folder_ / "elsewhere", "far", 3100);
  const Said said = compare({"ab:base", "elsewhere/far/metrics.json"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("far"));
}

TEST_F(CompareTest, OutputGoesToTheFileOrNowhere) {
  const std::string shown = compare({"ab"}).out;
  const Said written = compare({"ab", "--output", "report.txt"});
  EXPECT_EQ(written.out, "");
  EXPECT_EQ(text_of(folder_ / "report.txt"), shown);
  for (const char* wrong : {"missing/report.txt", "results"}) {
    const Said said = compare({"ab", "--output", wrong, "--gate", "energy +3%"});
    EXPECT_EQ(said.code, cli::kCannotRun) << wrong;
    EXPECT_THAT(said.err, HasSubstr("could not write"));
  }
}

TEST_F(CompareTest, GithubsSummaryIsAddedTo) {
  set("GITHUB_STEP_SUMMARY", "summary.md");
  write(folder_ / "summary.md", "before\n");
  const Said said = compare({"ab", "--format", "github", "--gate", "energy +1%"});
  EXPECT_EQ(said.code, 1);
  EXPECT_THAT(said.out, StartsWith("::error title="));
  EXPECT_THAT(text_of(folder_ / "summary.md"), StartsWith("before\n###"));
  compare({"ab", "--format", "text"});
  const auto size = fs::file_size(folder_ / "summary.md");
  set("GITHUB_STEP_SUMMARY", "results");
  const Said refused = compare({"ab", "--format", "github", "--gate", "energy +1%"});
  EXPECT_EQ(refused.code, cli::kCannotRun);
  EXPECT_THAT(refused.err, HasSubstr("cannot write the step's summary results"));
  EXPECT_THAT(refused.out, StartsWith("::error title=")) << "the gate's answer is not lost with it";
  EXPECT_EQ(fs::file_size(folder_ / "summary.md"), size);
}

class BaselineTest : public CompareTest {
 protected:
  static Said baseline(const Words& words) {
    Words all{"baseline"};
    all.insert(all.end(), words.begin(), words.end());
    return say(all);
  }
};

TEST_F(BaselineTest, IsSetUsedChangedAndRemoved) {
  EXPECT_EQ(baseline({"list"}).out, "No baselines yet: iris-gpubench baseline set NAME RUN\n");
  support::save_metrics(results_, "20261130-one", 3000);
  EXPECT_EQ(baseline({"set", "main", "latest"}).out, "main is now 20261130-one\n") << "a name that stays, not latest";
  EXPECT_EQ(baseline({"set", "older", "latest~1"}).out, "older is now 20261129-ab\n");
  EXPECT_EQ(baseline({"set", "first", "ab:base"}).out, "first is now 20261129-ab:base\n");
  EXPECT_THAT(baseline({"list"}).out, AllOf(HasSubstr("main"), HasSubstr("20261129-ab:base")));
  EXPECT_EQ(compare({"first", "main"}).code, 0);
  baseline({"set", "main", "ab:against"});
  EXPECT_EQ(nlohmann::json::parse(text_of(results_ / "baselines.json"))["baselines"]["main"], "20261129-ab:against");
  EXPECT_EQ(baseline({"rm", "main"}).code, 0);
  EXPECT_EQ(compare({"main", "first"}).code, cli::kUsageError);
  fs::remove_all(results_ / "20261129-ab");
  EXPECT_THAT(compare({"first", "20261130-one"}).err, HasSubstr("the baseline first")) << "its set is gone";
}

TEST_F(BaselineTest, AFolderThatIsNotThereHasNoListOfThem) {
  for (const Words& words : {Words{"list"}, Words{"rm", "main"}, Words{"set", "main", "latest"}}) {
    Words all{"baseline"};
    all.insert(all.end(), words.begin(), words.end());
    all.insert(all.end(), {"--results_dir", "nowhere"});
    const Said said = say(all);
    EXPECT_EQ(said.code, cli::kUsageError);
    EXPECT_EQ(said.err, "iris-gpubench: there is no folder nowhere\n  name a folder of results with --results-dir\n");
  }
}

TEST_F(BaselineTest, WrongWordsNameWhatIsRight) {
  baseline({"set", "main", "ab"});
  const std::string before = text_of(results_ / "baselines.json");
  const std::string longest(64, 'x');
  struct Case {
    Words words;
    std::string says;
  };
  for (const Case& one : {Case{{"drop", "main"}, "set, list or rm"},
                          {{"set"}, "NAME is missing"},
                          {{"set", "main"}, "RUN is missing"},
                          {{"rm"}, "NAME is missing"},
                          {{"rm", "main", "ab"}, "only set takes a run"},
                          {{"list", "main"}, "list takes no name"},
                          {{"rm", "other"}, "there is no baseline \"other\"\n  iris-gpubench baseline list shows them"},
                          {{"set", "latest", "ab"}, "cannot be the name of a baseline"},
                          {{"set", "a/b", "ab"}, "use one without / and :"},
                          {{"set", longest + "x", "ab"}, "one line of 1 to 64 bytes"},
                          {{"set", "a\nb", "ab"}, "one line of 1 to 64 bytes"},
                          {{"set", "a\xff", "ab"}, "in UTF-8"},
                          {{"set", "new", "ab:other"}, "it has: base, against"},
                          {{"set", "new", ""}, "RUN is missing"},
                          {{"set", "new", "nothing"}, "there is no run \"nothing\""}}) {
    const Said said = baseline(one.words);
    EXPECT_EQ(said.code, cli::kUsageError) << testing::PrintToString(one.words);
    EXPECT_THAT(said.err, HasSubstr(one.says));
  }
  EXPECT_EQ(text_of(results_ / "baselines.json"), before);
  EXPECT_EQ(baseline({"set", longest, "ab"}).code, 0);
}

// Whatever is in the file: what cannot be read is never written over.
TEST_F(BaselineTest, AFileThatCannotBeReadIsLeftAlone) {
  const fs::path file = results_ / "baselines.json";
  const std::string too_large = R"({"schema_version": 1, "baselines": {"main": "ab"}})" + std::string(1 << 20, ' ');
  struct Case {
    std::string text;
    std::string says;
  };
  for (const Case& one : {Case{"{", "is damaged\n  remove it, and set the baselines again"},
                          {"[]", "is damaged"},
                          {R"({"schema_version": 1})", "is damaged"},
                          {R"({"schema_version": 1, "baselines": {"main": 5}})", "is damaged"},
                          {R"({"schema_version": 2, "baselines": {}})", "of another version of iris-gpubench"},
                          {"", "is damaged"},
                          {too_large, "cannot read"}}) {
    write(file, one.text);
    for (const Words& words : {Words{"list"}, Words{"set", "new", "ab"}, Words{"rm", "main"}}) {
      const Said said = baseline(words);
      EXPECT_EQ(said.code, cli::kCannotRun) << words.front() << one.text.substr(0, 40);
      EXPECT_THAT(said.err, HasSubstr(one.says)) << words.front();
    }
    EXPECT_EQ(text_of(file), one.text);
  }
  fs::remove(file);
  fs::create_directory(file);
  EXPECT_EQ(baseline({"list"}).code, cli::kCannotRun) << "a folder is not an empty list";
  EXPECT_EQ(baseline({"set", "new", "ab"}).code, cli::kCannotRun);
}

}  // namespace
}  // namespace gpubench::commands
