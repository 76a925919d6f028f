#include "app/options.h"

#include <gtest/gtest.h>

namespace gpubench::app {
namespace {

using Arguments = std::vector<std::string>;

Options options(const Arguments& arguments) {
  const auto command = parse_command_line(arguments);
  EXPECT_TRUE(command) << (command ? "" : command.error().message);
  return command ? std::get<Options>(*command) : Options{};
}

base::Error error(const Arguments& arguments) {
  const auto command = parse_command_line(arguments);
  EXPECT_FALSE(command);
  return command ? base::Error{} : command.error();
}

TEST(CommandLine, TheSeedsThreeExamples) {
  EXPECT_EQ(options({"--benchmark_image", "synthetic_regression"}).benchmark_image, "synthetic_regression");
  EXPECT_TRUE(options({"--benchmark_image", "synthetic_regression", "--export_to_victoria"}).export_to_victoria);
  const Options all = options({"--benchmark_image", "synthetic_regression", "--interval", "10", "--carbon_region",
                               "South England", "--live_plot", "--export_to_victoria", "--monitor_benchmark_logs"});
  EXPECT_EQ(all.interval, std::chrono::seconds(10));
  EXPECT_EQ(all.carbon_region, "South England");
  EXPECT_TRUE(all.live_plot);
  EXPECT_TRUE(all.monitor_benchmark_logs);
}

TEST(CommandLine, HowMuchIsSaid) {
  EXPECT_EQ(options({"--benchmark_image", "x", "--quiet"}).live_style, LiveStyle::none);
  EXPECT_EQ(options({"--benchmark_image", "x", "--verbose"}).live_style, LiveStyle::table);
  EXPECT_EQ(options({"--benchmark_image", "x", "--verbose", "--live_style", "none"}).live_style, LiveStyle::none);
  EXPECT_NE(error({"--benchmark_image", "x", "--verbose", "--quiet"}).message.find("exclude"), std::string::npos);
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
  const Options defaults = options({"--benchmark_image", "x"});
  EXPECT_EQ(defaults.interval, std::chrono::seconds(5));
  EXPECT_EQ(defaults.carbon_region, "South England");
  EXPECT_EQ(defaults.results_dir, "results");
  EXPECT_EQ(defaults.live_style, LiveStyle::automatic);
  EXPECT_TRUE(defaults.plot);
  EXPECT_FALSE(defaults.live_plot);
}

TEST(CommandLine, HyphensPrefixesAndOtherSpellings) {
  EXPECT_EQ(options({"--benchmark-image=x"}).benchmark_image, "x");
  EXPECT_TRUE(options({"--benchmark-image", "x", "--plot_live"}).live_plot);
  EXPECT_TRUE(options({"--benchmark-image", "x", "--monitor-logs"}).monitor_benchmark_logs);
  EXPECT_TRUE(options({"--benchmark-image", "x", "--export_to_meerkat"}).export_to_victoria);
  EXPECT_EQ(options({"--benchmark-image", "x", "--no_live"}).live_style, LiveStyle::none);
  EXPECT_EQ(options({"--benchmark-image", "x", "--live_style", "table"}).live_style, LiveStyle::table);
  EXPECT_FALSE(options({"--benchmark-image", "x", "--no-plot"}).plot);
  EXPECT_EQ(options({"--benchmark-image", "x", "--interval", "0.5"}).interval, std::chrono::milliseconds(500));
  EXPECT_NE(error({"--benchmark", "x"}).message.find("could be any of"), std::string::npos);
}

TEST(CommandLine, CommandsWithAndWithoutShell) {
  EXPECT_EQ(options({"--benchmark_command", "sleep 1; true"}).benchmark_command, "sleep 1; true");
  EXPECT_EQ(options({"--interval", "1", "--", "echo", "--help", "a b"}).arguments, (Arguments{"echo", "--help", "a b"}));
  const Options container = options({"--benchmark_image", "x", "--", "-e", "2"});
  EXPECT_EQ(container.arguments, (Arguments{"-e", "2"}));
}

TEST(CommandLine, OneWorkloadNeverTwoNeverNone) {
  EXPECT_NE(error({"--benchmark_image", "x", "--benchmark_command", "y"}).message.find("exclude"), std::string::npos);
  EXPECT_NE(error({}).message.find("nothing to run"), std::string::npos);
  EXPECT_NE(error({"--interval", "1", "--"}).message.find("nothing to run"), std::string::npos);
  EXPECT_FALSE(parse_command_line({"--benchmark_command", "x", "--", "y"}));
  EXPECT_FALSE(parse_command_line({"--benchmark_command", "  "}));
}

TEST(CommandLine, EmptyNamesAskForLists) {
  EXPECT_TRUE(std::holds_alternative<ListRegions>(*parse_command_line({"--carbon_region", ""})));
  EXPECT_TRUE(std::holds_alternative<ListImages>(*parse_command_line({"--benchmark_image", ""})));
  EXPECT_TRUE(std::holds_alternative<ListImages>(*parse_command_line({"--benchmark_image="})));
}

TEST(CommandLine, BadValuesAreNamed) {
  EXPECT_NE(error({"--benchmark_image", "x", "--interval", "0"}).message.find("--interval"), std::string::npos);
  EXPECT_NE(error({"--benchmark_image", "x", "--interval", "nan"}).message.find("--interval"), std::string::npos);
  EXPECT_NE(error({"--benchmark_image", "x", "--interval", "soon"}).message.find("interval"), std::string::npos);
  EXPECT_EQ(error({"--benchmark_imgae", "x"}).remedy, "did you mean --benchmark_image?");
  EXPECT_FALSE(parse_command_line({"--benchmark_image", "x", "stray"}));
  EXPECT_FALSE(parse_command_line({"--benchmark_image", "x", "--env", "A=1", "stray"}));
  EXPECT_FALSE(parse_command_line({"--benchmark_image", "x", "--mount", "/a:/b", "stray"}));
  EXPECT_FALSE(parse_command_line({"--volume", "/a:/b", "--", "true"}));
}

TEST(CommandLine, ContainerOptionsRepeat) {
  const Options container = options(
      {"--benchmark_image", "x", "--volume", "/a:/b:ro", "--volume", "/c:/d", "--env", "A=1", "--entrypoint", "/bin/sh"});
  EXPECT_EQ(container.volumes, (Arguments{"/a:/b:ro", "/c:/d"}));
  EXPECT_EQ(container.environment, Arguments{"A=1"});
  EXPECT_EQ(container.entrypoint, "/bin/sh");
}

TEST(CommandLine, HelpAndVersion) {
  const auto help = parse_command_line({"--help"});
  ASSERT_TRUE(help);
  const std::string& text = std::get<ShowText>(*help).text;
  for (const char* word : {"--benchmark_image", "--carbon_region", "Examples:", "Exit status", "replay:"})
    EXPECT_NE(text.find(word), std::string::npos) << word;
  const auto own = parse_command_line({"check-image", "--help"});
  ASSERT_TRUE(own);
  EXPECT_NE(std::get<ShowText>(*own).text.find("Usage: iris-gpubench check-image"), std::string::npos);
  EXPECT_EQ(std::get<ShowText>(*parse_command_line({"--version"})).text.rfind("iris-gpubench ", 0), 0U);
}

}  // namespace
}  // namespace gpubench::app
