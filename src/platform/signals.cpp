#include "platform/signals.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace gpubench::platform {
namespace {

// One that was ignored at the start stays so, as nohup and a shell's "&" want it: blocked, it would be queued all the same.
bool is_ignored(int signal) {
  struct sigaction action{};
  return sigaction(signal, nullptr, &action) == 0 &&
         action.sa_handler == SIG_IGN;  // NOLINT(cppcoreguidelines-pro-type-union-access)
}

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  // The last two: batch systems send them before the time is up.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2})
    if (!is_ignored(signal)) sigaddset(&set, signal);
  return set;
}

}  // namespace

SignalQueue::SignalQueue() : handled_(handled_signals()) {
  pthread_sigmask(SIG_BLOCK, &handled_, nullptr);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));  // a file at its size limit (ulimit -f) is a disk that is full
  fd_ = signalfd(-1, &handled_, SFD_NONBLOCK | SFD_CLOEXEC);
}

SignalQueue::~SignalQueue() {
  if (fd_ >= 0) close(fd_);
  pthread_sigmask(SIG_UNBLOCK, &handled_, nullptr);
}

// NOLINTNEXTLINE(readability-make-member-function-const): it takes the signal out of the queue
std::optional<int> SignalQueue::next() {
  signalfd_siginfo info{};
  if (read(fd_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

std::optional<int> SignalQueue::wait(base::Duration patience) {
  pollfd entry{fd_, POLLIN, 0};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
  if (milliseconds > 0) poll(&entry, 1, static_cast<int>(milliseconds));
  return next();
}

void interrupt_self() {
  kill(getpid(), SIGINT);
}

}  // namespace gpubench::platform
