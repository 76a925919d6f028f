#include "agents/crew.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "support/manual_clock.h"

namespace gpubench::agents {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// A launcher with agents whose clocks are off, and which loses and doubles lines.
class Launcher final : public Channel {
 public:
  Launcher(support::ManualClock& clock, std::size_t count) : nodes_(count), clock_(clock) {}

  struct Node {
    base::Duration steady{};
    base::Duration wall{};
    State state = State::ready;
    std::optional<Began> began = {};
    std::optional<Ended> ended = {};
    bool dead = false;
    base::Duration late{};  // its answers
  };
  Node& node(std::size_t i) { return nodes_[i]; }
  void cut_each(int n) { cut_each_ = n; }
  void double_each(int n) { double_each_ = n; }
  void end() { ended_ = true; }

  void send(std::string_view bytes) override {
    clock_.advance(trip_ / 2);
    reader_.take(tampered(std::string(bytes)));
    while (const auto line = reader_.next())
      for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (line->agent == kEveryAgent || line->agent == static_cast<int>(i)) answer(i, *parse_order(line->text));
  }
  std::optional<std::string> receive(base::Duration patience, int /*interrupt_fd*/) override {
    if (ended_) return std::nullopt;
    if (answers_.empty() && !late_.empty() && late_.front().first <= clock_.now() + patience) {
      clock_.advance(std::max(late_.front().first - clock_.now(), base::Duration::zero()));
      answers_ = late_.front().second;
      late_.pop_front();
    } else {
      clock_.advance(answers_.empty() ? patience : trip_ / 2);
    }
    return std::exchange(answers_, {});
  }

 private:
  std::string tampered(const std::string& line) {
    ++lines_;
    if (cut_each_ > 0 && lines_ % cut_each_ == 0) return line.substr(0, line.size() / 2) + "\n";
    if (double_each_ > 0 && lines_ % double_each_ == 0) return line + line;
    return line;
  }
  void answer(std::size_t i, const Order& order) {
    Node& node = nodes_[i];
    if (node.dead) return;
    if (const auto* const began = std::get_if<Began>(&order)) {
      node.began = *began;
      node.state = std::max(node.state, State::running);
    }
    if (const auto* const ended = std::get_if<Ended>(&order)) {
      node.ended = *ended;
      node.state = std::max(node.state, State::ended);
    }
    if (const auto* const ping = std::get_if<Ping>(&order)) {
      const std::string answer = tampered(
          written(Way::to_head, {static_cast<int>(i), text_of(Pong{ping->number, node.state, clock_.now() + node.steady,
                                                                   clock_.wall_now() + node.wall})}));
      if (node.late > base::Duration::zero())
        late_.emplace_back(clock_.now() + node.late, answer);
      else
        answers_ += answer;
    }
  }

  std::vector<Node> nodes_;
  support::ManualClock& clock_;
  LineReader reader_{Way::to_agents};
  std::string answers_;
  std::deque<std::pair<base::SteadyTime, std::string>> late_;
  base::Duration trip_ = 500us;
  int lines_ = 0;
  int cut_each_ = 0;
  int double_each_ = 0;
  bool ended_ = false;
};

class CrewTest : public testing::Test {
 protected:
  static std::vector<Agent> three() {
    std::vector<Agent> agents(3);
    for (std::size_t i = 0; i < agents.size(); ++i) agents[i].node = "n" + std::to_string(i + 1);
    return agents;
  }
  // The whole talk of a job.
  void run() {
    crew_.wait_for(State::ready, 60s, -1);
    crew_.compare_clocks(-1);
    start_ = clock_.now();
    crew_.begin(start_, 10s, -1);
    clock_.advance(100s);
    end_ = clock_.now();
    crew_.compare_clocks(-1);
    crew_.end(end_, 3, -1);
  }

