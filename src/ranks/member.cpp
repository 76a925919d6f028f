#include "ranks/member.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "platform/clock.h"

namespace gpubench::ranks {

Member::Member(Socket leader, const Hello& own) : own_boards_(own.own), leader_(std::move(leader)) {
  leader_.send(hello_message(own));
}

template <class There>
void Member::listen(base::Duration patience, int interrupt_fd, There there) {
  const platform::SystemClock clock;
  const base::SteadyTime end = clock.now() + patience;
  for (;;) {
    while (leader_.is_open() && !there()) {
      const auto message = leader_.receive();
      if (!message) break;
      take(*message);
    }
    const base::Duration left = end - clock.now();
    if (there() || lost_ || left <= base::Duration::zero()) return;
    std::array<pollfd, 2> entries{pollfd{leader_.fd(), POLLIN, 0}, pollfd{interrupt_fd, POLLIN, 0}};
    ::poll(entries.data(), entries.size(), static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
    if (entries[1].revents != 0) return;
  }
}

void Member::take(const std::string& message) {
  if (message.empty()) {
    lost_ = !over_;
    leader_.close();
  } else if (auto boards = parse_measure(message)) {
    assigned_ = true;
    boards_ = *std::move(boards);
  } else if (auto processes = parse_go(message)) {
    may_go_ = true;
    processes_ = *std::move(processes);
  } else if (const auto window = parse_over(message)) {
    over_ = window;
  }
}

void Member::gather(base::Duration patience) {
  listen(patience, -1, [this] { return assigned_; });
}

void Member::wait_for_go(base::Duration patience, int interrupt_fd) {
  leader_.send(kReady);
  listen(patience, interrupt_fd, [this] { return may_go_; });
}

void Member::ended(const RankEnd& end) {
  end_ = end;
  leader_.send(end_message(end));
}

std::optional<base::Window> Member::over() {
  listen(base::Duration::zero(), -1, [this] { return over_.has_value(); });
  if (over_) return over_;
  return lost_ && end_ ? std::optional(end_->ran) : std::nullopt;
}

std::vector<RankEnd> Member::ends() const {
  return end_ ? std::vector{*end_} : std::vector<RankEnd>();
}

}  // namespace gpubench::ranks
