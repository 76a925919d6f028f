#include "carbon/regions.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gpubench::carbon {
namespace {

TEST(Regions, AreTheEighteenOfTheService) {
  ASSERT_EQ(regions().size(), 18u);
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < regions().size(); ++i) {
    EXPECT_EQ(regions()[i].id, static_cast<int>(i) + 1);
    names.insert(regions()[i].name);
  }
  EXPECT_EQ(names.size(), 18u);
}

TEST(Regions, EachIsFoundByItsName) {
  for (const Region& region : regions()) {
    const auto found = find_region(region.name);
    ASSERT_TRUE(found) << region.name;
    EXPECT_EQ(found->id, region.id);
  }
}

TEST(Regions, LetterCaseAndOuterBlanksDoNotMatter) {
  EXPECT_EQ(find_region("south england")->id, 12);
  EXPECT_EQ(find_region("  LONDON\t\n")->id, 13);
  EXPECT_EQ(find_region("gb")->id, 18);
}

TEST(Regions, SixHasTwoNames) {
  EXPECT_EQ(find_region("North Wales & Merseyside")->id, 6);
  EXPECT_EQ(find_region("north wales")->id, 6);
}

TEST(Regions, AnythingElseIsNone) {
  for (const char* name : {"", "   ", "Londo", "Londons", "South  England", "0", "Paris", "North Wales &"}) {
    EXPECT_FALSE(find_region(name)) << name;
  }
}

}  // namespace
}  // namespace gpubench::carbon
