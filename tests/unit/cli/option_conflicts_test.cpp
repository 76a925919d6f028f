// Options of sets, jobs and phases: borders of their values, and which of them do not go together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/parse.h"
#include "cli/run_options.h"

namespace gpubench::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;

// "MESSAGE | REMEDY", or "" where a run of `true` takes the words.
std::string answer_to(Words words, RunLine& line) {
  OptionTable table{run_options(line)};
  table.arguments = &line.workload.benchmark.arguments;
  words.insert(words.end(), {"--", "true"});
  const auto parsed = parse(table, words);
  auto checked = parsed ? base::Result<void>() : base::failure(parsed.error());
  if (checked && !line.set.asks_for_a_set()) checked = check_one_run(line.set, *parsed);
  return checked ? "" : checked.error().message + " | " + checked.error().remedy;
}

std::string answer_to(const Words& words) {
  RunLine line;
  return answer_to(words, line);
}

TEST(OptionConflicts, WhatDoesNotGoTogetherSaysWhatToDo) {
  const std::vector<std::pair<Words, std::string>> cases{
      {{"--max-runs", "5"}, "--max-runs is for --until | use --runs for a fixed number of runs"},
      {{"--start-at", "45C"}, "--start-at is for several runs | add --runs N"},
      {{"--pause", "5", "--runs", "1"}, "--pause is for several runs | add --runs N"},
      {{"--seed", "0", "--warmup", "0"}, "--seed is for several runs | add --runs N"},
      {{"--keep-going"}, "--keep-going is for several runs | add --runs N"},
      {{"--runs", "2", "--until", "time 1%"},
       "--runs and --until cannot be used together | --max-runs says how many runs --until may make"},
      {{"--until", "decided"}, "--until decided is for two sides | add --against 'COMMAND' or --against-image NAME"},
      {{"--until", "decided", "--against", "a", "--max-runs", "21"},
       "--until decided makes at most 20 pairs | use --max-runs 20, or less"},
      {{"--against", "a", "--against-image", "b"},
       "--against and --against-image cannot be used together | use only one of them"},
      {{"--until", "time 1%", "--record-trace", "t"},
       "--record-trace records one run, not several | leave it out, or the options for several runs"},
      {{"--warmup", "1", "--record-trace", "t"},
       "--record-trace records one run, not several | leave it out, or the options for several runs"},
      {{"--alone", "--group", "a"}, "--alone and --group cannot be used together | use only one of them"},
      {{"--alone", "--rank", "0", "--ranks", "2"}, "--alone and --group cannot be used together | use only one of them"},
      {{"--group", "a", "--rank", "0"}, "--rank needs --ranks | say how many processes the job has"},
      {{"--group", "a", "--ranks", "2"}, "--ranks needs --rank | say which process of the job this one is, from 0"},
      {{"--group", "a", "--rank", "2", "--ranks", "2"}, "--rank is not below --ranks | count --rank from 0"},
  };
  for (const auto& [words, answer] : cases) EXPECT_EQ(answer_to(words), answer) << words.front();
}

TEST(OptionConflicts, DefaultsForSetsLeaveOneRunAlone) {
  RunLine line;
  OptionTable table{run_options(line)};
  table.arguments = &line.workload.benchmark.arguments;
  table.presets = {{"--pause", {"10"}, ".iris-gpubench.yml"}, {"--keep_going", {"true"}, "IRIS_GPUBENCH_KEEP_GOING"}};
  const auto parsed = parse(table, {"--", "true"});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_TRUE(check_one_run(line.set, *parsed));
}