  support::ManualClock clock_;
  Launcher launcher_{clock_, 3};
  Crew crew_{three(), launcher_, clock_};
  base::SteadyTime start_;
  base::SteadyTime end_;
};

TEST_F(CrewTest, EachAgentIsToldOfStartAndEndByItsOwnClock) {
  launcher_.node(1).steady = 3h;
  launcher_.node(1).wall = 1500ms;
  launcher_.node(2).steady = -7s;
  launcher_.node(2).wall = -250ms;
  run();
  for (std::size_t i = 0; i < 3; ++i) {
    const Launcher::Node& node = launcher_.node(i);
    ASSERT_TRUE(node.began && node.ended);
    const Agent& agent = crew_.agents()[i];
    EXPECT_LE(std::chrono::abs(node.began->at - (start_ + node.steady)), agent.clock.bound);
    EXPECT_LE(std::chrono::abs(node.ended->at - (end_ + node.steady)), agent.clock.bound);
    EXPECT_EQ(node.ended->exit_code, 3);
    EXPECT_LE(std::chrono::abs(agent.clock.wall - node.wall), agent.clock.bound);
    EXPECT_LT(agent.clock.bound, 2ms);
    EXPECT_LE(std::chrono::abs(agent.clock.change), 2 * agent.clock.bound);
  }
}

TEST_F(CrewTest, LinesThatAreLostOrDoubledAreAskedForAgain) {
  launcher_.cut_each(10);
  launcher_.double_each(7);
  launcher_.node(1).wall = 1500ms;
  run();
  EXPECT_TRUE(crew_.nodes_short_of(State::ended).empty());
  EXPECT_LE(std::chrono::abs(crew_.agents()[1].clock.wall - 1500ms), crew_.agents()[1].clock.bound);
}

TEST_F(CrewTest, AClockThatIsSetMeanwhileIsAChange) {
  crew_.wait_for(State::ready, 60s, -1);
  crew_.compare_clocks(-1);
  launcher_.node(2).wall = 400ms;
  crew_.compare_clocks(-1);
  EXPECT_LE(std::chrono::abs(crew_.agents()[2].clock.change - 400ms), 2 * crew_.agents()[2].clock.bound);
}

TEST_F(CrewTest, AnAnswerThatIsLateTellsOfTheClockToo) {
  launcher_.node(1).steady = 3h;
  launcher_.node(1).wall = 1500ms;
  launcher_.node(1).late = 450ms;
  run();
  const Agent& agent = crew_.agents()[1];
  EXPECT_TRUE(agent.has_clock);
  EXPECT_GE(agent.clock.bound, 225ms);
  EXPECT_LT(agent.clock.bound, 230ms);
  EXPECT_LE(std::chrono::abs(agent.clock.wall - 1500ms), agent.clock.bound);
  ASSERT_TRUE(launcher_.node(1).began);
  EXPECT_LE(std::chrono::abs(launcher_.node(1).began->at - (start_ + 3h)), agent.clock.bound);
  EXPECT_LT(crew_.agents()[0].clock.bound, 2ms);
}

TEST_F(CrewTest, AnAgentWhoseClockIsNotKnownIsToldNoTime) {
  crew_.wait_for(State::ready, 60s, -1);
  launcher_.node(1).dead = true;
  crew_.compare_clocks(-1);
  launcher_.node(1).dead = false;
  const base::SteadyTime before = clock_.now();
  crew_.begin(before, 10s, -1);
  EXPECT_LT(clock_.now() - before, 1s) << "it is not waited for";
  crew_.end(clock_.now(), 0, -1);
  EXPECT_FALSE(launcher_.node(1).began);
  EXPECT_FALSE(launcher_.node(1).ended);
  EXPECT_TRUE(launcher_.node(0).ended && launcher_.node(2).ended);
  EXPECT_THAT(crew_.nodes_short_of(State::running), ElementsAre("n2"));
}

TEST_F(CrewTest, ASilentAgentHoldsUpTheOthersForAWhileOnly) {
  crew_.wait_for(State::ready, 60s, -1);
  crew_.begin(clock_.now(), 10s, -1);
  launcher_.node(1).dead = true;
  const base::SteadyTime before = clock_.now();
  crew_.compare_clocks(-1);
  crew_.end(clock_.now(), 0, -1);
  EXPECT_LT(clock_.now() - before, 30s);
  EXPECT_THAT(crew_.nodes_short_of(State::ended), ElementsAre("n2"));
  EXPECT_TRUE(launcher_.node(0).ended && launcher_.node(2).ended);
}

TEST_F(CrewTest, WhoNeverAnswersIsWaitedForUpToThePatience) {
  launcher_.node(0).dead = true;
  const base::SteadyTime before = clock_.now();
  crew_.wait_for(State::ready, 60s, -1);
  EXPECT_GE(clock_.now() - before, 60s);
  EXPECT_LT(clock_.now() - before, 61s);
  EXPECT_THAT(crew_.nodes_short_of(State::ready), ElementsAre("n1"));
}

TEST_F(CrewTest, OneThatFailedEndsTheWait) {
  launcher_.node(0).state = State::preparing;
  launcher_.node(2).state = State::failed;
  const base::SteadyTime before = clock_.now();
  crew_.wait_for(State::ready, 60s, -1);
  EXPECT_LT(clock_.now() - before, 1s);
  EXPECT_THAT(crew_.nodes_short_of(State::ready), ElementsAre("n1", "n3"));
}

TEST_F(CrewTest, TheEndOfTheLauncherIsTheEndOfAll) {
  launcher_.end();
  const base::SteadyTime before = clock_.now();
  run();
  EXPECT_LT(clock_.now() - before, 101s);
  EXPECT_FALSE(crew_.is_open());
  EXPECT_EQ(crew_.nodes_short_of(State::ready).size(), 3U);
}

}  // namespace
}  // namespace gpubench::agents
