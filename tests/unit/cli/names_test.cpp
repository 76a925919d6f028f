#include "cli/names.h"

#include <gtest/gtest.h>

namespace gpubench::cli {
namespace {

const std::vector<std::string> kCommands{"list", "show", "report", "recover", "recarbon", "check-image"};
const NameKind kCommand{"command", "", "iris-gpubench"};
const NameKind kOption{"option", "--", "iris-gpubench plan"};

std::string found(const std::string& typed) {
  const auto name = find_name(typed, kCommands, kCommand);
  return name ? *name : name.error().message + "; " + name.error().remedy;
}

TEST(FindName, TakesNamesAndUnambiguousBeginnings) {
  EXPECT_EQ(found("show"), "show");
  EXPECT_EQ(found("sho"), "show");
  EXPECT_EQ(found("reca"), "recarbon");
}

TEST(FindName, HyphensAndUnderscoresAreTheSame) {
  EXPECT_EQ(found("check_image"), "check-image");
  EXPECT_EQ(found("check-image"), "check-image");
  EXPECT_EQ(found("check_"), "check-image");
}

TEST(FindName, SaysWhatABeginningCouldBe) {
  EXPECT_EQ(found("rec"), "command \"rec\" could be any of several; write it in full: recover, recarbon");
}

TEST(FindName, SuggestsWhatIsNear) {
  EXPECT_EQ(found("shwo"), "unknown command \"shwo\"; did you mean show?");
  EXPECT_EQ(found("elephant"), "unknown command \"elephant\"; see iris-gpubench --help");
}

TEST(FindName, NamesOptionsAsTheyAreTyped) {
  const auto none = find_name("deadlne", {"deadline", "wait"}, kOption);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, "unknown option --deadlne");
  EXPECT_EQ(none.error().remedy, "did you mean --deadline?");
  const auto far = find_name("colour", {"deadline", "wait"}, kOption);
  ASSERT_FALSE(far);
  EXPECT_EQ(far.error().remedy, "see iris-gpubench plan --help");
}

TEST(FindName, AnExactNameIsNeverAmbiguous) {
  EXPECT_EQ(find_name("plot", {"plot", "plot_format"}, kOption).value(), "plot");
}

}  // namespace
}  // namespace gpubench::cli
