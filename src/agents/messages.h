// What the head and an agent say: words separated by spaces. The head asks and asks again until the answer is there; an
// agent only answers. So a line that is lost or comes twice does no harm.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace gpubench::agents {

// How far an agent is. Later ones come later.
enum class State : std::uint8_t {
  preparing,
  ready,    // it has seen the idle GPUs
  running,  // it knows that the benchmark has started
  ended,    // it knows that the benchmark has ended
  done,     // its part is whole
  failed,   // it has no part
};

// A node's clocks against the head's.
struct ClockOffset {
  base::Duration wall{};    // what the node's wall clock shows more than the head's
  base::Duration bound{};   // by which that may be wrong
  base::Duration change{};  // of it from the start of the benchmark to its end
  friend bool operator==(const ClockOffset&, const ClockOffset&) = default;
};

// From the head. Times are those of the agent's own steady clock.
struct Ping {
  int number = 0;
};
struct Began {
  base::SteadyTime at;
  ClockOffset clock;
  std::optional<int> gpus_allocated = {};  // to the job on the agent's node
};
struct Ended {
  base::SteadyTime at;
  std::optional<int> exit_code = {};
  ClockOffset clock = {};
};
using Order = std::variant<Ping, Began, Ended>;

// From an agent, to a ping.
struct Pong {
  int number = 0;
  State state = State::preparing;
  base::SteadyTime steady;
  base::WallTime wall;
};

std::string text_of(const Order& order);
std::optional<Order> parse_order(std::string_view text);
std::string text_of(const Pong& pong);
std::optional<Pong> parse_pong(std::string_view text);

}  // namespace gpubench::agents
