#include "platform/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>

#include "platform/clock.h"

namespace gpubench::platform {
namespace {

using namespace std::chrono_literals;

// A pipe that nobody reads.
class TerminalTest : public testing::Test {
 protected:
  TerminalTest() { EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~TerminalTest() override {
    for (const int end : ends_) close(end);
  }
  TerminalTest(const TerminalTest&) = delete;
  TerminalTest& operator=(const TerminalTest&) = delete;

  std::array<int, 2> ends_{-1, -1};
};

TEST_F(TerminalTest, AWriteThatNobodyReadsEndsWhenASignalWaits) {
  std::array<int, 2> signal{-1, -1};
  ASSERT_EQ(pipe2(signal.data(), O_CLOEXEC), 0);
  ASSERT_EQ(write(signal[1], "x", 1), 1);
  Terminal terminal(ends_[1]);
  terminal.interrupt_by(signal[0]);
  const SystemClock clock;
  const base::SteadyTime before = clock.now();
  terminal.write(std::string(1 << 20, 'x'));
  EXPECT_LT(clock.now() - before, 5s);
  for (const int end : signal) close(end);
}

TEST_F(TerminalTest, WhoReadsGetsAllAlthoughASignalWaits) {
  std::array<int, 2> signal{-1, -1};
  ASSERT_EQ(pipe2(signal.data(), O_CLOEXEC), 0);
  ASSERT_EQ(write(signal[1], "x", 1), 1);
  Terminal terminal(ends_[1]);
  terminal.interrupt_by(signal[0]);
  const std::string text(10000, 'x');
  terminal.write(text);
  std::string got(text.size() + 1, ' ');
  EXPECT_EQ(read(ends_[0], got.data(), got.size()), static_cast<ssize_t>(text.size()));
  for (const int end : signal) close(end);
}

}  // namespace
}  // namespace gpubench::platform
