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
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) {
      kill(getpid(), signal);
      if (signals.wait(1s) != signal) return signal;
    }
    return 0;
  };
  EXPECT_EQ(answer_in_child(all), 0);
}

TEST(SignalQueue, WhatIsIgnoredAtTheStartStaysIgnored) {
  const auto under_nohup = [] {
    static_cast<void>(std::signal(SIGHUP, SIG_IGN));
    static_cast<void>(std::signal(SIGINT, SIG_IGN));
    SignalQueue signals;
    kill(getpid(), SIGHUP);
    kill(getpid(), SIGINT);
    if (const auto signal = signals.wait(10ms)) return *signal;
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
