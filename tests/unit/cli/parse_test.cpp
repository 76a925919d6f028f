#include "cli/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpubench::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Words = std::vector<std::string>;

enum class Colour { red, green };

base::Result<int> parse_even(const std::string& text) {
  const int number = std::stoi(text);
  if (number % 2 != 0) return base::failure(text + " is odd", "take an even one");
  return number;
}

// A table with one option of each kind.
class ParseTest : public testing::Test {
 protected:
  OptionTable table() {
    OptionTable table;
    table.program = "iris-gpubench try";
    table.introduction = "Tries options";
    table.groups.push_back({"Options",
                            {{"RUN", "", "A run", text(run_)},
                             {"--deadline", "TIME", "The end", text(deadline_), {"--until"}},
                             {"--interval", "SECONDS", "Between readings", seconds(interval_, {0.05, 3600})},
                             {"--timeout", "SECONDS", "The longest", seconds(timeout_, {1, 10})},
                             {"--quiet", "", "Say nothing", switch_on(quiet_)},
                             {"--no_plot", "", "Draw nothing", switch_off(plot_)}},
                            [this] { return agree(); }});
    const Choices<Colour> colours{{"red", Colour::red}, {"green", Colour::green}};
    table.groups.push_back({"More",
                            {{"--env", "NAME=VALUE", "A variable", texts(environment_), {}, false, true},
                             {"--colour", "COLOUR", "A colour", choice(colour_, colours)},
                             {"--pue", "FACTOR", "A factor",
                              number(
                                  {1, 10}, [this](double x) { pue_ = x; }, 1.0)},
                             {"--even", "N", "Even", parsed(even_, parse_even)},
                             {"--evens", "N", "Even ones", each_parsed(evens_, parse_even)}}});
    table.arguments = &arguments_;
    return table;
  }
  base::Result<void> agree() const {
    if (quiet_ && !plot_) return base::failure("nothing is left");
    return {};
  }
  std::string error(const Words& words) {
    const auto parsed = parse(table(), words);
    EXPECT_FALSE(parsed);
    return parsed ? "" : parsed.error().message + " | " + parsed.error().remedy;
  }
  void good(const Words& words) {
    const auto parsed = parse(table(), words);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_TRUE(parsed->text.empty());
  }

  std::string run_;
  std::string deadline_;
  base::Duration interval_ = std::chrono::seconds(5);
  std::optional<base::Duration> timeout_;
  bool quiet_ = false;
  bool plot_ = true;
  Words environment_;
  Colour colour_ = Colour::red;
  double pue_ = 1;
  int even_ = 0;
  std::vector<int> evens_;
  Words arguments_;
};

TEST_F(ParseTest, EachKindReachesItsTarget) {
  good({"latest", "--deadline", "8h",  "--interval=0.5", "--timeout", "2",     "--quiet", "--env",
        "A=1",    "--env",      "B=2", "--colour",       "green",     "--pue", "1.5",     "--even",
        "4",      "--evens",    "2",   "--evens",        "6",         "--",    "--quiet", "x"});
  EXPECT_EQ(run_, "latest");
  EXPECT_EQ(deadline_, "8h");
  EXPECT_EQ(interval_, std::chrono::milliseconds(500));
  EXPECT_EQ(timeout_, std::chrono::seconds(2));
  EXPECT_TRUE(quiet_);
  EXPECT_THAT(environment_, ElementsAre("A=1", "B=2"));
  EXPECT_EQ(colour_, Colour::green);
  EXPECT_EQ(pue_, 1.5);
  EXPECT_EQ(even_, 4);
  EXPECT_THAT(evens_, ElementsAre(2, 6));
  EXPECT_THAT(arguments_, ElementsAre("--quiet", "x"));
}

TEST_F(ParseTest, WhatIsNotGivenStaysAsItWas) {
  good({});
  EXPECT_EQ(interval_, std::chrono::seconds(5));
  EXPECT_FALSE(timeout_);
  EXPECT_TRUE(plot_);
  EXPECT_THAT(arguments_, IsEmpty());
}

