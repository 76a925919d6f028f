#include "ranks/leader.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "platform/process.h"
#include "platform/readable.h"

namespace gpubench::ranks {
namespace {

constexpr base::Duration kLookEvery = std::chrono::milliseconds(20);

}  // namespace

Leader::Leader(Socket door, Hello own, int expected)
    : door_(std::move(door)),
      own_(std::move(own)),
      expected_(static_cast<std::size_t>(std::max(expected, 1))),
      news_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      stop_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      measured_(own_.sees.begin(), own_.sees.end()),
      thread_([this] { run(); }) {}

Leader::~Leader() {
  eventfd_write(stop_, 1);
  thread_.join();
  ::close(news_);
  ::close(stop_);
}

void Leader::run() {
  for (;;) {
    std::vector<pollfd> entries{{stop_, POLLIN, 0}, {door_.fd(), POLLIN, 0}};
    {
      const std::lock_guard lock(mutex_);
      for (const auto& other : others_) entries.push_back({other->gone ? -1 : other->socket.fd(), POLLIN, 0});
    }
    ::poll(entries.data(), entries.size(), -1);
    if (entries[0].revents != 0) return;
    const std::lock_guard lock(mutex_);
    for (auto& other : others_)
      if (!other->gone) serve(*other);
    while (auto joined = door_.accept()) others_.push_back(std::make_unique<Other>(Other{*std::move(joined)}));
    tell_if_over();
    changed_.notify_all();
  }
}

void Leader::serve(Other& other) {
  while (const auto message = other.socket.receive()) {
    if (message->empty()) {
      other.gone = true;
      return;
    }
    take(other, *message);
  }
}

void Leader::take(Other& other, const std::string& message) {
  if (auto hello = parse_hello(message)) {
    other.hello = *std::move(hello);
    welcome(other);
  } else if (message == kReady) {
    other.ready = true;
    if (gone_on_) other.socket.send(go_message(all_processes()));  // a late one
  } else if (auto end = parse_end(message)) {
    other.end = *std::move(end);
  }
}

// Each board is measured by the first that sees it, the leader first. After the start it is too late for more.
void Leader::welcome(Other& other) {
  std::vector<std::string> left;
  for (const std::string& board : other.hello->sees)
    if (measured_.insert(board).second) left.push_back(board);
  for (const std::string& board : other.hello->own)
    if (!gone_on_ && left_out_.erase(board) > 0) left.push_back(board);
  other.measures = !left.empty();
  other.socket.send(measure_message(left));
}

bool Leader::all_have_joined() const {
  const auto joined =
      std::count_if(others_.begin(), others_.end(), [](const auto& other) { return other->hello || other->gone; });
  return static_cast<std::size_t>(joined) + 1 >= expected_;
}

bool Leader::all_are_ready() const {
  return all_have_joined() &&
         std::all_of(others_.begin(), others_.end(), [](const auto& other) { return other->ready || other->gone; });
}

bool Leader::all_have_ended() const {
  return own_end_ &&
         std::all_of(others_.begin(), others_.end(), [](const auto& other) { return other->end || other->gone; });
}

void Leader::tell_if_over() {
  if (over_ || !all_have_ended()) return;
  base::Window all = own_end_->ran;
  for (const auto& other : others_) {
    if (!other->end) continue;
    all.start = std::min(all.start, other->end->ran.start);
    all.end = std::max(all.end, other->end->ran.end);
  }
  over_ = all;
  for (const auto& other : others_) other->socket.send(over_message(all));
  eventfd_write(news_, 1);
}

void Leader::gather(base::Duration patience) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, patience, [this] { return all_have_joined(); }))
    expected_ = others_.size() + 1;  // who has not come is not waited for once more
  chosen_ = boards_in_use();
  left_out_.insert(own_.sees.begin(), own_.sees.end());
  for (const std::string& board : *chosen_) left_out_.erase(board);
}

std::vector<std::string> Leader::boards() const {
  const std::lock_guard lock(mutex_);
  return chosen_ ? *chosen_ : boards_in_use();
}

// Those that some rank of the job may use, of those that this process sees.
std::vector<std::string> Leader::boards_in_use() const {
  std::set<std::string> used(own_.own.begin(), own_.own.end());
  for (const auto& other : others_)
    if (other->hello) used.insert(other->hello->own.begin(), other->hello->own.end());
  std::vector<std::string> boards;
  for (const std::string& board : own_.sees)
    if (used.contains(board)) boards.push_back(board);
  return boards;
}

void Leader::wait_for_go(base::Duration patience, int interrupt_fd) {
  std::unique_lock lock(mutex_);
  for (base::Duration waited{}; waited < patience && !all_are_ready(); waited += kLookEvery) {
    if (interrupt_fd >= 0 && platform::is_readable(interrupt_fd)) break;
    changed_.wait_for(lock, kLookEvery);
  }
  gone_on_ = true;
  for (const auto& other : others_) other->socket.send(go_message(all_processes()));
}

void Leader::ended(const RankEnd& end) {
  const std::lock_guard lock(mutex_);
  own_end_ = end;
  tell_if_over();
}

std::optional<base::Window> Leader::over() {
  const std::lock_guard lock(mutex_);
  return over_;
}

std::vector<int> Leader::processes() const {
  const std::lock_guard lock(mutex_);
  return all_processes();
}

std::vector<int> Leader::all_processes() const {
  std::vector<int> processes{platform::own_process_id()};
  for (const auto& other : others_)
    if (const int process = other->socket.peer_process(); process > 0) processes.push_back(process);
  return processes;
}

bool Leader::has_first_rank() const {
  const std::lock_guard lock(mutex_);
  return own_.rank == 0 || std::any_of(others_.begin(), others_.end(),
                                       [](const auto& other) { return other->hello && other->hello->rank == 0; });
}

std::vector<RankEnd> Leader::ends() const {
  const std::lock_guard lock(mutex_);
  std::vector<RankEnd> all;
  if (own_end_) all.push_back(*own_end_);
  for (const auto& other : others_) {
    if (other->measures || !other->hello) continue;  // its own part has it
    RankEnd unknown;
    unknown.rank = other->hello->rank;
    unknown.own = other->hello->own;
    all.push_back(other->end.value_or(unknown));
  }
  std::sort(all.begin(), all.end(), [](const RankEnd& a, const RankEnd& b) { return a.rank < b.rank; });
  return all;
}

}  // namespace gpubench::ranks
