#include "agents/answering.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

namespace gpubench::agents {

Answering::Answering(int number, int in, int out, const platform::Clock& clock)
    : number_(number),
      in_(in),
      out_(out),
      clock_(clock),
      news_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      stop_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

Answering::~Answering() {
  eventfd_write(stop_, 1);
  thread_.join();
  ::close(news_);
  ::close(stop_);
}

void Answering::run() {
  for (;;) {
    std::array<pollfd, 2> entries{pollfd{stop_, POLLIN, 0}, pollfd{in_, POLLIN, 0}};
    ::poll(entries.data(), entries.size(), -1);
    if (entries[0].revents != 0) return;
    if (entries[1].revents != 0 && !read_on()) break;
    while (const auto line = reader_.next()) take(*line);
  }
  {
    const std::lock_guard lock(mutex_);
    alone_ = true;
  }
  eventfd_write(news_, 1);
}

// False: nothing comes any more.
bool Answering::read_on() {
  std::array<char, 4096> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  const ssize_t count = ::read(in_, bytes.data(), bytes.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  reader_.take({bytes.data(), static_cast<std::size_t>(count)});
  return count > 0;
}

void Answering::take(const Line& line) {
  if (line.agent != kEveryAgent && line.agent != number_) return;
  const auto order = parse_order(line.text);
  if (!order) return;
  if (const auto* const ping = std::get_if<Ping>(&*order)) {
    answer(*ping);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (const auto* const began = std::get_if<Began>(&*order); began != nullptr && !began_) began_ = *began;
    if (const auto* const ended = std::get_if<Ended>(&*order); ended != nullptr && !ended_) ended_ = *ended;
  }
  eventfd_write(news_, 1);
}

void Answering::answer(const Ping& ping) {
  Pong pong{ping.number, {}, {}, {}};
  {
    const std::lock_guard lock(mutex_);
    pong.state = state_;
    if (state_ == State::ready && began_) pong.state = State::running;
    if ((state_ == State::ready || state_ == State::running) && ended_) pong.state = State::ended;
  }
  const base::ClockAnchor now = clock_.anchor();
  pong.steady = now.steady;
  pong.wall = now.wall;
  const std::string text = written(Way::to_head, {number_, text_of(pong)});
  static_cast<void>(::write(out_, text.data(), text.size()));  // the head asks again
}

void Answering::set(State state) {
  const std::lock_guard lock(mutex_);
  state_ = state;
}

std::optional<Began> Answering::began() const {
  const std::lock_guard lock(mutex_);
  return began_;
}

std::optional<Ended> Answering::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

bool Answering::is_alone() const {
  const std::lock_guard lock(mutex_);
  return alone_;
}

void Answering::take_news() const {
  eventfd_t count = 0;
  eventfd_read(news_, &count);
}

}  // namespace gpubench::agents
