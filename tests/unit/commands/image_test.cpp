// `check-image` and `attach`: what they say of what is not there, and what they leave.
#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "support/http_stub/http_stub.h"
#include "support/places/places.h"
#include "unit/commands/command_test.h"

namespace gpubench::commands {
namespace {

using support::StubConnection;
using support::StubRequest;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

class CheckImageTest : public CommandTest {};

TEST_F(CheckImageTest, WhatCannotRunIsAVerdictAndLeavesNoFolder) {
  write(folder_ / "file", "kept");
  struct Case {
    Words options;
    std::string says;
  };
  for (const Case& one :
       {Case{{}, "/nonexistent/docker.sock"},
        {{"--score_regex", "("}, "--score-regex: missing closing parenthesis"},
        {{"--env", "NOBODY_SETS_THIS"}, "has no value, and there is no such variable here\n  write NOBODY_SETS_THIS=VALUE"},
        {{"--results_dir", "file"}, "cannot make the results folder file"}}) {
    Words words{"check-image", "tiny"};
    words.insert(words.end(), one.options.begin(), one.options.end());
    const Said said = say(words);
    EXPECT_NE(said.code, 0) << testing::PrintToString(one.options);
    EXPECT_THAT(said.out + said.err, HasSubstr(one.says)) << testing::PrintToString(one.options);
    EXPECT_FALSE(fs::exists(results_)) << testing::PrintToString(one.options);
  }
  EXPECT_EQ(text_of(folder_ / "file"), "kept");
}

TEST_F(CheckImageTest, JsonHasTheVerdictAndItsRemedy) {
  const Said said = say({"check-image", "tiny", "--json"});
  EXPECT_EQ(said.code, 1);
  const auto verdict = nlohmann::json::parse(said.out);
  EXPECT_EQ(verdict["fits"], false);
  EXPECT_EQ(verdict["checks"][0]["state"], "failed");
  EXPECT_FALSE(verdict["checks"][0]["remedy"].get<std::string>().empty());
}

class AttachTest : public CommandTest {
 protected:
  static Said attach(const Words& words) {
    Words all{"attach", "--meter", "replay:" + support::source_folder() + "/traces/h200.trace"};
    all.insert(all.end(), words.begin(), words.end());
    return say(all);
  }
};

TEST_F(AttachTest, WrongWordsNameWhatIsRight) {
  struct Case {
    Words words;
    int code;
    std::string says;
  };
  for (const Case& one :
       {Case{{}, cli::kUsageError, "give the number of a process or --container NAME, and not both"},
        {{"1", "--container", "x"}, cli::kUsageError, "and not both\n  for example: iris-gpubench attach 4711"},
        {{"abc"}, cli::kUsageError, "\"abc\" is not the number of a process\n  ps lists processes"},
        {{"0"}, cli::kUsageError, "is not the number of a process"},
        {{"12x"}, cli::kUsageError, "is not the number of a process"},
        {{"99999999999"}, cli::kUsageError, "is not the number of a process"},
        {{"1", "--carbon_region", ""}, cli::kUsageError, "--carbon-region needs a name"},
        {{"1", "--gpus", "0", "--gpus", "1"}, cli::kUsageError, "--gpus was given more than once"},
        {{"2147483647"}, cli::kCannotRun, "there is no process 2147483647 that this user may look at"},
        {{"--container", "x"}, cli::kCannotRun, ""}}) {
    const Said said = attach(one.words);
    EXPECT_EQ(said.code, one.code) << testing::PrintToString(one.words) << said.err;
    EXPECT_THAT(said.err, HasSubstr(one.says));
  }
  EXPECT_FALSE(fs::exists(results_));
}

// This very process, which outlives it.
TEST_F(AttachTest, AProcessIsMeasuredUntilTheTimeoutAndLeftAlone) {
  const Said said = attach({std::to_string(getpid()), "--timeout", "0.2", "--interval", "0.1", "--no_plot", "--no_html",
                            "--carbon_intensity", "100", "--idle_roll", "0"});
  EXPECT_EQ(said.code, 0) << said.err;
  const auto run = nlohmann::json::parse(text_of(results_ / "latest" / "metrics.json"));
  std::vector<std::string> names;
  for (const auto& finding : run["findings"]) names.push_back(finding["name"]);
  EXPECT_THAT(names, testing::Contains("begun_in_mid_run"));
  EXPECT_TRUE(run["workload"]["exit_code"].is_null());
}

}  // namespace
}  // namespace gpubench::commands
