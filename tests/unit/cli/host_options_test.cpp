// What of a command line goes to other machines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/parse.h"
#include "cli/run_options.h"

namespace gpubench::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Words = std::vector<std::string>;

base::Result<Words> handed_on(const Words& words) {
  RunLine line;
  OptionTable table{run_options(line)};
  table.arguments = &line.workload.benchmark.arguments;
  const auto parsed = parse(table, words);
  if (!parsed) return base::failure(parsed.error());
  return words_for_hosts(*parsed);
}

TEST(HostOptionsTest, MeasuringIsHandedOnAndWhatIsShownStaysHere) {
  EXPECT_THAT(*handed_on({"--host", "a", "--interval", "2", "--results-dir", "x", "--verbose", "--no-plot", "--", "true"}),
              ElementsAre("--interval", "2", "--no_plot"));
}

TEST(HostOptionsTest, WhatMakesNoSenseThereIsRefusedWithARemedy) {
  for (const Words& words : {Words{"--runs", "2"}, Words{"--group", "x"}, Words{"--export-to-victoria"},
                             Words{"--live-plot"}, Words{"--serve", "9400"}, Words{"--record-trace", "x"}}) {
    Words line{"--host", "a"};
    line.insert(line.end(), words.begin(), words.end());
    line.insert(line.end(), {"--", "true"});
    const auto refused = handed_on(line);
    ASSERT_FALSE(refused) << words.front();
    EXPECT_THAT(refused.error().message, HasSubstr(words.front()));
    EXPECT_NE(refused.error().remedy, "");
  }
}

TEST(HostOptionsTest, EachHostOnce) {
  EXPECT_THAT(handed_on({"--host", "a", "--host", "a", "--", "true"}).error().message, HasSubstr("more than once"));
  EXPECT_THAT(handed_on({"--remote-program", "x", "--", "true"}).error().message, HasSubstr("is for --host"));
  EXPECT_TRUE(handed_on({"--host", "a", "--host", "b", "--", "true"}));
}

}  // namespace
}  // namespace gpubench::cli
