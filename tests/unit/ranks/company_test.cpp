#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "platform/clock.h"
#include "ranks/join.h"
#include "ranks/socket.h"

namespace gpubench::ranks {
namespace {

using namespace std::chrono_literals;

base::Window window(int from, int to) {
  return {base::SteadyTime(std::chrono::seconds(from)), base::SteadyTime(std::chrono::seconds(to))};
}

// A name that no other test has.
std::string name_of(const char* test) {
  return std::string(test) + "-" + std::to_string(getpid());
}

std::unique_ptr<Company> joined(const std::string& group, const Hello& hello, int expected) {
  auto company = join(group, "n1", hello, expected);
  EXPECT_TRUE(company);
  return *std::move(company);
}

std::optional<base::Window> over_within(Company& company, base::Duration patience) {
  const platform::SystemClock clock;
  for (const base::SteadyTime end = clock.now() + patience; clock.now() < end;) {
    if (auto window = company.over()) return window;
    clock.sleep_until(clock.now() + 5ms);
  }
  return company.over();
}

TEST(Messages, ReadBack) {
  const auto hello = parse_hello(hello_message({3, {"GPU-a", "GPU-b"}, {"GPU-b"}}));
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->rank, 3);
  EXPECT_EQ(hello->sees, (std::vector<std::string>{"GPU-a", "GPU-b"}));
  EXPECT_EQ(hello->own, std::vector<std::string>{"GPU-b"});
  EXPECT_TRUE(parse_hello(hello_message({0, {}, {}}))->sees.empty());
  const auto end = parse_end(end_message({2, window(1, 4), 139, {"GPU-a"}}));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->ran, window(1, 4));
  EXPECT_EQ(end->exit_code, 139);
  EXPECT_EQ(end->own, std::vector<std::string>{"GPU-a"});
  EXPECT_FALSE(parse_end(end_message({2, window(1, 4)}))->exit_code);
  EXPECT_EQ(parse_measure(measure_message({"GPU-a"})), std::vector<std::string>{"GPU-a"});
  EXPECT_EQ(parse_over(over_message(window(1, 2))), window(1, 2));
  EXPECT_EQ(parse_go(go_message({4711, 12})), (std::vector<int>{4711, 12}));
  EXPECT_EQ(parse_go("go"), std::vector<int>{});
}

TEST(Messages, NonsenseIsRefused) {
  for (const char* text :
       {"", "hello", "hello x", "hello -1", "ended 1 5 4 0", "ended 1 5", "over 1", "measures GPU-a", "ended 1 2 3x"}) {
    EXPECT_FALSE(parse_hello(text)) << text;
    EXPECT_FALSE(parse_end(text)) << text;
    EXPECT_FALSE(parse_over(text)) << text;
    EXPECT_FALSE(parse_measure(text)) << text;
    EXPECT_FALSE(parse_go(text)) << text;
  }
}

TEST(Socket, WhatWasSentIsReadThoughThePeerWentWithSomethingUnread) {
  const std::string name = name_of("unread");
  const auto door = Socket::listen(name);
  auto peer = Socket::connect(name);
  const auto own = door->accept();
  own->send("never read");
  peer->send("the last words");
  peer->close();
  EXPECT_EQ(own->receive(), "the last words");
  EXPECT_EQ(own->receive(), "");
}

