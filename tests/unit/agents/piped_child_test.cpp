#include "agents/piped_child.h"

#include <gtest/gtest.h>

#include <chrono>

#include "platform/readable.h"

namespace gpubench::agents {
namespace {

using namespace std::chrono_literals;

const std::vector<std::string> kPath{"PATH=/usr/bin:/bin", "NAME=value"};

std::string read_until(PipedChild& child, const std::string& end) {
  std::string text;
  while (text.find(end) == std::string::npos && child.output_fd() >= 0 && platform::becomes_readable(child.output_fd(), 10s))
    text += child.read();
  return text;
}

TEST(PipedChild, TalksWhileItRuns) {
  const auto child = PipedChild::start({"sh", "-c", "while read line; do echo \"$NAME $line\"; done; exit 3"}, kPath);
  ASSERT_TRUE(child);
  for (const char* const word : {"one\n", "two\n"}) {
    (*child)->write(word);
    EXPECT_EQ(read_until(**child, "\n"), "value " + std::string(word));
  }
  EXPECT_FALSE((*child)->wait(0ms));
  (*child)->close_input();
  EXPECT_EQ((*child)->wait(10s), 3);
}

TEST(PipedChild, KeepsTheEndOfItsErrors) {
  const auto child = PipedChild::start({"sh", "-c", "yes x | head -c 100000 >&2; echo last >&2"}, kPath);
  ASSERT_TRUE(child);
  EXPECT_EQ((*child)->wait(10s), 0);
  EXPECT_TRUE((*child)->errors().ends_with("last\n"));
  EXPECT_LT((*child)->errors().size(), 20000U);
}

TEST(PipedChild, WhatItSaysAfterItsMessageIsThereOnceItHasEnded) {
  const auto child =
      PipedChild::start({"sh", "-c", "echo failed; read line; echo reason >&2; sleep 0.1; echo remedy >&2"}, kPath);
  ASSERT_TRUE(child);
  EXPECT_EQ(read_until(**child, "\n"), "failed\n");
  (*child)->close_input();
  EXPECT_TRUE((*child)->wait(10s));
  EXPECT_EQ((*child)->errors(), "reason\nremedy\n");
}

TEST(PipedChild, OneThatReadsNothingHoldsUpNobody) {
  const auto child = PipedChild::start({"sleep", "60"}, kPath);
  ASSERT_TRUE(child);
  (*child)->write(std::string(1'000'000, 'x'));
  EXPECT_FALSE((*child)->wait(0ms));
}

TEST(PipedChild, ASignalIs128AndItsNumber) {
  const auto child = PipedChild::start({"sh", "-c", "kill -KILL $$"}, kPath);
  ASSERT_TRUE(child);
  EXPECT_EQ((*child)->wait(10s), 137);
}

TEST(PipedChild, OneThatDoesNotEndIsKilledOnce) {
  const auto child = PipedChild::start({"sleep", "60"}, kPath);
  ASSERT_TRUE(child);
  EXPECT_FALSE((*child)->wait(0ms));
  (*child)->kill();
  (*child)->kill();
  EXPECT_EQ((*child)->wait(10s), 137);
}

TEST(PipedChild, AProgramThatIsNotThereIsNamed) {
  const auto child = PipedChild::start({"no-such-program"}, kPath);
  ASSERT_FALSE(child);
  EXPECT_NE(child.error().message.find("no-such-program"), std::string::npos);
}

}  // namespace
}  // namespace gpubench::agents
