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
  return said({"--benchmark_image", "x", option, value});
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
        Bounds{"--idle_roll", "0", "3600", "-1", "3601", "--idle_roll must be between 0 and 3600 seconds"},
        Bounds{"--stop_grace", "0", "3600", "-1", "3601", "--stop_grace must be between 0 and 3600 seconds"},
        Bounds{"--timeout", "0.001", "31536000", "0", "31536001", "--timeout must be between 0.001 and 31536000 seconds"},
        Bounds{"--export_drain", "0", "86400", "-1", "86401", "--export_drain must be between 0 and 86400 seconds"},
        Bounds{"--export_settle", "0", "86400", "-1", "86401", "--export_settle must be between 0 and 86400 seconds"},
        Bounds{"--carbon_intensity", "0", "10000", "-1", "10001", "--carbon_intensity must be a number from 0 to 10000"},
        Bounds{"--pue", "1", "10", "0.9", "10.1", "--pue must be a number from 1 to 10"},
        Bounds{"--embodied_kg", "0", "1000000", "-1", "1000001", "--embodied_kg must be a number from 0 to 1000000"},
        Bounds{"--lifetime_years", "0.1", "100", "0", "101", "--lifetime_years must be a number from 0.1 to 100"}));

TEST(RunOptions, OneOfAFewNamesTheFew) {
  for (const auto& [option, few] : {std::pair("--gpu_access", "use auto, runtime, cdi, devices or none"),
                                    {"--pull", "use missing, always or never"},
                                    {"--live_style", "use full, table or none"},
                                    {"--plot_format", "use png, svg or pdf"},
                                    {"--timeseries_format", "use csv, csv.gz or none"},
                                    {"--log_level", "use debug, info, warning or error"},
                                    {"--export_protocol", "use import or remote_write"},
                                    {"--export_names", "use standard or classic"}})
    EXPECT_EQ(said_of(option, "other"), std::string("unknown ") + option + " \"other\" | " + few);
}

TEST(RunOptions, SizesAreNumbersWithAUnit) {
  for (const char* option : {"--log_cap", "--shm_size", "--memory", "--results_limit"}) {
    for (const char* good : {"1", "512k", "64m", "1G"}) EXPECT_EQ(said_of(option, good), "") << option << " " << good;
    for (const char* bad : {"", "0", "-1", "1x", "much", "99999999999999g"})
      EXPECT_THAT(said_of(option, bad), StartsWith(option)) << bad;
  }
}

TEST(RunOptions, PathsInTheContainerAreAbsolute) {
  for (const char* option : {"--workdir", "--results_path", "--tmpfs"}) {
    EXPECT_EQ(said_of(option, "/folder"), "");
    EXPECT_THAT(said_of(option, "folder"), HasSubstr("\"folder\" is not an absolute path | give the path in the container"));
  }
}

TEST(RunOptions, TheScoresPatternIsCompiled) {
  EXPECT_EQ(said_of("--score_regex", "score ([0-9]+)"), "");
  EXPECT_THAT(said_of("--score_regex", "("), HasSubstr("write for example --score_regex"));
}

TEST(RunOptions, TheFunctionalUnitIsANumberAndAName) {
  for (const char* good : {"run", "1000 images", "0.5 epochs"}) EXPECT_EQ(said_of("--functional_unit", good), "") << good;
  for (const char* bad : {"", "0 images", "-1 images", "1000", "1000images", "banana 5"})
    EXPECT_THAT(said_of("--functional_unit", bad), HasSubstr("--functional_unit \"1000 images\"")) << bad;
}

TEST(RunOptions, AFolderOfResultsHasAName) {
  EXPECT_EQ(said_of("--results_dir", ""), "--results_dir is empty | name a folder");
}

TEST(RunOptions, TheMeterIsTheDriverOrAReplay) {
  EXPECT_EQ(said_of("--meter", "replay:x"), "");
  EXPECT_EQ(said_of("--meter", "abacus"), "unknown meter \"abacus\" | use --meter nvml or --meter replay:FILE");
  EXPECT_THAT(said({"--record_trace", "f", "--meter", "replay:x", "--", "true"}), HasSubstr("leave out --record_trace or"));
}

TEST(RunOptions, WhatExcludesEachOther) {
  const Words image{"--benchmark_image", "x"};
  for (const auto& more : {Words{"--quiet", "--verbose"},
                           {"--no_live_monitor", "--live_style", "full"},
                           {"--carbon_intensity", "5", "--carbon_source", "yearly"},
                           {"--benchmark_command", "y"}}) {
    Words words = image;
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_THAT(said(words), HasSubstr("cannot be used together | use only one of them")) << more.front();
  }
  EXPECT_EQ(said({"--benchmark_image", "x", "--no_live_monitor", "--live_style", "none"}), "");
}

TEST(RunOptions, WhatIsForContainersOnly) {
  for (const auto& more : {Words{"--volume", "/a:/b"},
                           {"--env", "A=1"},
                           {"--entrypoint", "sh"},
                           {"--user", "1"},
                           {"--network", "none"},
                           {"--tmpfs", "/t"},
                           {"--cpus", "1"},
                           {"--results_exclude", "*"}}) {
    Words words = more;
    words.insert(words.end(), {"--", "true"});
    EXPECT_THAT(said(words), HasSubstr("for containers | use them with --benchmark_image")) << more.front();
  }
  EXPECT_THAT(said({"--in_turn", "--", "true"}), StartsWith("--in_turn is for several containers"));
  EXPECT_THAT(said({"--gpus", "0", "--gpus", "1", "--", "true"}), HasSubstr("give it once"));
}

TEST(RunOptions, AFileOfContainersStandsAlone) {
  for (const auto& more : {Words{"--benchmark_image", "x"}, {"--env", "A=1"}, {"--gpus", "all"}, {"--score_regex", "x"}}) {
    Words words{"--benchmark_file", "containers.yml"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_THAT(said(words), HasSubstr("remove them from the command line")) << more.front();
  }
  EXPECT_THAT(said({"--benchmark_file", "/nonexistent"}), StartsWith("--benchmark_file: cannot read /nonexistent"));
}

TEST(RunOptions, AListIsAskedForWhateverElseIsSaid) {
  EXPECT_EQ(said({"--benchmark_image", ""}), "");
  EXPECT_EQ(said({"--carbon_region", ""}), "");
  EXPECT_EQ(said({"--carbon_region", "", "--benchmark_image", "a", "--benchmark_command", "b"}), "");
}

TEST(RunOptions, TooManyImages) {
  Words words;
  for (int image = 0; image < 65; ++image) words.insert(words.end(), {"--benchmark_image", "x"});
  EXPECT_THAT(said(words), HasSubstr("use several runs"));
}

}  // namespace
}  // namespace gpubench::cli
