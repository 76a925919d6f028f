// Which values a run's options take, and which they refuse, with the remedy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/parse.h"
#include "cli/run_options.h"

namespace gpubench::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;

// "MESSAGE | REMEDY", or "" where the words are taken.
std::string said(const Words& words) {
  RunLine line;
  OptionTable table{run_options(line)};
  table.arguments = &line.workload.benchmark.arguments;
  const auto parsed = parse(table, words);
  return parsed ? "" : parsed.error().message + " | " + parsed.error().remedy;
}

std::string said_of(const std::string& option, const std::string& value) {
  return said({"--benchmark-image", "x", option, value});
}

struct Bounds {
  const char* option;
  const char* least;
  const char* most;
  const char* below;
  const char* above;
  const char* message;
};

class Ranges : public testing::TestWithParam<Bounds> {};

TEST_P(Ranges, BothEndsAreTakenWhatIsBeyondIsNot) {
  const Bounds& bounds = GetParam();
  for (const char* good : {bounds.least, bounds.most}) EXPECT_EQ(said_of(bounds.option, good), "") << good;
  for (const char* bad : {bounds.below, bounds.above, "nan", "inf", "soon", ""})
    EXPECT_THAT(said_of(bounds.option, bad), StartsWith(bounds.message)) << bad;
}

INSTANTIATE_TEST_SUITE_P(
    RunOptions, Ranges,
    testing::Values(
        Bounds{"--interval", "0.05", "3600", "0.04", "3601", "--interval must be between 0.05 and 3600 seconds"},
        Bounds{"--idle-roll", "0", "3600", "-1", "3601", "--idle-roll must be between 0 and 3600 seconds"},
        Bounds{"--stop-grace", "0", "3600", "-1", "3601", "--stop-grace must be between 0 and 3600 seconds"},
        Bounds{"--timeout", "0.001", "31536000", "0", "31536001", "--timeout must be between 0.001 and 31536000 seconds"},
        Bounds{"--export-drain", "0", "86400", "-1", "86401", "--export-drain must be between 0 and 86400 seconds"},
        Bounds{"--export-settle", "0", "86400", "-1", "86401", "--export-settle must be between 0 and 86400 seconds"},
        Bounds{"--carbon-intensity", "0", "10000", "-1", "10001", "--carbon-intensity must be a number from 0 to 10000"},
        Bounds{"--pue", "1", "10", "0.9", "10.1", "--pue must be a number from 1 to 10"},
        Bounds{"--embodied-kg", "0", "1000000", "-1", "1000001", "--embodied-kg must be a number from 0 to 1000000"},
        Bounds{"--lifetime-years", "0.1", "100", "0", "101", "--lifetime-years must be a number from 0.1 to 100"}));

TEST(RunOptions, OneOfAFewNamesTheFew) {
  for (const auto& [option, few] : {std::pair("--gpu-access", "use auto, runtime, cdi, devices or none"),
                                    {"--pull", "use missing, always or never"},
                                    {"--live-style", "use full, table or none"},
                                    {"--plot-format", "use png, svg or pdf"},
                                    {"--timeseries-format", "use csv, csv.gz or none"},
                                    {"--log-level", "use debug, info, warning or error"},
                                    {"--export-protocol", "use import or remote_write"},
                                    {"--export-names", "use standard or classic"}})
    EXPECT_EQ(said_of(option, "other"), std::string("unknown ") + option + " \"other\" | " + few);
}

TEST(RunOptions, SizesAreNumbersWithAUnit) {
  for (const char* option : {"--log-cap", "--shm-size", "--memory", "--results-limit"}) {
    for (const char* good : {"1", "512k", "64m", "1G"}) EXPECT_EQ(said_of(option, good), "") << option << " " << good;
    for (const char* bad : {"", "0", "-1", "1x", "much", "99999999999999g"})
      EXPECT_THAT(said_of(option, bad), StartsWith(option)) << bad;
  }
}

TEST(RunOptions, PathsInTheContainerAreAbsolute) {
  for (const char* option : {"--workdir", "--results-path", "--tmpfs"}) {
    EXPECT_EQ(said_of(option, "/folder"), "");
    EXPECT_THAT(said_of(option, "folder"), HasSubstr("\"folder\" is not an absolute path | give the path in the container"));
  }
}

