// The agent's side, with pipes in place of the launcher.
#include "agents/agent_workload.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "platform/readable.h"

namespace gpubench::agents {
namespace {

using namespace std::chrono_literals;
using workload::WorkloadOutcome;

// Described, and never started.
class Described final : public workload::Workload {
 public:
  base::Result<void> prepare() override { return {}; }
  [[nodiscard]] const workload::WorkloadDescription& description() const override { return description_; }
  base::Result<void> start() override {
    ADD_FAILURE();
    return {};
  }
  base::Result<std::optional<WorkloadOutcome>> poll(base::Duration /*timeout*/, int /*wake_fd*/) override {
    ADD_FAILURE();
    return std::optional<WorkloadOutcome>();
  }
  void hand_on(int /*signal*/) override { ADD_FAILURE(); }
  void stop() override { ADD_FAILURE(); }
  void kill() override { ADD_FAILURE(); }
  base::Result<bool> collect_results(const std::filesystem::path& /*directory*/) override { return false; }
  base::Result<void> cleanup() override { return {}; }

 private:
  workload::WorkloadDescription description_;
};

class AgentWorkloadTest : public testing::Test {
 protected:
  AgentWorkloadTest() {
    EXPECT_EQ(pipe(to_agent_.data()), 0);
    EXPECT_EQ(pipe(to_head_.data()), 0);
    EXPECT_EQ(pipe(signals_.data()), 0);
    head_.emplace(1, to_agent_[0], to_head_[1], clock_);
    workload_ = make_agent_workload(std::make_unique<Described>(), *head_, clock_, signals_[0]);
  }
  ~AgentWorkloadTest() override {
    workload_.reset();
    head_.reset();
    for (const auto& pipe : {to_agent_, to_head_, signals_})
      for (const int end : pipe) close(end);
  }
  AgentWorkloadTest(const AgentWorkloadTest&) = delete;
  AgentWorkloadTest& operator=(const AgentWorkloadTest&) = delete;

  void say(int agent, const Order& order) const {
    const std::string text = written(Way::to_agents, {agent, text_of(order)});
    ASSERT_EQ(write(to_agent_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void leave() {
    close(to_agent_[1]);
    to_agent_[1] = dup(to_head_[0]);
  }
  // What a ping is answered with.
  std::optional<Pong> asked(int number) {
    say(kEveryAgent, Ping{number});
    std::array<char, 4096> bytes{};
    while (platform::becomes_readable(to_head_[0], 5s)) {
      reader_.take({bytes.data(), static_cast<std::size_t>(read(to_head_[0], bytes.data(), bytes.size()))});
      while (const auto line = reader_.next())
        if (const auto pong = parse_pong(line->text); pong && pong->number == number && line->agent == 1) return pong;
    }
    return std::nullopt;
  }
  std::optional<WorkloadOutcome> outcome() {
    for (int i = 0; i < 100; ++i) {
      auto polled = workload_->poll(100ms, -1);
      if (polled && *polled) return **polled;
    }
    return std::nullopt;
  }

  std::array<int, 2> to_agent_{-1, -1};
  std::array<int, 2> to_head_{-1, -1};
  std::array<int, 2> signals_{-1, -1};
  platform::SystemClock clock_;
  std::optional<Answering> head_;
  std::unique_ptr<workload::Workload> workload_;
  LineReader reader_{Way::to_head};
};

base::SteadyTime at(base::Duration since) {
  return base::SteadyTime(since);
}

TEST_F(AgentWorkloadTest, ItRanFromTheHeadsStartToTheHeadsEnd) {
  EXPECT_EQ(asked(1)->state, State::preparing);
  say(1, Began{at(5s), {}, 4});
  ASSERT_TRUE(workload_->start());
  EXPECT_EQ(asked(2)->state, State::running);
  EXPECT_FALSE(*workload_->poll(0ms, -1));
  say(0, Ended{at(7s), 1, {}});  // another's
  say(1, Ended{at(9s), 3, {}});
  say(1, Ended{at(10s), 4, {}});  // twice: the first counts
  const auto ran = outcome();
  ASSERT_TRUE(ran);
  EXPECT_EQ(ran->ran, (base::Window{at(5s), at(9s)}));
  EXPECT_EQ(ran->exit_code, 3);
  EXPECT_EQ(asked(3)->state, State::ended);
  head_->set(State::done);
  EXPECT_EQ(asked(4)->state, State::done);
  EXPECT_FALSE(head_->is_alone());
}

// Fork and wait on the head's side, and the comparison of the clocks that is the worse one.
TEST_F(AgentWorkloadTest, ItsEndsAreKnownAsWellAsTheClocksWereCompared) {
  say(1, Began{at(5s), {0s, 40ms, 0s}, {}});
  ASSERT_TRUE(workload_->start());
  say(1, Ended{at(9s), 0, {0s, 300us, 0s}});
  EXPECT_EQ(outcome()->ends_within, 41ms);
}

TEST_F(AgentWorkloadTest, TheHeadsEndEndsItWithoutACode) {
  say(1, Began{at(5s), {0s, 2ms, 0s}, {}});
  ASSERT_TRUE(workload_->start());
  leave();
  const auto ran = outcome();
  ASSERT_TRUE(ran);
  EXPECT_FALSE(ran->exit_code);
  EXPECT_EQ(ran->ran.start, at(5s));
  EXPECT_EQ(ran->ends_within, 3ms);
  EXPECT_TRUE(head_->is_alone());
}

TEST_F(AgentWorkloadTest, AHeadThatLeavesBeforeTheStartStartsNothing) {
  leave();
  EXPECT_FALSE(workload_->start());
}

TEST_F(AgentWorkloadTest, ASignalEndsTheWaitForTheStart) {
  ASSERT_EQ(write(signals_[1], "x", 1), 1);
  EXPECT_FALSE(workload_->start());
}

TEST_F(AgentWorkloadTest, AskedToStopItStillTakesTheHeadsWord) {
  say(1, Began{at(5s), {}, {}});
  ASSERT_TRUE(workload_->start());
  workload_->stop();
  EXPECT_FALSE(*workload_->poll(0ms, -1));
  say(1, Ended{at(6s), 143, {}});
  EXPECT_EQ(outcome()->exit_code, 143);
}

TEST_F(AgentWorkloadTest, KilledItEndsAtOnce) {
  say(1, Began{at(5s), {}, {}});
  ASSERT_TRUE(workload_->start());
  workload_->kill();
  EXPECT_TRUE(*workload_->poll(0ms, -1));
}

}  // namespace
}  // namespace gpubench::agents
