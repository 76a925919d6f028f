#include "cli/invocation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpubench::cli {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kSecrets{"--env"};

TEST(Invocation, ReadsWhatWasWritten) {
  const std::vector<std::string> own{"--benchmark_command", "echo 'it''s' \\ \"x\"", "--volume", "a b:/c", "--no_plot"};
  const auto again = parse_invocation(invocation_text(own, {}, kSecrets));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, own);
  const auto command = parse_invocation(invocation_text({}, {"./simulate", "", "--env", "X=..."}, kSecrets));
  EXPECT_EQ(command.value(), (std::vector<std::string>{"--", "./simulate", "", "--env", "X=..."}));
}

TEST(Invocation, WhatIsNotWholeIsRefused) {
  EXPECT_FALSE(parse_invocation(""));
  EXPECT_FALSE(parse_invocation("iris-gpubench 'cut"));
}

TEST(Invocation, SecretsAreLeftOutAndMissed) {
  const std::string text = invocation_text({"--benchmark_image", "x", "--env", "SECRET=1"}, {}, kSecrets);
  EXPECT_EQ(text, "iris-gpubench --benchmark_image x --env SECRET=...");
  const auto again = parse_invocation(text);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("--env"));
}

}  // namespace
}  // namespace gpubench::cli
