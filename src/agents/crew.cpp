#include "agents/crew.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "platform/readable.h"

namespace gpubench::agents {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kAnswerWithin = 200ms;  // then a line is taken for lost, and the agent is asked again
constexpr base::Duration kBetweenPings = 50ms;
constexpr base::Duration kLongestSilence = 10s;
constexpr base::Duration kToldWithin = 15s;  // above the longest silence
constexpr int kComparisons = 20;
constexpr int kMostComparisons = 3 * kComparisons;

bool is_over(const Agent& agent) {
  return agent.lost || agent.state == State::failed;
}

}  // namespace

Crew::Crew(std::vector<Agent> agents, Channel& channel, const platform::Clock& clock)
    : agents_(std::move(agents)), channel_(channel), clock_(clock), shortest_(agents_.size()) {}

void Crew::send(int agent, const Order& order) {
  channel_.send(written(Way::to_agents, {agent, text_of(order)}));
}

void Crew::ping() {
  ++last_ping_;
  if (compares_) pinged_at_.push_back(clock_.now());
  send(kEveryAgent, Ping{last_ping_});
}

bool Crew::all_have_answered(int number) const {
  return std::all_of(agents_.begin(), agents_.end(),
                     [&](const Agent& agent) { return is_over(agent) || agent.answered >= number; });
}

// The node's clocks are read at some moment of the round trip, so the middle is off by half of it at most. An answer that
// comes after the next question has a long trip, but may be all there is.
void Crew::compare(Agent& agent, const Pong& pong, base::SteadyTime now) {
  const int first_ping = last_ping_ + 1 - static_cast<int>(pinged_at_.size());
  if (pong.number < first_ping || pong.number > last_ping_) return;  // it was not asked in this comparison
  const base::SteadyTime pinged_at = pinged_at_[static_cast<std::size_t>(pong.number - first_ping)];
  auto& shortest = shortest_[static_cast<std::size_t>(&agent - agents_.data())];
  const base::Duration trip = now - pinged_at;
  if (shortest && *shortest <= trip) return;
  shortest = trip;
  const base::SteadyTime middle = pinged_at + trip / 2;
  agent.steady = base::Duration((pong.steady - middle).count());
  agent.clock.wall = pong.wall - anchor_.to_wall(middle);
  agent.clock.bound = trip / 2;
}

void Crew::take(const Line& line, base::SteadyTime now) {
  const auto pong = parse_pong(line.text);
  if (!pong || line.agent < 0 || static_cast<std::size_t>(line.agent) >= agents_.size()) return;
  Agent& agent = agents_[static_cast<std::size_t>(line.agent)];
  agent.heard = now;
  agent.lost = false;
  if (pong->number < agent.answered) return;
  agent.answered = pong->number;
  agent.state = pong->state;
  if (compares_) compare(agent, *pong, now);
}

// Until all have answered this ping, or for a while.
void Crew::listen(base::Duration patience, int interrupt_fd, int number) {
  const base::SteadyTime end = clock_.now() + patience;
  while (open_ && !all_have_answered(number) && clock_.now() < end && !platform::is_readable(interrupt_fd)) {
    const auto bytes = channel_.receive(end - clock_.now(), interrupt_fd);
    const base::SteadyTime now = clock_.now();
    if (!bytes) open_ = false;
    if (bytes) reader_.take(*bytes);
    while (const auto line = reader_.next()) take(*line, now);
  }
  give_up_on_the_silent();
}

// Nobody was asked since they were heard.
void Crew::expect_answers() {
  const base::SteadyTime now = clock_.now();
  for (Agent& agent : agents_)
    if (agent.heard) agent.heard = now;
}

void Crew::give_up_on_the_silent() {
  const base::SteadyTime now = clock_.now();
  for (Agent& agent : agents_)
    if (!open_ || (agent.heard && now - *agent.heard > kLongestSilence)) agent.lost = true;
}

template <class Enough, class OrderFor>
void Crew::talk(base::Duration patience, int interrupt_fd, Enough enough, OrderFor order_for) {
  const base::SteadyTime end = clock_.now() + patience;
  expect_answers();
  for (;;) {
    for (std::size_t i = 0; i < agents_.size(); ++i)
      if (const auto order = order_for(agents_[i])) send(static_cast<int>(i), *order);
    ping();
    listen(kAnswerWithin, interrupt_fd, last_ping_);
    if (enough() || !open_ || clock_.now() >= end) return;
    listen(kBetweenPings, interrupt_fd, last_ping_ + 1);  // which nobody answers yet
    if (platform::is_readable(interrupt_fd)) return;
  }
}

void Crew::wait_for(State state, base::Duration patience, int interrupt_fd) {
  const auto is_there = [&](const Agent& agent) { return is_over(agent) || agent.state >= state; };
  talk(
      patience, interrupt_fd,
      [&] {
        const bool has_failed =
            std::any_of(agents_.begin(), agents_.end(), [](const Agent& agent) { return agent.state == State::failed; });
        return has_failed || std::all_of(agents_.begin(), agents_.end(), is_there);
      },
      [](const Agent& /*agent*/) { return std::optional<Order>(); });
}

void Crew::compare_clocks(int interrupt_fd) {
  const std::vector<Agent> before = agents_;
  std::fill(shortest_.begin(), shortest_.end(), std::nullopt);
  anchor_ = clock_.anchor();
  expect_answers();
  pinged_at_.clear();
  compares_ = true;
  int whole = 0;
  for (int i = 0; i < kMostComparisons && whole < kComparisons && open_; ++i) {
    ping();
    listen(kAnswerWithin, interrupt_fd, last_ping_);
    if (all_have_answered(last_ping_)) ++whole;
  }
  compares_ = false;
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    if (!shortest_[i]) continue;
    if (agents_[i].has_clock) agents_[i].clock.change = agents_[i].clock.wall - before[i].clock.wall;
    agents_[i].has_clock = true;
  }
}

void Crew::begin(base::SteadyTime start, base::Duration patience, int interrupt_fd) {
  const auto is_told = [](const Agent& agent) {
    return is_over(agent) || !agent.has_clock || agent.state >= State::running;
  };
  talk(
      patience, interrupt_fd, [&] { return std::all_of(agents_.begin(), agents_.end(), is_told); },
      [&](const Agent& agent) {
        if (is_told(agent)) return std::optional<Order>();
        return std::optional<Order>(Began{start + agent.steady, agent.clock, agent.gpus_allocated});
      });
}

void Crew::end(base::SteadyTime end, std::optional<int> exit_code, int interrupt_fd) {
  const auto is_told = [](const Agent& agent) { return is_over(agent) || !agent.has_clock || agent.state >= State::ended; };
  talk(
      kToldWithin, interrupt_fd, [&] { return std::all_of(agents_.begin(), agents_.end(), is_told); },
      [&](const Agent& agent) {
        if (is_told(agent)) return std::optional<Order>();
        return std::optional<Order>(Ended{end + agent.steady, exit_code, agent.clock});
      });
}

std::vector<std::string> Crew::nodes_short_of(State state) const {
  std::vector<std::string> nodes;
  for (const Agent& agent : agents_)
    if (is_over(agent) || agent.state < state) nodes.push_back(agent.node);
  return nodes;
}

std::vector<std::string> Crew::nodes_without_clock() const {
  std::vector<std::string> nodes;
  for (const Agent& agent : agents_)
    if (!agent.has_clock) nodes.push_back(agent.node);
  return nodes;
}

}  // namespace gpubench::agents