TEST(OptionConflicts, NeighboursOfThoseThatDoGoTogether) {
  for (const Words& words : {Words{"--until", "time 1%", "--max-runs", "5"},
                             {"--until", "decided", "--against", "a"},
                             {"--until", "decided", "--against", "a", "--max-runs", "20"},
                             {"--until", "energy 1%", "--runs", "1"},
                             {"--start-at", "45C", "--until", "energy 1%"},
                             {"--start-at", "45C", "--warmup", "1"},
                             {"--pause", "5", "--runs", "2"},
                             {"--pause", "0"},
                             {"--seed", "0", "--parameter", "N=1"},
                             {"--keep-going", "--resume", "a"},
                             {"--warmup", "0", "--record-trace", "t"},
                             {"--group", "a", "--rank", "1", "--ranks", "2"},
                             {"--group", "a", "--ranks", "1"},
                             {"--group", "a"},
                             {"--alone"}})
    EXPECT_EQ(answer_to(words), "") << words.front();
}

TEST(OptionConflicts, WholeNumbersAtTheirBorders) {
  struct Bounds {
    const char* option;
    Words more;
    const char* least;
    const char* most;
    const char* below;
    const char* above;
  };
  for (const Bounds& bounds : {Bounds{"--runs", {}, "1", "10000", "0", "10001"},
                               {"--warmup", {}, "0", "10000", "-1", "10001"},
                               {"--max-runs", {"--until", "time 1%"}, "2", "10000", "1", "10001"},
                               {"--seed", {"--runs", "2"}, "0", "9007199254740991", "-1", "9007199254740992"}}) {
    const auto answer = [&](const std::string& value) {
      Words words = bounds.more;
      words.insert(words.end(), {bounds.option, value});
      return answer_to(words);
    };
    for (const char* good : {bounds.least, bounds.most}) EXPECT_EQ(answer(good), "") << bounds.option << " " << good;
    const std::string message =
        std::string(bounds.option) + " must be a whole number from " + bounds.least + " to " + bounds.most;
    for (const char* bad : {bounds.below, bounds.above, "1.0", "1e3", "0x1", " 1", "1 ", "", "99999999999999999999"})
      EXPECT_THAT(answer(bad), StartsWith(message)) << bounds.option << " " << bad;
  }
}

TEST(OptionConflicts, HowManyRunsARuleMayMake) {
  RunLine line;
  ASSERT_EQ(answer_to({"--until", "energy 1%"}, line), "");
  EXPECT_EQ(line.set.options.max_runs, 30U);
  EXPECT_EQ(line.set.options.warmup, 1U);
  RunLine decided;
  ASSERT_EQ(answer_to({"--until", "decided", "--against", "a"}, decided), "");
  EXPECT_EQ(decided.set.options.max_runs, 20U) << "the last look of the rule";
  RunLine fewer;
  ASSERT_EQ(answer_to({"--until", "decided", "--against", "a", "--max-runs", "8", "--warmup", "0"}, fewer), "");
  EXPECT_EQ(fewer.set.options.max_runs, 8U);
  EXPECT_EQ(fewer.set.options.warmup, 0U);
}

TEST(OptionConflicts, TemperaturesWithAndWithoutAUnit) {
  for (const char* good : {"1", "120", "45C", "45 C", "45c", "45.5 \u00b0C"})
    EXPECT_EQ(answer_to({"--runs", "2", "--start-at", good}), "") << good;
  for (const char* bad : {"", "0", "121", "0.9C", "45F", "45 K", "C", "nan", "inf", "-5C", "45CC"})
    EXPECT_THAT(answer_to({"--start-at", bad}), EndsWith("is not a temperature from 1 to 120 \u00b0C | write it as in 45C"))
        << bad;
}