TEST_F(ParseTest, NamesMayBeBegunHyphenatedOrOld) {
  good({"latest", "--dead", "8h", "--no-plot"});
  EXPECT_EQ(deadline_, "8h");
  EXPECT_FALSE(plot_);
  good({"--until", "9h"});
  EXPECT_EQ(deadline_, "9h");
  EXPECT_EQ(error({"--deadlin_", "8h"}), "unknown option --deadlin_ | did you mean --deadline?");
  EXPECT_EQ(error({"--e", "1"}), "option --e could be any of several | write it in full: --env, --even, --evens");
}

TEST_F(ParseTest, BadValuesNameTheOptionAndWhatItTakes) {
  EXPECT_EQ(error({"--interval", "0"}), "--interval must be between 0.05 and 3600 seconds | ");
  EXPECT_EQ(error({"--interval", "nan"}), "--interval must be between 0.05 and 3600 seconds | ");
  EXPECT_EQ(error({"--interval", "soon"}), "--interval must be between 0.05 and 3600 seconds | ");
  EXPECT_EQ(error({"--interval", "+-5"}), "--interval must be between 0.05 and 3600 seconds | ");
  EXPECT_EQ(error({"--interval", "5s"}), "--interval must be between 0.05 and 3600 seconds | ");
  EXPECT_EQ(error({"--pue", "0.5"}), "--pue must be a number from 1 to 10 | ");
  EXPECT_EQ(error({"--colour", "blue"}), "unknown --colour \"blue\" | use red or green");
  EXPECT_EQ(error({"--even", "3"}), "--even: 3 is odd | take an even one");
  EXPECT_EQ(error({"--evens", "2", "--evens", "3"}), "--evens: 3 is odd | take an even one");
}

TEST_F(ParseTest, TheFirstBadValueIsNamed) {
  EXPECT_THAT(error({"--colour", "blue", "--interval", "0"}), HasSubstr("--interval"));  // in the table's order
}

TEST_F(ParseTest, ChecksComeAfterAllValues) {
  EXPECT_EQ(error({"--no_plot", "--quiet"}), "nothing is left | ");
}

TEST_F(ParseTest, WhatIsTooMuchOrTooLittleIsAnError) {
  EXPECT_EQ(error({"latest", "stray", "2"}),
            "\"stray 2\" was not expected | a command to run, or arguments, come after --: -- stray 2");
  EXPECT_THAT(error({"latest", "--env", "A=1", "stray"}), HasSubstr("stray"));
  EXPECT_EQ(error({"--deadline"}), "--deadline needs a value | write it after a space or =, as in --deadline=VALUE");
  EXPECT_EQ(error({"--deadline", "1h", "--deadline", "2h"}), "--deadline was given more than once | give it once");
}

TEST_F(ParseTest, NumbersMayHaveAPlus) {
  good({"--pue", "+1.5"});
  EXPECT_EQ(pue_, 1.5);
}

