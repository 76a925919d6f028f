// The agents as the head sees them: how far each is, and what its clocks show.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agents/channel.h"
#include "agents/line.h"
#include "agents/messages.h"
#include "base/time.h"
#include "platform/clock.h"

namespace gpubench::agents {

struct Agent {
  std::string node;
  std::optional<int> gpus_allocated = {};
  State state = State::preparing;
  std::optional<base::SteadyTime> heard = {};  // at last
  bool lost = false;                           // it has been silent for too long
  int answered = 0;                            // the latest ping of which that is
  base::Duration steady{};                     // what its steady clock shows more than the head's
  ClockOffset clock = {};
  bool has_clock = false;
};

// One thread. All waits end at their patience, when `interrupt_fd` becomes readable, or with the channel.
class Crew {
 public:
  // Number N is at place N. All outlive it.
  Crew(std::vector<Agent> agents, Channel& channel, const platform::Clock& clock);

  // Until each is at least that far, failed, or lost.
  void wait_for(State state, base::Duration patience, int interrupt_fd);
  // Compares the clocks; of two comparisons the second one says what has changed.
  void compare_clocks(int interrupt_fd);
  // Tells them when the benchmark started and ended, by this machine's steady clock; who has no clock is told nothing.
  void begin(base::SteadyTime start, base::Duration patience, int interrupt_fd);
  void end(base::SteadyTime end, std::optional<int> exit_code, int interrupt_fd);

  [[nodiscard]] const std::vector<Agent>& agents() const { return agents_; }
  // The nodes of those that are not that far; a failed one is not.
  [[nodiscard]] std::vector<std::string> nodes_short_of(State state) const;
  // Those that answered no comparison.
  [[nodiscard]] std::vector<std::string> nodes_without_clock() const;
  // False: the launcher has ended.
  [[nodiscard]] bool is_open() const { return open_; }

 private:
  template <class Enough, class OrderFor>
  void talk(base::Duration patience, int interrupt_fd, Enough enough, OrderFor order_for);
  void ping();
  void listen(base::Duration patience, int interrupt_fd, int number);
  void take(const Line& line, base::SteadyTime now);
  void compare(Agent& agent, const Pong& pong, base::SteadyTime now);
  void send(int agent, const Order& order);
  [[nodiscard]] bool all_have_answered(int number) const;
  void expect_answers();
  void give_up_on_the_silent();

  std::vector<Agent> agents_;
  Channel& channel_;
  const platform::Clock& clock_;
  LineReader reader_{Way::to_head};
  bool open_ = true;
  bool compares_ = false;
  std::vector<std::optional<base::Duration>> shortest_;  // round trip of this comparison, of each agent
  base::ClockAnchor anchor_;                             // likewise
  std::vector<base::SteadyTime> pinged_at_;              // each of this comparison, the last one at the end
  int last_ping_ = 0;
};

}  // namespace gpubench::agents
