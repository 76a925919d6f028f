// set.json: what is written reads back, and what is not a set is refused with its reason.
#include "sets/run_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace gpubench::sets {
namespace {

using testing::HasSubstr;

RunSet a_set() {
  RunSet set;
  set.id = "20261129t120000-000000001z-set-train";
  set.label = "before | \"after\" <b>\n::error::";
  set.benchmark = "train";
  set.seed = 9007199254740991U;
  set.invocation = "iris-gpubench --runs 2 -- train {N}";
  set.working_folder = "/home/a";
  set.options.runs = 2;
  set.options.warmup = 1;
  set.options.pause = std::chrono::milliseconds(1500);
  set.options.until = "energy 1%";
  set.options.start_at = base::Temperature::from_celsius(45);
  set.options.keep_going = true;
  set.variants = {{"N=1", "train", "train 1", {{"N", "1"}}}, {"N=2", "train", "train 2", {{"N", "2"}}}};
  set.sittings = {{"2026-11-29T12:00:00.000Z", "host", "2.0"}};
  set.members = {{"20261129t120001-000000001z-train", Role::warmup, {}, "N=1", 0, 1},
                 {"20261129t120002-000000001z-train", Role::counted, {}, "N=1", 1, 1},
                 {"20261129t120003-000000001z-train", Role::excluded, {"interrupted"}, "N=2", 1, 1}};
  set.findings = {{"precision_not_reached", "words"}};
  set.complete = true;
  return set;
}

std::string error_of(const std::string& json) {
  const auto set = parse_set(json);
  return set ? "none" : set.error().message;
}

// The JSON of a_set() with another text in a place.
std::string with(const std::string& old, const std::string& other) {
  std::string json = set_json(a_set());
  const std::size_t at = json.find(old);
  return at == std::string::npos ? "no \"" + old + "\"" : json.replace(at, old.size(), other);
}

TEST(RunSetTest, ReadsBackWhatWasWritten) {
  const auto set = parse_set(set_json(a_set()));
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(*set, a_set());
}

TEST(RunSetTest, AnotherVersionIsRefusedByName) {
  EXPECT_THAT(error_of(with("\"schema_version\": 1", "\"schema_version\": 7")),
              HasSubstr("schema version 7, and this version of iris-gpubench reads 1"));
}

TEST(RunSetTest, NewKeysAreIgnored) {
  EXPECT_TRUE(parse_set(with("\"schema_version\": 1,", "\"schema_version\": 1, \"weather\": [[[]]],")));
}

TEST(RunSetTest, WhatIsNoSetIsRefused) {
  EXPECT_THAT(error_of(""), HasSubstr("damaged"));
  EXPECT_THAT(error_of("[]"), HasSubstr("damaged"));
  EXPECT_THAT(error_of("{}"), HasSubstr("schema_version"));
  EXPECT_THAT(error_of(with("\"seed\": 9007199254740991", "\"seed\": -1")), HasSubstr("whole number"));
  EXPECT_THAT(error_of(with("\"warmup\",", "\"king\",")), HasSubstr("no role is called \"king\""));
  EXPECT_THAT(error_of(with("\"pause_seconds\": 1.5", "\"pause_seconds\": -1")), HasSubstr("pause"));
}

TEST(RunSetTest, AMemberCannotBeAPathElsewhere) {
  EXPECT_THAT(error_of(with("\"20261129t120001-000000001z-train\"", "\"../../etc\"")), HasSubstr("no run's id"));
  EXPECT_THAT(error_of(with("20261129t120000-000000001z-set-train", "..")), HasSubstr("no id of a set"));
}

TEST(RunSetTest, MembersGoTogetherWithTheSet) {
  EXPECT_THAT(error_of(with("20261129t120002", "20261129t120001")), HasSubstr("twice"));
  EXPECT_THAT(error_of(with("\"variant\": \"N=2\"", "\"variant\": \"N=3\"")), HasSubstr("variant"));
  EXPECT_THAT(error_of(with("\"sitting\": 1", "\"sitting\": 2")), HasSubstr("sitting"));
  EXPECT_THAT(error_of(with("\"role\": \"excluded\"", "\"role\": \"counted\"")), HasSubstr("reason"));
}

}  // namespace
}  // namespace gpubench::sets
