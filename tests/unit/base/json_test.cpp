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

TEST(Json, IsPrintedOnOneLineOrIndented) {
  const nlohmann::ordered_json value{{"b", 1.5}, {"a", {true, nullptr}}};
  EXPECT_EQ(json_text(value), R"({"b":1.5,"a":[true,null]})");
  EXPECT_EQ(json_text(value, 1), "{\n \"b\": 1.5,\n \"a\": [\n  true,\n  null\n ]\n}");
  EXPECT_EQ(json_text(nlohmann::json{{"b", 1}, {"a", 2}}), R"({"a":2,"b":1})");
}

TEST(Json, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(json_text(nlohmann::json("a\xff"
                                     "b")),
            "\"a\xEF\xBF\xBD"
            "b\"");
  EXPECT_EQ(json_text(nlohmann::ordered_json("\xc3")), "\"\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace gpubench::base
