#include "agents/messages.h"

#include <gtest/gtest.h>

#include "agents/line.h"

namespace gpubench::agents {
namespace {

using namespace std::chrono_literals;

base::SteadyTime steady(base::Duration since) {
  return base::SteadyTime(since);
}

template <class T>
T read_back(const T& order) {
  const auto parsed = parse_order(text_of(Order(order)));
  EXPECT_TRUE(parsed && std::holds_alternative<T>(*parsed));
  return std::get<T>(*parsed);
}

TEST(AgentMessages, OrdersReadBack) {
  EXPECT_EQ(read_back(Ping{17}).number, 17);
  const Began began = read_back(Began{steady(5s), {-3ms, 2us, 1ns}, 4});
  EXPECT_EQ(began.at, steady(5s));
  EXPECT_EQ(began.clock, (ClockOffset{-3ms, 2us, 1ns}));
  EXPECT_EQ(began.gpus_allocated, 4);
  EXPECT_FALSE(read_back(Began{steady(5s), {}, {}}).gpus_allocated);
  const Ended ended = read_back(Ended{steady(9s), 139, {1s, 2us, -4ms}});
  EXPECT_EQ(ended.at, steady(9s));
  EXPECT_EQ(ended.exit_code, 139);
  EXPECT_EQ(ended.clock.change, -4ms);
  EXPECT_FALSE(read_back(Ended{steady(9s), {}, {}}).exit_code);
}

TEST(AgentMessages, EachStateReadsBack) {
  for (const State state : {State::preparing, State::ready, State::running, State::ended, State::done, State::failed}) {
    const auto pong = parse_pong(text_of(Pong{3, state, steady(7s), base::WallTime(1'790'000'000s)}));
    ASSERT_TRUE(pong);
    EXPECT_EQ(pong->number, 3);
    EXPECT_EQ(pong->state, state);
    EXPECT_EQ(pong->steady, steady(7s));
    EXPECT_EQ(pong->wall, base::WallTime(1'790'000'000s));
  }
}

TEST(AgentMessages, NonsenseIsRefused) {
  for (const char* text :
       {"", "ping", "ping x", "ping 1 2", "began 1 4 2 3", "began 1 ? 2 3 4 5", "ended 1 0 2 3 x", "pong 1"})
    EXPECT_FALSE(parse_order(text)) << text;
  for (const char* text : {"", "pong", "pong 1 asleep 2 3", "pong 1 ready 2", "pong 1 ready 2 3 4", "ping 1"})
    EXPECT_FALSE(parse_pong(text)) << text;
}

TEST(AgentLines, ReadBackForOneAndForAll) {
  for (const Line& line : {Line{kEveryAgent, "ping 1"}, Line{0, "ended 1"}, Line{4095, "pong"}}) {
    std::string text = written(Way::to_agents, line);
    ASSERT_TRUE(text.ends_with('\n'));
    text.pop_back();
    EXPECT_EQ(parse_line(Way::to_agents, text), line);
    EXPECT_FALSE(parse_line(Way::to_head, text)) << "it is the other way's";
  }
}

// The longest that there are, with which a launcher does not tamper.
TEST(AgentLines, AreShort) {
  const ClockOffset far{-base::Duration::max(), base::Duration::max(), -base::Duration::max()};
  EXPECT_LE(written(Way::to_agents, {1 << 20, text_of(Order(Ended{steady(base::Duration::max()), 255, far}))}).size(),
            kLongestLine);
  EXPECT_LE(
      written(Way::to_head, {1 << 20, text_of(Pong{1 << 30, State::preparing, steady(base::Duration::max()), {}})}).size(),
      kLongestLine);
}

TEST(AgentLines, AnyChangedByteBreaksThem) {
  std::string text = written(Way::to_head, {7, "pong 1 ready 12 34"});
  text.pop_back();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(parse_line(Way::to_head, changed)) << changed;
    EXPECT_FALSE(parse_line(Way::to_head, text.substr(0, i)));
    EXPECT_FALSE(parse_line(Way::to_head, text.substr(i + 1)));
  }
}

TEST(AgentLines, ComeOutOfPiecesAndNoise) {
  const std::string good = written(Way::to_head, {1, "pong"});
  const std::string all = "srun: warning\n" + good + good.substr(0, 9) + "\n" + good;
  LineReader reader(Way::to_head);
  int found = 0;
  for (const char c : all) {
    reader.take({&c, 1});
    while (const auto line = reader.next()) {
      EXPECT_EQ(line->text, "pong");
      ++found;
    }
  }
  EXPECT_EQ(found, 2);
}

TEST(AgentLines, NoiseWithoutAnEndTakesNoMemory) {
  LineReader reader(Way::to_head);
  for (int i = 0; i < 100; ++i) {
    reader.take(std::string(std::size_t{1} << 16U, 'x'));
    EXPECT_FALSE(reader.next());
  }
  reader.take("\n" + written(Way::to_head, {1, "pong"}));
  EXPECT_TRUE(reader.next());
}

}  // namespace
}  // namespace gpubench::agents
