// Runs in forms of others: BoAmps, RO-Crate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/exchange/boamps.h"
#include "report/exchange/ro_crate.h"
#include "unit/report/example_run.h"

namespace gpubench::report {
namespace {

using testing::HasSubstr;

constexpr const char* kAbout =
    R"({"task": {"taskStage": "training", "taskFamily": "images", "algorithms": [{}], "dataset": [{}]},
  "software": {"language": "python"}, "infrastructure": {"infraType": "onPremise"}, "environment": {"country": "United Kingdom"}})";

TEST(Boamps, WhatTheRunKnowsWithWhatTheUserSays) {
  const auto text = boamps_report(example::container_run(8), kAbout);
  ASSERT_TRUE(text) << text.error().message;
  const auto report = nlohmann::json::parse(*text);
  EXPECT_NEAR(report["measures"][0]["powerConsumption"].get<double>(), 169291.2 / 3.6e6, 1e-9);
  EXPECT_NEAR(report["measures"][0]["measurementDuration"].get<double>(), 30.004117, 1e-6);
  EXPECT_EQ(report["infrastructure"]["components"][0]["nbComponent"], 8);
  EXPECT_EQ(report["infrastructure"]["infraType"], "onPremise");
  EXPECT_EQ(report["environment"]["country"], "United Kingdom");
  EXPECT_EQ(report["environment"]["location"], "South England");
  EXPECT_EQ(report["quality"], "high");
}

TEST(Boamps, WhatIsMissingIsNamed) {
  const auto nothing = boamps_report(example::container_run(1), "");
  ASSERT_FALSE(nothing);
  EXPECT_THAT(nothing.error().message, HasSubstr("task.taskStage"));
  EXPECT_THAT(nothing.error().message, HasSubstr("environment.country"));
  EXPECT_FALSE(boamps_report(example::container_run(1), "[]"));
  EXPECT_FALSE(boamps_report(example::container_run(1), "{"));
  EXPECT_THAT(boamps_report(example::unsupported_run(), kAbout).error().message, HasSubstr("energy"));
}

TEST(RoCrate, EveryReferenceIsInTheGraph) {
  const auto crate = nlohmann::json::parse(ro_crate(example::container_run(1), "nowhere"));
  std::vector<std::string> ids;
  for (const auto& entity : crate["@graph"]) ids.push_back(entity["@id"]);
  EXPECT_THAT(ids, testing::IsSupersetOf({"ro-crate-metadata.json", "./", "#run", "#program", "#energy", "#emissions"}));
  for (const auto& entity : crate["@graph"]) {
    if (entity["@id"] != "#run") continue;
    for (const auto& used : entity["resourceUsage"]) EXPECT_THAT(ids, testing::Contains(used["@id"]));
  }
}

TEST(RoCrate, AFailedRunIsAFailedAction) {
  EXPECT_THAT(ro_crate(example::failed_run(), "nowhere"), HasSubstr("FailedActionStatus"));
  EXPECT_THAT(ro_crate(example::container_run(1), "nowhere"), HasSubstr("CompletedActionStatus"));
}

}  // namespace
}  // namespace gpubench::report