TEST(Company, TheFirstMeasuresAllThatAllSee) {
  const std::string group = name_of("all");
  const auto leader = joined(group, {0, {"a", "b"}, {"a"}}, 2);
  const auto member = joined(group, {1, {"a", "b"}, {"b"}}, 2);
  leader->gather(5s);
  member->gather(5s);
  EXPECT_TRUE(leader->leads());
  EXPECT_EQ(leader->boards(), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(member->boards().empty());
}

TEST(Company, BoardsThatOnlyAnotherSeesAreItsOwn) {
  const std::string group = name_of("cgroup");
  const auto leader = joined(group, {0, {"a"}, {"a"}}, 3);
  const auto second = joined(group, {1, {"b"}, {"b"}}, 3);
  second->gather(5s);
  const auto third = joined(group, {2, {"b"}, {"b"}}, 3);  // shares the second's
  third->gather(5s);
  EXPECT_EQ(second->boards(), std::vector<std::string>{"b"});
  EXPECT_TRUE(third->boards().empty());
}

TEST(Company, ABoardThatNoRankMayUseIsNotTheJobs) {
  const auto leader = joined(name_of("others"), {0, {"a", "b"}, {"b"}}, 1);
  leader->gather(5s);
  EXPECT_EQ(leader->boards(), std::vector<std::string>{"b"});
}

// Where the leader does not know how many will come.
TEST(Company, WhoComesLateMeasuresItsOwnIfThatIsBeforeTheStart) {
  const std::string group = name_of("own");
  const auto leader = joined(group, {0, {"a", "b", "c", "d"}, {"a"}}, 1);
  leader->gather(5s);
  const auto late = joined(group, {1, {"a", "b", "c", "d"}, {"a", "b"}}, 1);
  late->gather(5s);
  EXPECT_EQ(late->boards(), std::vector<std::string>{"b"});
  EXPECT_EQ(leader->boards(), std::vector<std::string>{"a"}) << "as it began";
  const auto shares = joined(group, {2, {"a", "b", "c", "d"}, {"b"}}, 1);
  shares->gather(5s);
  EXPECT_TRUE(shares->boards().empty());
  std::thread waits([&] {
    late->wait_for_go(5s, -1);
    shares->wait_for_go(5s, -1);
  });
  leader->wait_for_go(200ms, -1);
  waits.join();
  const auto too_late = joined(group, {3, {"a", "b", "c", "d"}, {"c"}}, 1);
  too_late->gather(5s);
  EXPECT_TRUE(too_late->boards().empty());
}

TEST(Company, AllGoAtOnceAndItIsOverWithTheLast) {
  const std::string group = name_of("over");
  const auto leader = joined(group, {0, {"a"}, {"a"}}, 2);
  const auto member = joined(group, {1, {"a"}, {"a"}}, 2);
  member->gather(5s);
  std::thread waits([&] { member->wait_for_go(5s, -1); });
  leader->wait_for_go(5s, -1);
  waits.join();
  const std::vector<int> both{getpid(), getpid()};  // the two are one process here
  EXPECT_EQ(leader->processes(), both);
  EXPECT_EQ(member->processes(), both);
  leader->ended({0, window(10, 20), 0, {"a"}});
  EXPECT_FALSE(leader->over());
  member->ended({1, window(11, 25), 7, {"a"}});
  EXPECT_EQ(over_within(*leader, 5s), window(10, 25));
  EXPECT_EQ(over_within(*member, 5s), window(10, 25));
  ASSERT_EQ(leader->ends().size(), 2U);
  EXPECT_EQ(leader->ends()[1].exit_code, 7);
}

TEST(Company, OneThatNeverComesIsWaitedForAWhileOnly) {
  const auto leader = joined(name_of("late"), {0, {"a"}, {"a"}}, 2);
  leader->gather(50ms);
  leader->wait_for_go(1h, -1);  // not once more
  leader->ended({0, window(1, 2), 0, {"a"}});
  EXPECT_EQ(leader->over(), window(1, 2));
}

TEST(Company, WithoutItsLeaderAMemberGoesOn) {
  const std::string group = name_of("lost");
  auto leader = joined(group, {0, {"a"}, {"a"}}, 2);
  const auto member = joined(group, {1, {"a"}, {"a"}}, 2);
  member->gather(5s);
  leader.reset();
  member->wait_for_go(5s, -1);
  EXPECT_TRUE(member->lost_leader());
  member->ended({1, window(3, 4), 0, {"a"}});
  EXPECT_EQ(member->over(), window(3, 4));
  EXPECT_TRUE(joined(group, {2, {"a"}, {"a"}}, 2)->leads());  // the name is free again
}

TEST(Company, AMemberThatDiesIsNotWaitedFor) {
  const std::string group = name_of("dead");
  const auto leader = joined(group, {0, {"a"}, {"a"}}, 2);
  auto member = joined(group, {1, {"a"}, {"a"}}, 2);
  member->gather(5s);
  member.reset();
  leader->wait_for_go(5s, -1);
  leader->ended({0, window(1, 2), 0, {"a"}});
  EXPECT_EQ(over_within(*leader, 5s), window(1, 2));
  EXPECT_FALSE(leader->ends()[1].exit_code);
}

}  // namespace
}  // namespace gpubench::ranks
