#include "cli/suggest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpubench::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using Words = std::vector<std::string>;

enum class Shade { red, green };

class SuggestTest : public testing::Test {
 protected:
  SuggestTest() {
    const Choices<Shade> colours{{"red", Shade::red}, {"green", Shade::green}};
    table_.groups.push_back({"Options",
                             {{"RUN", "", "A run", offering(Offer::run, text(run_))},
                              {"--colour", "COLOUR", "A colour\nof any kind", choice(colour_, colours)},
                              {"--count", "NUMBER", "A number", text(count_)},
                              {"--output_dir", "DIR", "A folder", offering(Offer::folder, text(folder_)), {"--out"}},
                              {"--quiet", "", "Say nothing", switch_on(quiet_)}}});
    table_.arguments = &arguments_;
  }
  Words words(const Words& before, const std::string& begun) {
    Words result;
    for (const Suggestion& suggestion : suggest(table_, before, begun).words) result.push_back(suggestion.word);
    return result;
  }
  Offer more(const Words& before, const std::string& begun) { return suggest(table_, before, begun).more; }

  OptionTable table_;
  std::string run_;
  Shade colour_ = Shade::red;
  std::string count_;
  std::string folder_;
  bool quiet_ = false;
  Words arguments_;
};

TEST_F(SuggestTest, OptionsAreThoseThatBeginSo) {
  EXPECT_THAT(words({}, "--"), ElementsAre("--colour", "--count", "--output-dir", "--quiet", "--help"));
  EXPECT_THAT(words({}, "--co"), ElementsAre("--colour", "--count"));
  EXPECT_THAT(words({"x", "--quiet"}, "--output-d"), ElementsAre("--output-dir"));
  EXPECT_THAT(words({}, "--output_d"), ElementsAre("--output_dir")) << "as it was begun";
  EXPECT_THAT(words({}, "--nothing"), IsEmpty());
}

TEST_F(SuggestTest, TheMeaningIsOneLine) {
  EXPECT_EQ(suggest(table_, {}, "--colo").words.front().meaning, "A colour");
}

TEST_F(SuggestTest, TheVersionIsOfferedWhereThereIsOne) {
  EXPECT_THAT(words({}, "--v"), IsEmpty());
  table_.version = "1.2.3";
  EXPECT_THAT(words({}, "--v"), ElementsAre("--version"));
}

TEST_F(SuggestTest, ValuesOfAnOption) {
  EXPECT_THAT(words({"--colour"}, ""), ElementsAre("red", "green"));
  EXPECT_THAT(words({"--colour"}, "g"), ElementsAre("green"));
  EXPECT_THAT(words({"--count"}, ""), IsEmpty());  // a number: no option in its place
  EXPECT_EQ(more({"--count"}, ""), Offer::nothing);
  EXPECT_EQ(more({"--output_dir"}, ""), Offer::folder);
}

TEST_F(SuggestTest, TheOptionMayBeWrittenInAnyWay) {
  for (const char* name : {"--output-dir", "--output", "--out"}) EXPECT_EQ(more({name}, ""), Offer::folder) << name;
  EXPECT_THAT(words({"--col"}, ""), ElementsAre("red", "green"));
  EXPECT_THAT(words({"--co"}, ""), Contains("--quiet"));  // could be two: no value follows
}

TEST_F(SuggestTest, PositionalArgumentsUntilTheyAreGiven) {
  EXPECT_EQ(more({}, ""), Offer::run);
  EXPECT_EQ(more({"--quiet"}, "la"), Offer::run);
  EXPECT_EQ(more({"--colour", "red"}, ""), Offer::run);
  EXPECT_EQ(more({"latest"}, ""), Offer::nothing);
  EXPECT_EQ(more({}, "--"), Offer::nothing);
}

TEST_F(SuggestTest, SomeMayBeGivenAgainAndAgain) {
  Words runs;
  table_.groups.front().options.front() = {"RUN", "", "Runs", offering(Offer::run, texts(runs))};
  EXPECT_EQ(more({"one", "two"}, ""), Offer::run);
}

TEST_F(SuggestTest, AfterTheDashesAnotherProgramBegins) {
  EXPECT_EQ(more({"latest", "--"}, ""), Offer::command);
  EXPECT_THAT(words({"--", "sleep"}, "--"), IsEmpty());
  table_.arguments = nullptr;
  EXPECT_THAT(words({"--"}, "--q"), Not(IsEmpty()));
}

}  // namespace
}  // namespace gpubench::cli
