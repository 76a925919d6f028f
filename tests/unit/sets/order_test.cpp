// The order of a set's runs.
#include "sets/order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace gpubench::sets {
namespace {

RunSet set_of(std::size_t variants, std::size_t warmup = 0) {
  RunSet set;
  for (std::size_t i = 0; i < variants; ++i) set.variants.push_back({std::string(1, static_cast<char>('A' + i)), "", ""});
  set.options.warmup = warmup;
  set.sittings = {{}};
  return set;
}

void make(RunSet& set, const Slot& slot, Role role = Role::counted, std::vector<std::string> reasons = {}) {
  Member member;
  member.run = std::to_string(set.members.size());
  member.role = role;
  member.reasons = std::move(reasons);
  member.variant = set.variants[slot.variant].name;
  member.block = slot.block;
  set.members.push_back(std::move(member));
}

// "AB BA" of a set that is made to its end.
std::string whole_order(RunSet set, std::uint64_t seed, std::size_t blocks) {
  BlockOrder order(seed, set.variants.size());
  std::string text;
  std::size_t block = 0;
  while (const auto slot = next_slot(set, order, blocks)) {
    if (slot->block != block) text += ' ';
    block = slot->block;
    text += set.variants[slot->variant].name;
    make(set, *slot, slot->block == 0 ? Role::warmup : Role::counted);
  }
  return text;
}

// The same on each machine and with each library.
TEST(OrderTest, ASeedIsOneOrderEverywhere) {
  EXPECT_EQ(whole_order(set_of(2), 1, 8), " AB AB BA BA AB AB BA BA");
  EXPECT_EQ(whole_order(set_of(2), 2, 8), " BA BA AB AB BA AB AB BA");
  EXPECT_EQ(whole_order(set_of(3), 7, 4), " BCA ACB BCA ACB");
}

TEST(OrderTest, EachBlockHasEachVariantAndEachFourBlocksAreBalanced) {
  BlockOrder order(42, 5);
  for (std::size_t block = 1; block <= 100; block += 4) {
    std::vector<std::size_t> place_sum(5);
    for (const std::size_t one : {block, block + 1, block + 2, block + 3})
      for (std::size_t place = 0; place < 5; ++place) place_sum[order.block(one).at(place)] += place;
    EXPECT_EQ(place_sum, std::vector<std::size_t>(5, 8)) << "mean place 2";
  }
}

TEST(OrderTest, EachOrderIsAboutAsLikely) {
  BlockOrder order(3, 3);
  std::map<std::vector<std::size_t>, int> seen;
  for (std::size_t block = 1; block <= 6000; ++block) ++seen[order.block(block)];
  ASSERT_EQ(seen.size(), 6U);
  for (const auto& [one, count] : seen) EXPECT_NEAR(count, 1000, 120);
}

TEST(OrderTest, WarmUpComesFirstForEachVariant) {
  EXPECT_EQ(whole_order(set_of(2, 2), 1, 1), "AABB AB");
  EXPECT_EQ(whole_order(set_of(1, 1), 1, 3), "A A A A");
}

TEST(OrderTest, ARunThatWasCutShortIsMadeAgain) {
  RunSet set = set_of(1);
  BlockOrder order(1, 1);
  make(set, {0, 1}, Role::excluded, {"interrupted"});
  EXPECT_EQ(next_slot(set, order, 2), (Slot{0, 1}));
  make(set, {0, 1}, Role::excluded, {"not_finished"});
  EXPECT_EQ(next_slot(set, order, 2), (Slot{0, 1}));
  make(set, {0, 1}, Role::excluded, {"workload_failed"});
  EXPECT_EQ(next_slot(set, order, 2), (Slot{0, 2})) << "one that failed is not";
}

TEST(OrderTest, ABlockOfTwoSittingsIsBegunAgain) {
  RunSet set = set_of(2);
  BlockOrder order(1, 2);
  make(set, {1, 1});
  make(set, {0, 1});
  make(set, {0, 2});
  EXPECT_EQ(blocks_made(set), 1U);
  leave_open_block(set);
  EXPECT_EQ(set.members.back().reasons, std::vector<std::string>{"block_not_finished"});
  EXPECT_EQ(set.members.front().role, Role::counted);
  EXPECT_EQ(next_slot(set, order, 2), (Slot{0, 2})) << "the whole block";
}

}  // namespace
}  // namespace gpubench::sets
