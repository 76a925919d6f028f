#include "platform/child_process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>

namespace gpubench::platform {
namespace {

using namespace std::chrono_literals;

TEST(ChildProcess, AnExitCodeThatTheKernelDoesNotKeepIsNoSuccess) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);  // as some daemons leave it
  const auto outcome = run_child({{"true"}, ""});
  std::signal(SIGCHLD, before);
  ASSERT_TRUE(outcome);
  EXPECT_NE(outcome->exit_code, 0);
}

TEST(ChildProcess, PassesInputThroughToOutput) {
  ChildRequest request{{"cat"}, std::string(300000, 'x') + "end"};
  const auto outcome = run_child(request);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->exit_code, 0);
  EXPECT_EQ(outcome->output, request.input);
  EXPECT_EQ(outcome->error, "");
}

TEST(ChildProcess, ArgumentsReachItWithoutAShell) {
  const auto outcome = run_child({{"printf", "%s|", "a b", "$(id)", "'"}, ""});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output, "a b|$(id)|'|");
}

TEST(ChildProcess, ExitCodeAndErrorText) {
  const auto outcome = run_child({{"sh", "-c", "echo why >&2; exit 7"}, ""});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->exit_code, 7);
  EXPECT_EQ(outcome->error, "why\n");
}

TEST(ChildProcess, ASignalIs128AndItsNumber) {
  const auto outcome = run_child({{"sh", "-c", "kill -TERM $$"}, ""});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->exit_code, 128 + SIGTERM);
}

TEST(ChildProcess, GetsNoVariableOfThisTool) {
  ASSERT_EQ(setenv("IRIS_GPUBENCH_VICTORIA_PASSWORD", "hidden", 1), 0);
  ASSERT_EQ(setenv("GPUBENCH_OTHER", "kept", 1), 0);
  const auto outcome = run_child({{"env"}, ""});
  unsetenv("IRIS_GPUBENCH_VICTORIA_PASSWORD");
  unsetenv("GPUBENCH_OTHER");
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output.find("hidden"), std::string::npos);
  EXPECT_NE(outcome->output.find("GPUBENCH_OTHER=kept"), std::string::npos);
}

TEST(ChildProcess, GetsWhatTheArchivesLauncherChangedAsItWas) {
  ASSERT_EQ(setenv("IRIS_GPUBENCH_ARCHIVE_KEPT_GPUBENCH_CHANGED", "the user's", 1), 0);
  ASSERT_EQ(setenv("IRIS_GPUBENCH_ARCHIVE_KEPT_GPUBENCH_REMOVED", "the user's, too", 1), 0);
  ASSERT_EQ(setenv("IRIS_GPUBENCH_ARCHIVE_CA_FILE", "/file", 1), 0);
  ASSERT_EQ(setenv("GPUBENCH_CHANGED", "the launcher's", 1), 0);
  const auto outcome = run_child({{"env"}, ""});
  for (const char* name : {"IRIS_GPUBENCH_ARCHIVE_KEPT_GPUBENCH_CHANGED", "IRIS_GPUBENCH_ARCHIVE_KEPT_GPUBENCH_REMOVED",
                           "IRIS_GPUBENCH_ARCHIVE_CA_FILE", "GPUBENCH_CHANGED"})
    unsetenv(name);
  ASSERT_TRUE(outcome);
  EXPECT_NE(outcome->output.find("GPUBENCH_CHANGED=the user's\n"), std::string::npos);
  EXPECT_NE(outcome->output.find("GPUBENCH_REMOVED=the user's, too\n"), std::string::npos);
  EXPECT_EQ(outcome->output.find("launcher's"), std::string::npos);
  EXPECT_EQ(outcome->output.find("ARCHIVE_"), std::string::npos);
}

TEST(ChildProcess, NotFoundIsToldApart) {
  const auto outcome = run_child({{"gpubench-no-such-program"}, ""});
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().not_found);
  EXPECT_EQ(outcome.error().error.message, "gpubench-no-such-program was not found");
}

TEST(ChildProcess, EndsOneThatTakesTooLongWithItsChildren) {
  ChildRequest request{{"sh", "-c", "sleep 60 & sleep 60"}, ""};
  request.timeout = 50ms;
  const auto outcome = run_child(request);
  ASSERT_FALSE(outcome);
  EXPECT_FALSE(outcome.error().not_found);
  EXPECT_EQ(outcome.error().error.message, "sh took too long and was stopped");
}

TEST(ChildProcess, EndsOneAtASignal) {
  std::array<int, 2> signal{-1, -1};
  ASSERT_EQ(pipe(signal.data()), 0);
  ASSERT_EQ(write(signal[1], "x", 1), 1);
  for (const char* script : {"sleep 60", "exec >&- 2>&-; sleep 60"}) {
    ChildRequest request{{"sh", "-c", script}, ""};
    request.interrupt_fd = signal[0];
    const auto outcome = run_child(request);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().error.message, "sh was interrupted");
  }
  for (const int end : signal) close(end);
}

TEST(ChildProcess, OneThatClosesItsOutputAndStaysIsEndedToo) {
  ChildRequest request{{"sh", "-c", "exec >&- 2>&-; sleep 60"}, ""};
  request.timeout = 50ms;
  EXPECT_FALSE(run_child(request));
}

TEST(ChildProcess, TooMuchOutputIsAnErrorTooMuchErrorTextIsCut) {
  ChildRequest loud{{"sh", "-c", "head -c 100000 /dev/zero"}, ""};
  loud.max_output_bytes = 1000;
  ASSERT_FALSE(run_child(loud));
  ChildRequest wordy{{"sh", "-c", "head -c 100000 /dev/zero >&2"}, ""};
  const auto outcome = run_child(wordy);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->error.size(), wordy.max_error_bytes);
  EXPECT_EQ(outcome->exit_code, 0);
}

TEST(ChildProcess, OneThatNeverReadsItsInputIsNoTrouble) {
  const auto outcome = run_child({{"true"}, std::string(1000000, 'x')});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->exit_code, 0);
}

TEST(ChildProcess, BlockedSignalsAreNotInherited) {
  sigset_t term;
  sigset_t before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, &before);
  const auto outcome = run_child({{"sh", "-c", "kill -TERM $$; exit 3"}, ""});
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->exit_code, 128 + SIGTERM);
}

}  // namespace
}  // namespace gpubench::platform