TEST_F(ParseTest, TheInvocationHasFullNamesAndNoSecrets) {
  const auto parsed = parse(table(), {"--dead=8h", "--env", "KEY=secret", "--", "run", "it now"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->invocation, "iris-gpubench --deadline 8h --env KEY=... -- run 'it now'");
  EXPECT_THAT(parsed->own, ElementsAre("--deadline", "8h", "--env", "KEY=secret"));
  EXPECT_TRUE(parsed->gives("--deadline"));
  EXPECT_FALSE(parsed->gives("--quiet"));
}

TEST_F(ParseTest, HelpNamesAllWithTypesAndDefaults) {
  const auto help = parse(table(), {"--help"});
  ASSERT_TRUE(help);
  for (const char* part : {"Tries options", "Usage: iris-gpubench try", "RUN", "--deadline TIME", "--interval SECONDS=5",
                           "--timeout SECONDS ", "--colour COLOUR=red", "--pue FACTOR=1", "More:", "--no-plot  "})
    EXPECT_THAT(help->text, HasSubstr(part));
  EXPECT_EQ(parse(table(), {"-h"})->text, help->text);
  EXPECT_EQ(help_text(table()), help->text);
}

TEST_F(ParseTest, HelpShowsWhatPeopleNeedFirstAndHelpAllTheRest) {
  OptionTable long_table = table();
  EXPECT_FALSE(parse(long_table, {"--help-all"})) << "there is nothing more";
  long_table.first = {"--interval"};
  const std::string few = parse(long_table, {"--help"})->text;
  EXPECT_THAT(few, HasSubstr("--interval"));
  EXPECT_THAT(few, HasSubstr("--help-all"));
  EXPECT_THAT(few, Not(HasSubstr("--deadline")));
  EXPECT_THAT(parse(long_table, {"--help_all"})->text, HasSubstr("--deadline"));
}

TEST_F(ParseTest, NamesAreTaughtWithHyphens) {
  EXPECT_EQ(hyphenated("see --results_dir, (--no_plot) --a_b=c_d"), "see --results-dir, (--no-plot) --a-b=c_d");
  EXPECT_EQ(hyphenated("/data/--a_b x--c_d"), "/data/--a_b x--c_d");
}

TEST_F(ParseTest, PresetsAreTakenWhereTheLineGivesNothing) {
  OptionTable preset = table();
  preset.presets = {{"--interval", {"2"}, "a file"},       {"--no_plot", {"true"}, "a file"},
                    {"--quiet", {"false"}, "a file"},      {"--deadline", {"9h"}, "a file"},
                    {"--env", {"A=1", "B=2"}, "VARIABLE"}, {"--unknown", {"1"}, "a file"}};
  const auto parsed = parse(preset, {"--deadline", "8h"});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(interval_, std::chrono::seconds(2));
  EXPECT_FALSE(plot_);
  EXPECT_FALSE(quiet_);
  EXPECT_EQ(deadline_, "8h");
  EXPECT_THAT(environment_, ElementsAre("A=1", "B=2"));
  EXPECT_THAT(parsed->own, ElementsAre("--interval", "2", "--no_plot", "--env", "A=1", "--env", "B=2", "--deadline", "8h"));
}

TEST_F(ParseTest, AWrongPresetNamesWhereItIsFrom) {
  OptionTable preset = table();
  preset.presets = {{"--interval", {"0"}, "/home/me/config.yml"}};
  EXPECT_THAT(parse(preset, {}).error().message, HasSubstr("/home/me/config.yml: --interval must be between"));
  preset.presets = {{"--quiet", {"perhaps"}, "IRIS_GPUBENCH_QUIET"}};
  EXPECT_THAT(parse(preset, {}).error().message, HasSubstr("IRIS_GPUBENCH_QUIET"));
  EXPECT_TRUE(parse(preset, {"--quiet"}));
}

TEST_F(ParseTest, HelpListsCommandsAndVersionWhereThereAreSome) {
  OptionTable main = table();
  EXPECT_FALSE(parse(main, {"--version"}));
  main.version = "iris-gpubench 1.2.3";
  main.commands = {{"show", "Print a run's tables"}};
  EXPECT_EQ(parse(main, {"--version"})->text, "iris-gpubench 1.2.3\n");
  const std::string help = parse(main, {"--help"})->text;
  EXPECT_THAT(help, HasSubstr("Commands:"));
  EXPECT_THAT(help, HasSubstr("Print a run's tables"));
}

TEST_F(ParseTest, HelpKeepsQuietAboutDefaultsOfOthers) {
  OptionTable other = table();
  other.shows_defaults = false;
  EXPECT_THAT(help_text(other), Not(HasSubstr("SECONDS=5")));
}

TEST_F(ParseTest, DashesAreNothingSpecialWhereNothingMayFollow) {
  OptionTable strict = table();
  strict.arguments = nullptr;
  EXPECT_FALSE(parse(strict, {"latest", "--", "true"}));
}

}  // namespace
}  // namespace gpubench::cli
