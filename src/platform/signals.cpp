#include "platform/signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <initializer_list>
#include <string_view>

#include "platform/clock.h"
#include "platform/full_screen.h"
#include "platform/readable.h"

namespace gpubench::platform {
namespace {

constexpr base::Duration kOneMoment = std::chrono::milliseconds(100);

// One that was ignored at the start stays so, as nohup and a shell's "&" want it: blocked, it would be queued all the same.
bool is_ignored(int signal) {
  struct sigaction action{};
  return sigaction(signal, nullptr, &action) == 0 &&
         action.sa_handler == SIG_IGN;  // NOLINT(cppcoreguidelines-pro-type-union-access)
}

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2})
    if (!is_ignored(signal)) sigaddset(&set, signal);
  return set;
}

bool is_for_benchmark(int signal) {
  return signal == SIGUSR1 || signal == SIGUSR2;
}

// Readable while one of these is.
int readable_with(std::initializer_list<int> descriptors) {
  const int any = epoll_create1(EPOLL_CLOEXEC);
  for (const int fd : descriptors) {
    epoll_event event{};
    event.events = EPOLLIN;
    epoll_ctl(any, EPOLL_CTL_ADD, fd, &event);
  }
  return any;
}

std::optional<int> take_first(std::deque<int>& waiting, int counter) {
  if (waiting.empty()) return std::nullopt;
  const int signal = waiting.front();
  waiting.pop_front();
  eventfd_t count = 0;
  eventfd_read(counter, &count);
  return signal;
}

// A standard error that accepts nothing is not waited for.
[[noreturn]] void end_process(int signal) {
  constexpr std::string_view words = "iris-gpubench: ended at once by another signal; what was written so far is kept\n";
  constexpr int kSignalBase = 128;
  restore_terminal();
  pollfd entry{STDERR_FILENO, POLLOUT, 0};
  if (poll(&entry, 1, 0) == 1) {
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, words.data(), words.size());
  }
  _exit(kSignalBase + signal);
}

}  // namespace

SignalQueue::SignalQueue() : handled_(handled_signals()) {
  pthread_sigmask(SIG_BLOCK, &handled_, nullptr);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));  // a file at its size limit (ulimit -f) is a disk that is full
  kernel_ = signalfd(-1, &handled_, SFD_NONBLOCK | SFD_CLOEXEC);
  news_ = eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
  for_benchmark_ = eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
  all_ = readable_with({news_, for_benchmark_});
  stop_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  thread_ = std::thread([this] { run(); });
}

SignalQueue::~SignalQueue() {
  eventfd_write(stop_, 1);
  thread_.join();
  for (const int fd : {kernel_, all_, news_, for_benchmark_, stop_})
    if (fd >= 0) close(fd);
  pthread_sigmask(SIG_UNBLOCK, &handled_, nullptr);
}

void SignalQueue::run() {
  pthread_setname_np(pthread_self(), "signals");
  std::array<pollfd, 2> entries{pollfd{kernel_, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
  for (;;) {
    poll(entries.data(), entries.size(), -1);
    if (entries[1].revents != 0) return;
    signalfd_siginfo info{};
    while (read(kernel_, &info, sizeof info) == static_cast<ssize_t>(sizeof info))
      if (!take(static_cast<int>(info.ssi_signo))) end_process(static_cast<int>(info.ssi_signo));
  }
}

// False: it is one too many.
bool SignalQueue::take(int signal) {
  if (is_for_benchmark(signal)) {
    const std::lock_guard lock(mutex_);
    waiting_for_benchmark_.push_back(signal);
    eventfd_write(for_benchmark_, 1);
    return true;
  }
  const SystemClock clock;
  const base::SteadyTime now = clock.now();
  const bool is_the_same = signal == last_ && now - last_at_ < kOneMoment;
  last_ = signal;
  last_at_ = now;
  if (is_the_same) return true;
  const std::lock_guard lock(mutex_);
  if (allowed_-- <= 0) return false;
  waiting_.push_back(signal);
  eventfd_write(news_, 1);
  return true;
}

void SignalQueue::allow(int signals) {
  const std::lock_guard lock(mutex_);
  allowed_ = signals;
}

std::optional<int> SignalQueue::next() {
  const std::lock_guard lock(mutex_);
  return take_first(waiting_, news_);
}

std::optional<int> SignalQueue::next_for_benchmark() {
  const std::lock_guard lock(mutex_);
  return take_first(waiting_for_benchmark_, for_benchmark_);
}

std::optional<int> SignalQueue::wait(base::Duration patience) {
  if (patience > base::Duration::zero()) static_cast<void>(becomes_readable(news_, patience));
  return next();
}

void interrupt_self() {
  kill(getpid(), SIGINT);
}

}  // namespace gpubench::platform