TEST(OptionConflicts, NamesOfGroupsAndLabels) {
  const std::string longest(64, 'a');
  for (const char* good : {"a", "Job-1.2_x"}) EXPECT_EQ(answer_to({"--group", good}), "") << good;
  EXPECT_EQ(answer_to({"--group", longest}), "");
  for (const std::string& bad :
       {std::string(), longest + "a", std::string("a b"), std::string("a/b"), std::string("\u00e9")})
    EXPECT_THAT(answer_to({"--group", bad}), HasSubstr("is no name of a group | use 1 to 64 letters")) << bad;
  EXPECT_EQ(answer_to({"--label", longest}), "");
  EXPECT_EQ(answer_to({"--label", "\u00e9 b"}), "");
  for (const std::string& bad : {longest + "a", std::string("a\tb"), std::string("\xff"), std::string("a\x1b[31m")})
    EXPECT_THAT(answer_to({"--label", bad}), StartsWith("--label must be one line of 1 to 64 bytes")) << bad;
  EXPECT_EQ(answer_to({"--name", std::string(200, 'n')}), "");
  EXPECT_THAT(answer_to({"--name", std::string(201, 'n')}), EndsWith("give 1 to 200 characters on one line"));
  EXPECT_THAT(answer_to({"--name", ""}), EndsWith("give 1 to 200 characters on one line"));
}

// "inf" and "nan" are numbers to a parser, and the beginning of words.
TEST(OptionConflicts, AFunctionalUnitMayBeginAsANumberDoes) {
  for (const char* unit : {"inferences", "inference", "nanoseconds", "info", "e2e tests"}) {
    RunLine line;
    ASSERT_EQ(answer_to({"--functional-unit", unit}, line), "") << unit;
    EXPECT_EQ(line.spec.settings.carbon.functional_unit, unit);
    EXPECT_EQ(line.spec.settings.carbon.functional_units, 1) << unit;
  }
  RunLine many;
  ASSERT_EQ(answer_to({"--functional-unit", "1e3 inferences"}, many), "");
  EXPECT_EQ(many.spec.settings.carbon.functional_unit, "inferences");
  EXPECT_EQ(many.spec.settings.carbon.functional_units, 1000);
  for (const char* bad : {"inf images", "nan images", "-inf images", "1e999 images", "1 ", "5"})
    EXPECT_NE(answer_to({"--functional-unit", bad}), "") << bad;
}

TEST(OptionConflicts, PhasesOfTheLog) {
  RunLine line;
  ASSERT_EQ(answer_to({"--phase-regex", "^begin (.*)", "--phase-regex", "^end (.*)", "--log-phases", "none"}, line), "");
  EXPECT_EQ(line.spec.phases.log.regexes.size(), 2U);
  EXPECT_EQ(line.spec.phases.log.format, benchmark::LogFormat::none);
  EXPECT_THAT(answer_to({"--phase-regex", "("}), HasSubstr("write for example --phase-regex"));
  EXPECT_EQ(answer_to({"--log-phases", "pytorch"}),
            "unknown --log-phases \"pytorch\" | use auto, sciml, mlperf, keras, lightning or none");
}

// Each is one or two letters off, or in another order.
TEST(OptionConflicts, MisspelledOptionsAreGuessed) {
  for (const auto& [typed, meant] : {std::pair("--intreval", "--interval"),
                                     {"--carbon-regoin", "--carbon-region"},
                                     {"--carbonregion", "--carbon-region"},
                                     {"--exprt-to-victoria", "--export-to-victoria"},
                                     {"--results-dirs", "--results-dir"},
                                     {"--no-plots", "--no-plot"},
                                     {"--timout", "--timeout"},
                                     {"--keep-goin", ""}}) {
    const std::string answer = answer_to({typed, "1"});
    if (*meant != 0)
      EXPECT_EQ(answer, std::string("unknown option ") + typed + " | did you mean " + meant + "?");
    else
      EXPECT_THAT(answer, HasSubstr("\"1\" was not expected")) << "a beginning is enough";
  }
  EXPECT_EQ(answer_to({"--zebra"}), "unknown option --zebra | see iris-gpubench --help");
  EXPECT_THAT(answer_to({"--export"}), HasSubstr("could be any of several | write it in full: --export-to-victoria"));
}

}  // namespace
}  // namespace gpubench::cli
