// The options for several runs, and the variants that come of them.
#include "cli/set_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/parse.h"
#include "cli/run_options.h"

namespace gpubench::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

base::Result<RunLine> line_of(const std::vector<std::string>& words) {
  RunLine line;
  OptionTable table{run_options(line)};
  table.arguments = &line.workload.benchmark.arguments;
  const auto parsed = parse(table, words);
  if (!parsed) return base::failure(parsed.error());
  return line;
}

std::string error_of(const std::vector<std::string>& words) {
  const auto line = line_of(words);
  if (!line) return line.error().message;
  const auto variants = variants_of(line->set, line->spec);
  return variants ? "none" : variants.error().message;
}

std::vector<VariantSpec> variants(const std::vector<std::string>& words) {
  const auto line = line_of(words);
  if (!line) return {};
  return variants_of(line->set, line->spec).value_or(std::vector<VariantSpec>());
}

TEST(SetOptionsTest, OneRunIsNoSet) {
  EXPECT_FALSE(line_of({"--", "true"})->set.asks_for_a_set());
  EXPECT_FALSE(line_of({"--label", "main", "--", "true"})->set.asks_for_a_set()) << "a run may have a name, too";
  EXPECT_TRUE(line_of({"--runs", "2", "--", "true"})->set.asks_for_a_set());
  EXPECT_TRUE(line_of({"--against", "false", "--", "true"})->set.asks_for_a_set());
}

TEST(SetOptionsTest, SeveralRunsHaveOneWarmUpRunUnlessSaidOtherwise) {
  EXPECT_EQ(line_of({"--", "true"})->set.options.warmup, 0U);
  EXPECT_EQ(line_of({"--runs", "2", "--", "true"})->set.options.warmup, 1U);
  EXPECT_EQ(line_of({"--runs", "2", "--warmup", "0", "--", "true"})->set.options.warmup, 0U);
}

TEST(SetOptionsTest, ValuesAreChecked) {
  EXPECT_THAT(error_of({"--runs", "0", "--", "true"}), HasSubstr("--runs must be a whole number from 1"));
  EXPECT_THAT(error_of({"--runs", "2.5", "--", "true"}), HasSubstr("whole number"));
  EXPECT_THAT(error_of({"--start_at", "warm", "--", "true"}), HasSubstr("not a temperature"));
  EXPECT_EQ(line_of({"--runs", "2", "--start_at", "45C", "--", "true"})->set.options.start_at->celsius(), 45);
  EXPECT_THAT(error_of({"--label", "a\nb", "--", "true"}), HasSubstr("one line"));
  EXPECT_THAT(error_of({"--label", "", "--", "true"}), HasSubstr("one line"));
  EXPECT_THAT(error_of({"--runs", "2", "--record_trace", "t", "--", "true"}), HasSubstr("--record-trace"));
}

TEST(SetOptionsTest, AParameterIsReplacedEverywhere) {
  const auto all = variants({"--parameter", "N=1,2", "--parameter", "tag=a,b", "--benchmark_image", "train:{tag}", "--env",
                             "SIZE={N}", "--", "--steps={N}{N}"});
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[1].variant.name, "N=1 tag=b");
  EXPECT_EQ(all[3].variant.name, "N=2 tag=b");
  const workload::BenchmarkSpec& last = all[3].spec.workload.benchmarks.front();
  EXPECT_EQ(last.image, "train:b");
  EXPECT_THAT(last.environment, ElementsAre("SIZE=2"));
  EXPECT_THAT(last.arguments, ElementsAre("--steps=22"));
  EXPECT_EQ(all[3].variant.command, "train:b --steps=22") << "the environment may hold secrets";
  EXPECT_EQ(all[3].variant.parameters, (std::vector<sets::Parameter>{{"N", "2"}, {"tag", "b"}}));
}

TEST(SetOptionsTest, AParameterThatChangesNothingIsAnError) {
  EXPECT_THAT(error_of({"--parameter", "N=1,2", "--", "true"}), HasSubstr("no {N} in what is run"));
  EXPECT_THAT(error_of({"--parameter", "N", "--", "true"}), HasSubstr("not NAME=V1,V2"));
  EXPECT_THAT(error_of({"--parameter", "N=1,1", "--", "a{N}"}), HasSubstr("one twice"));
  EXPECT_THAT(error_of({"--parameter", "N=1", "--parameter", "N=2", "--", "a{N}"}), HasSubstr("given twice"));
  EXPECT_THAT(error_of({"--parameter", "A=1,2,3,4,5,6,7,8,9", "--parameter", "B=1,2,3,4,5,6,7,8", "--", "{A}{B}"}),
              HasSubstr("more than 64"));
}

TEST(SetOptionsTest, TwoSides) {
  const auto commands = variants({"--against", "b 2", "--", "a", "1"});
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0].variant.command, "a 1");
  EXPECT_EQ(commands[1].variant.command, "b 2");
  EXPECT_TRUE(commands[1].spec.workload.benchmarks.front().arguments.empty());
  const auto images = variants({"--against_image", "new", "--benchmark_image", "old", "--", "x"});
  ASSERT_EQ(images.size(), 2U);
  EXPECT_EQ(images[1].variant.command, "new x");
  EXPECT_THAT(error_of({"--against", "a", "--benchmark_image", "old"}), HasSubstr("--against is for commands"));
  EXPECT_THAT(error_of({"--against_image", "a", "--", "true"}), HasSubstr("--against-image is for containers"));
  EXPECT_THAT(error_of({"--against", "a", "--parameter", "N=1", "--", "a{N}"}), HasSubstr("cannot be used together"));
  EXPECT_THAT(error_of({"--against_image", "c", "--benchmark_image", "a", "--benchmark_image", "b"}),
              HasSubstr("not several containers"));
}

}  // namespace
}  // namespace gpubench::cli
