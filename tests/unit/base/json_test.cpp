#include "base/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace gpubench::base {
namespace {

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, TextsAreParsed) {
  EXPECT_EQ(parse_json(R"({"b":1,"a":[true,null]})").at("b"), 1);
  EXPECT_EQ(parse_ordered_json(R"({"b":1,"a":2})").dump(), R"({"b":1,"a":2})");
  EXPECT_EQ(parse_ordered_json(R"({"b":1,"c":[{"b":1}],"a":{"c":2}})", "c").dump(), R"({"b":1,"a":{"c":2}})");
}

TEST(Json, WhatIsNoneIsDiscarded) {
  for (const char* text : {"", "{", "nan", "{\"a\":1,}", "[1] 2"}) EXPECT_TRUE(parse_json(text).is_discarded()) << text;
}

TEST(Json, NestingHasALimit) {
  EXPECT_FALSE(parse_json(nested(kDeepestJson)).is_discarded());
  EXPECT_TRUE(parse_json(nested(kDeepestJson + 1)).is_discarded());
  EXPECT_TRUE(parse_ordered_json(nested(200'000)).is_discarded());
  EXPECT_TRUE(parse_ordered_json(std::string(200'000, '[')).is_discarded());
  EXPECT_TRUE(parse_ordered_json(nested(200'000), "a").is_discarded());
  EXPECT_TRUE(parse_ordered_json(R"({"a":)", "a").is_discarded());
}

TEST(Json, BracketsInTextAndSiblingsAreNoNesting) {
  EXPECT_TRUE(parse_json("[\"" + std::string(1000, '[') + "\\\"{{\"]").is_array());
  std::string many = "[";
  for (int i = 0; i < 1000; ++i) many += "[],";
  EXPECT_EQ(parse_json(many + "[]]").size(), 1001U);
}

}  // namespace
}  // namespace gpubench::base
