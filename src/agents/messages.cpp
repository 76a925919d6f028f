#include "agents/messages.h"

#include <array>

#include "base/words.h"

namespace gpubench::agents {
namespace {

constexpr std::string_view kUnknown = "?";
constexpr std::array<std::string_view, 6> kStates{"preparing", "ready", "running", "ended", "done", "failed"};

class Words : public base::Words {
 public:
  using base::Words::Words;
  // What is missing or no number makes the whole message bad.
  template <class T>
  T number() {
    const auto value = base::Words::number<T>();
    good_ = good_ && value;
    return value.value_or(T{});
  }
  base::Duration duration() { return base::Duration(number<base::Duration::rep>()); }
  std::optional<int> number_or_unknown() {
    if (left().starts_with(kUnknown)) {
      next();
      return std::nullopt;
    }
    return number<int>();
  }
  [[nodiscard]] bool all_good() const { return good_ && left().empty(); }

 private:
  bool good_ = true;
};

template <class... Value>
std::string joined(std::string word, const Value&... value) {
  ((word += " " + std::to_string(value)), ...);
  return word;
}

std::string known(const std::optional<int>& value) {
  return value ? std::to_string(*value) : std::string(kUnknown);
}

std::string text_of(const ClockOffset& clock) {
  return joined("", clock.wall.count(), clock.bound.count(), clock.change.count());
}

ClockOffset clock_in(Words& words) {
  ClockOffset clock;
  clock.wall = words.duration();
  clock.bound = words.duration();
  clock.change = words.duration();
  return clock;
}

struct Writer {
  std::string operator()(const Ping& ping) const { return joined("ping", ping.number); }
  std::string operator()(const Began& began) const {
    return joined("began", began.at.time_since_epoch().count()) + " " + known(began.gpus_allocated) + text_of(began.clock);
  }
  std::string operator()(const Ended& ended) const {
    return joined("ended", ended.at.time_since_epoch().count()) + " " + known(ended.exit_code) + text_of(ended.clock);
  }
};

std::optional<Order> read_order(Words& words) {
  const std::string_view kind = words.next();
  if (kind == "ping") return Ping{words.number<int>()};
  if (kind == "began") {
    Began began;
    began.at = base::SteadyTime(words.duration());
    began.gpus_allocated = words.number_or_unknown();
    began.clock = clock_in(words);
    return began;
  }
  if (kind != "ended") return std::nullopt;
  Ended ended;
  ended.at = base::SteadyTime(words.duration());
  ended.exit_code = words.number_or_unknown();
  ended.clock = clock_in(words);
  return ended;
}

}  // namespace

std::string text_of(const Order& order) {
  return std::visit(Writer(), order);
}

std::optional<Order> parse_order(std::string_view text) {
  Words words(text);
  auto order = read_order(words);
  return words.all_good() ? order : std::nullopt;
}

std::string text_of(const Pong& pong) {
  return joined("pong", pong.number) + " " + std::string(kStates.at(static_cast<std::size_t>(pong.state))) +
         joined("", pong.steady.time_since_epoch().count(), pong.wall.time_since_epoch().count());
}

std::optional<Pong> parse_pong(std::string_view text) {
  Words words(text);
  if (words.next() != "pong") return std::nullopt;
  Pong pong;
  pong.number = words.number<int>();
  const std::string_view state = words.next();
  std::size_t which = 0;
  while (which < kStates.size() && kStates.at(which) != state) ++which;
  if (which == kStates.size()) return std::nullopt;
  pong.state = static_cast<State>(which);
  pong.steady = base::SteadyTime(words.duration());
  pong.wall = base::WallTime(words.duration());
  return words.all_good() ? std::optional(pong) : std::nullopt;
}

}  // namespace gpubench::agents
