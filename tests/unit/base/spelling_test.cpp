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

}  // namespace
}  // namespace gpubench::base
