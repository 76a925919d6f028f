#include "platform/process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace gpubench::platform {
namespace {

// Looks at a process until it is gone.
void look_at_one_that_ends() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  std::thread reaper([child] { waitpid(child, nullptr, 0); });
  EXPECT_NO_THROW(while (look_at_process(child)){});
  reaper.join();
}

TEST(Process, LookedAtInTheMomentOfItsEnd) {
  constexpr int kTimes = 300;  // one in a few falls between the opening of its file in /proc and the reading
  for (int i = 0; i < kTimes; ++i) look_at_one_that_ends();
}

}  // namespace
}  // namespace gpubench::platform
