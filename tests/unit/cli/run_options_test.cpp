#include "cli/run_options.h"

#include <gtest/gtest.h>

#include "cli/parse.h"

namespace gpubench::cli {
namespace {

using live::LiveStyle;
using Arguments = std::vector<std::string>;

base::Result<Parsed> parse_run(RunLine& line, const Arguments& arguments) {
  OptionTable table{run_options(line)};
  table.arguments = &line.workload.benchmark.arguments;
  return parse(table, arguments);
}

RunSpec options(const Arguments& arguments) {
  RunLine line;
  const auto parsed = parse_run(line, arguments);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return line.spec;
}

workload::BenchmarkSpec benchmark(const Arguments& arguments) {
  const auto spec = options(arguments);
  EXPECT_EQ(spec.workload.benchmarks.size(), 1U);
  return spec.workload.benchmarks.empty() ? workload::BenchmarkSpec{} : spec.workload.benchmarks.front();
}

base::Error error(const Arguments& arguments) {
  RunLine line;
  const auto parsed = parse_run(line, arguments);
  EXPECT_FALSE(parsed);
  return parsed ? base::Error{} : parsed.error();
}

bool refuses(const Arguments& arguments) {
  RunLine line;
  return !parse_run(line, arguments);
}

TEST(CommandLine, TheSeedsThreeExamples) {
  EXPECT_EQ(benchmark({"--benchmark_image", "synthetic_regression"}).image, "synthetic_regression");
  EXPECT_TRUE(options({"--benchmark_image", "synthetic_regression", "--export_to_victoria"}).exports);
  const RunSpec all = options({"--benchmark_image", "synthetic_regression", "--interval", "10", "--carbon_region",
                               "South England", "--live_plot", "--export_to_victoria", "--monitor_benchmark_logs"});
  EXPECT_EQ(all.settings.interval, std::chrono::seconds(10));
  EXPECT_EQ(all.settings.carbon_region, "South England");
  EXPECT_TRUE(all.live_plot);
  EXPECT_TRUE(all.live.show_log);
}

TEST(CommandLine, HowMuchIsSaid) {
  EXPECT_EQ(options({"--benchmark_image", "x", "--quiet"}).live.style, LiveStyle::none);
  EXPECT_EQ(options({"--benchmark_image", "x", "--verbose"}).live.style, LiveStyle::table);
  EXPECT_EQ(options({"--benchmark_image", "x", "--verbose", "--live_style", "none"}).live.style, LiveStyle::none);
  EXPECT_NE(error({"--benchmark_image", "x", "--verbose", "--quiet"}).message.find("cannot be used together"),
            std::string::npos);
  EXPECT_NE(error({"--benchmark_image", "x", "--log_level", "loud"}).remedy.find("debug, info"), std::string::npos);
  EXPECT_NE(error({"--benchmark_image", "x", "--live_style", "huge"}).remedy.find("full, table"), std::string::npos);
  EXPECT_NE(error({"--benchmark_image", "x", "--plot_format", "gif"}).remedy.find("png, svg"), std::string::npos);
}

TEST(CommandLine, WhereScrapesAreAnswered) {
  EXPECT_FALSE(options({"--benchmark_image", "x"}).serve);
  EXPECT_EQ(options({"--benchmark_image", "x", "--serve", "9100"}).serve->text(), "127.0.0.1:9100");
  EXPECT_EQ(options({"--benchmark_image", "x", "--serve=[::]:9100"}).serve->text(), "[::]:9100");
  EXPECT_NE(error({"--benchmark_image", "x", "--serve", "here"}).message.find("--serve: \"here\""), std::string::npos);
  EXPECT_NE(error({"--benchmark_image", "x", "--serve", "1:2:3"}).remedy.find("ADDRESS:PORT"), std::string::npos);
}

TEST(CommandLine, DefaultsAreTheSeeds) {
  const RunSpec defaults = options({"--benchmark_image", "x"});
  EXPECT_EQ(defaults.settings.interval, std::chrono::seconds(5));
  EXPECT_EQ(defaults.settings.carbon_region, "South England");
  EXPECT_EQ(defaults.results_dir, "results");
  EXPECT_EQ(defaults.live.style, LiveStyle::automatic);
  EXPECT_TRUE(defaults.outputs.plot);
  EXPECT_FALSE(defaults.live_plot);
}

TEST(CommandLine, HyphensPrefixesAndOtherSpellings) {
  EXPECT_EQ(benchmark({"--benchmark-image=x"}).image, "x");
  EXPECT_TRUE(options({"--benchmark-image", "x", "--plot_live"}).live_plot);
  EXPECT_TRUE(options({"--benchmark-image", "x", "--monitor-logs"}).live.show_log);
  EXPECT_TRUE(options({"--benchmark-image", "x", "--export_to_meerkat"}).exports);
  EXPECT_EQ(options({"--benchmark-image", "x", "--no_live"}).live.style, LiveStyle::none);
  EXPECT_EQ(options({"--benchmark-image", "x", "--live_style", "table"}).live.style, LiveStyle::table);
  EXPECT_FALSE(options({"--benchmark-image", "x", "--no-plot"}).outputs.plot);
  EXPECT_EQ(options({"--benchmark-image", "x", "--interval", "0.5"}).settings.interval, std::chrono::milliseconds(500));
  EXPECT_NE(error({"--benchmark", "x"}).message.find("could be any of"), std::string::npos);
}

TEST(CommandLine, CommandsWithAndWithoutShell) {
  EXPECT_EQ(benchmark({"--benchmark_command", "sleep 1; true"}).command_line, "sleep 1; true");
  EXPECT_EQ(benchmark({"--interval", "1", "--", "echo", "--help", "a b"}).arguments, (Arguments{"echo", "--help", "a b"}));
  const workload::BenchmarkSpec container = benchmark({"--benchmark_image", "x", "--", "-e", "2"});
  EXPECT_EQ(container.arguments, (Arguments{"-e", "2"}));
}

TEST(CommandLine, OneWorkloadNeverTwoNeverNone) {
  EXPECT_NE(error({"--benchmark_image", "x", "--benchmark_command", "y"}).message.find("cannot be used together"),
            std::string::npos);
  EXPECT_NE(error({}).message.find("nothing to run"), std::string::npos);
  EXPECT_NE(error({"--interval", "1", "--"}).message.find("nothing to run"), std::string::npos);
  EXPECT_TRUE(refuses({"--benchmark_command", "x", "--", "y"}));
  EXPECT_TRUE(refuses({"--benchmark_command", "  "}));
}

TEST(CommandLine, EmptyNamesAskForLists) {
  for (const Arguments& arguments :
       {Arguments{"--carbon_region", ""}, {"--benchmark_image", ""}, {"--benchmark_image="}, {"--carbon_region="}}) {
    RunLine line;
    ASSERT_TRUE(parse_run(line, arguments));
    EXPECT_TRUE(line.asks_for_a_list());
    EXPECT_EQ(line.asks_for_regions(), arguments[0].starts_with("--carbon_region"));
  }
}

TEST(CommandLine, BadValuesAreNamed) {
  EXPECT_NE(error({"--benchmark_image", "x", "--interval", "0"}).message.find("--interval"), std::string::npos);
  EXPECT_NE(error({"--benchmark_image", "x", "--interval", "nan"}).message.find("--interval"), std::string::npos);
  EXPECT_NE(error({"--benchmark_image", "x", "--interval", "soon"}).message.find("interval"), std::string::npos);
  EXPECT_EQ(error({"--benchmark_imgae", "x"}).remedy, "did you mean --benchmark-image?");
  EXPECT_TRUE(refuses({"--benchmark_image", "x", "stray"}));
  EXPECT_TRUE(refuses({"--benchmark_image", "x", "--env", "A=1", "stray"}));
  EXPECT_TRUE(refuses({"--benchmark_image", "x", "--mount", "/a:/b", "stray"}));
  EXPECT_TRUE(refuses({"--volume", "/a:/b", "--", "true"}));
}

TEST(CommandLine, ContainerOptionsRepeat) {
  const workload::BenchmarkSpec container = benchmark(
      {"--benchmark_image", "x", "--volume", "/a:/b:ro", "--volume", "/c:/d", "--env", "A=1", "--entrypoint", "/bin/sh"});
  EXPECT_EQ(container.volumes, (Arguments{"/a:/b:ro", "/c:/d"}));
  EXPECT_EQ(container.environment, Arguments{"A=1"});
  EXPECT_EQ(container.entrypoint, "/bin/sh");
}

}  // namespace
}  // namespace gpubench::cli
