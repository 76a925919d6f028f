#include "base/spelling.h"

#include <gtest/gtest.h>

namespace gpubench::base {
namespace {

TEST(Spelling, TheNearestWordIsFound) {
  const std::vector<std::string> regions{"South England", "South Wales", "London"};
  EXPECT_EQ(nearest_word("sout england", regions), "South England");
  EXPECT_EQ(nearest_word("Londn", regions), "London");
  EXPECT_EQ(nearest_word("Bavaria", regions), "");
  EXPECT_EQ(nearest_word("x", {}), "");
}

TEST(Spelling, ASuggestionIsNear) {
  const std::vector<std::string> commands{"list", "show", "report", "recover", "compare", "check-image", "site"};
  EXPECT_EQ(nearest_word("shwo", commands), "show") << "two letters swapped";
  EXPECT_EQ(nearest_word("comparr", commands), "compare");
  EXPECT_EQ(nearest_word("chek-imge", commands), "check-image");
  for (const char* word : {"remove", "delete", "rm", "ls", "stop", "start", "help", "run"})
    EXPECT_EQ(nearest_word(word, commands), "") << word;
}

}  // namespace
}  // namespace gpubench::base