TEST(RunOptions, TheScoresPatternIsCompiled) {
  EXPECT_EQ(said_of("--score-regex", "score ([0-9]+)"), "");
  EXPECT_THAT(said_of("--score-regex", "("), HasSubstr("write for example --score-regex"));
}

TEST(RunOptions, TheFunctionalUnitIsANumberAndAName) {
  for (const char* good : {"run", "1000 images", "0.5 epochs"}) EXPECT_EQ(said_of("--functional-unit", good), "") << good;
  for (const char* bad : {"", "0 images", "-1 images", "1000", "1000images", "banana 5"})
    EXPECT_THAT(said_of("--functional-unit", bad), HasSubstr("--functional-unit \"1000 images\"")) << bad;
}

TEST(RunOptions, AFolderOfResultsHasAName) {
  EXPECT_EQ(said_of("--results-dir", ""), "--results-dir is empty | name a folder");
}

TEST(RunOptions, TheMeterIsTheDriverOrAReplay) {
  EXPECT_EQ(said_of("--meter", "replay:x"), "");
  EXPECT_EQ(said_of("--meter", "abacus"), "unknown meter \"abacus\" | use --meter nvml or --meter replay:FILE");
  EXPECT_THAT(said({"--record-trace", "f", "--meter", "replay:x", "--", "true"}), HasSubstr("leave out --record-trace or"));
}

TEST(RunOptions, WhatExcludesEachOther) {
  const Words image{"--benchmark-image", "x"};
  for (const auto& more : {Words{"--quiet", "--verbose"},
                           {"--no-live-monitor", "--live-style", "full"},
                           {"--carbon-intensity", "5", "--carbon-source", "yearly"},
                           {"--benchmark-command", "y"}}) {
    Words words = image;
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_THAT(said(words), HasSubstr("cannot be used together | use only one of them")) << more.front();
  }
  EXPECT_EQ(said({"--benchmark-image", "x", "--no-live-monitor", "--live-style", "none"}), "");
}

TEST(RunOptions, WhatIsForContainersOnly) {
  for (const auto& more : {Words{"--volume", "/a:/b"},
                           {"--env", "A=1"},
                           {"--entrypoint", "sh"},
                           {"--user", "1"},
                           {"--network", "none"},
                           {"--tmpfs", "/t"},
                           {"--cpus", "1"},
                           {"--results-exclude", "*"}}) {
    Words words = more;
    words.insert(words.end(), {"--", "true"});
    EXPECT_THAT(said(words), HasSubstr("for containers | use them with --benchmark-image")) << more.front();
  }
  EXPECT_THAT(said({"--in-turn", "--", "true"}), StartsWith("--in-turn is for several containers"));
  EXPECT_THAT(said({"--gpus", "0", "--gpus", "1", "--", "true"}), HasSubstr("give it once"));
}

TEST(RunOptions, AFileOfContainersStandsAlone) {
  for (const auto& more : {Words{"--benchmark-image", "x"}, {"--env", "A=1"}, {"--gpus", "all"}, {"--score-regex", "x"}}) {
    Words words{"--benchmark-file", "containers.yml"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_THAT(said(words), HasSubstr("remove them from the command line")) << more.front();
  }
  EXPECT_THAT(said({"--benchmark-file", "/nonexistent"}), StartsWith("--benchmark-file: cannot read /nonexistent"));
}

TEST(RunOptions, AListIsAskedForWhateverElseIsSaid) {
  EXPECT_EQ(said({"--benchmark-image", ""}), "");
  EXPECT_EQ(said({"--carbon-region", ""}), "");
  EXPECT_EQ(said({"--carbon-region", "", "--benchmark-image", "a", "--benchmark-command", "b"}), "");
}

TEST(RunOptions, TooManyImages) {
  Words words;
  for (int image = 0; image < 65; ++image) words.insert(words.end(), {"--benchmark-image", "x"});
  EXPECT_THAT(said(words), HasSubstr("use several runs"));
}

}  // namespace
}  // namespace gpubench::cli
