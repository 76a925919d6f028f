#include "platform/signals.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include "platform/clock.h"
#include "platform/readable.h"

namespace gpubench::platform {
namespace {

using namespace std::chrono_literals;

// Signals belong to a process: each question is asked in one of its own.
int answer_in_child(int (*question)()) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2})  // a shell's "&" may have them ignored
      static_cast<void>(std::signal(signal, SIG_DFL));
    _exit(question());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

TEST(SignalQueue, HandsOutWhatAsksForAnEnd) {
  const auto all = [] {
    SignalQueue signals;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      signals.allow(1);
      kill(getpid(), signal);
      if (signals.wait(1s) != signal) return signal;
    }
    return 0;
  };
  EXPECT_EQ(answer_in_child(all), 0);
}

TEST(SignalQueue, WhatIsForTheBenchmarkEndsNothing) {
  const auto both = [] {
    SignalQueue signals;
    signals.allow(0);
    for (const int signal : {SIGUSR1, SIGUSR2, SIGUSR1}) {
      kill(getpid(), signal);
      if (!becomes_readable(signals.fd_of_all(), 1s)) return 1;
      if (is_readable(signals.fd()) || signals.next()) return 2;
      if (signals.next_for_benchmark() != signal) return 3;
    }
    return is_readable(signals.fd_of_all()) || signals.next_for_benchmark() ? 4 : 0;
  };
  EXPECT_EQ(answer_in_child(both), 0);
}

// The process ends although its main thread waits for something that never comes.
int wait_for_ever(int allowed) {
  SignalQueue signals;
  signals.allow(allowed);
  for (int sent = 0; sent < allowed; ++sent) {
    kill(getpid(), sent == 0 ? SIGTERM : SIGHUP);
    signals.wait(10s);  // else all of them may be taken at once, and in another order
  }
  kill(getpid(), SIGINT);
  for (;;) pause();
}

TEST(SignalQueue, OneMoreThanIsAllowedEndsTheProcessWhateverItWaitsFor) {
  EXPECT_EQ(answer_in_child([] { return wait_for_ever(1); }), 128 + SIGINT);
  EXPECT_EQ(answer_in_child([] { return wait_for_ever(2); }), 128 + SIGINT);
}

TEST(SignalQueue, TheSameSignalTwiceAtOnceIsOne) {
  const auto twice = [] {
    SignalQueue signals;
    for (int sent = 0; sent < 2; ++sent) {
      kill(getpid(), SIGTERM);
      const SystemClock clock;
      clock.sleep_until(clock.now() + 10ms);
    }
    return signals.wait(1s) == SIGTERM && !signals.wait(50ms) ? 0 : 1;
  };
  EXPECT_EQ(answer_in_child(twice), 0);
}

TEST(SignalQueue, TheDescriptorIsReadableUntilAllWereTaken) {
  const auto all = [] {
    SignalQueue signals;
    signals.allow(2);
    kill(getpid(), SIGTERM);
    if (!becomes_readable(signals.fd(), 1s)) return 1;
    kill(getpid(), SIGHUP);
    const bool both = signals.wait(1s) == SIGTERM && signals.wait(1s) == SIGHUP;
    return both && !is_readable(signals.fd()) && !signals.next() ? 0 : 2;
  };
  EXPECT_EQ(answer_in_child(all), 0);
}

TEST(SignalQueue, WhatIsIgnoredAtTheStartStaysIgnored) {
  const auto under_nohup = [] {
    static_cast<void>(std::signal(SIGHUP, SIG_IGN));
    static_cast<void>(std::signal(SIGINT, SIG_IGN));
    static_cast<void>(std::signal(SIGQUIT, SIG_IGN));
    static_cast<void>(std::signal(SIGUSR1, SIG_IGN));
    SignalQueue signals;
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGUSR1}) kill(getpid(), signal);
    if (const auto signal = signals.wait(10ms)) return *signal;
    if (const auto signal = signals.next_for_benchmark()) return *signal;
    kill(getpid(), SIGTERM);
    return signals.wait(1s) == SIGTERM ? 0 : 255;
  };
  EXPECT_EQ(answer_in_child(under_nohup), 0);
}

TEST(SignalQueue, AFileAtItsSizeLimitIsAnErrorOfWriting) {
  const auto at_the_limit = [] {
    const SignalQueue signals;
    const rlimit limit{4, 4};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::array<char, 21> path{"/tmp/gpubench-XXXXXX"};
    const int file = mkstemp(path.data());
    unlink(path.data());
    const bool some = write(file, "12345678", 8) == 4;
    return some && write(file, "x", 1) < 0 && errno == EFBIG ? 0 : 255;
  };
  EXPECT_EQ(answer_in_child(at_the_limit), 0);
}

}  // namespace
}  // namespace gpubench::platform
