#include "platform/process.h"

#include <grp.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
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
  constexpr int kTimes = 60;  // one in a few falls between the opening of its file in /proc and the reading
  for (int i = 0; i < kTimes; ++i) look_at_one_that_ends();
}

// What `question` answers in a child process, which may change its signals, descriptors and mounts; 255: it may not.
int answer_of_child(int (*question)()) {
  const pid_t child = fork();
  if (child == 0) _exit(question());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Another user's process on a machine that hides those, as shared clusters do.
TEST(Process, OneThatIsHiddenIsNotGone) {
  const int presence = answer_of_child([] {
    const std::string parent = [] {  // taken in the parent's place: it lives as long as this test
      std::string own = own_identity();
      return own.replace(own.find(" " + std::to_string(getpid()) + " "), std::string::npos,
                         " " + std::to_string(getppid()) + " 1");
    }();
    const bool may = unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                     mount("proc", "/proc", "proc", 0, "hidepid=2") == 0;
    if (!may || setgroups(0, nullptr) != 0 || setgid(65534) != 0 || setuid(65534) != 0) return 255;
    return static_cast<int>(presence_of(parent));
  });
  if (presence == 255) GTEST_SKIP() << "needs root";
  EXPECT_EQ(static_cast<Presence>(presence), Presence::unknown);
}

TEST(Process, NothingIsGoneWhereProcIsNotMounted) {
  const int presence = answer_of_child([] {
    const std::string parent = own_identity();
    const bool may = unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                     mount("tmpfs", "/proc", "tmpfs", 0, nullptr) == 0;
    return may ? static_cast<int>(presence_of(parent)) : 255;
  });
  if (presence == 255) GTEST_SKIP() << "needs root";
  EXPECT_EQ(static_cast<Presence>(presence), Presence::unknown);
}

}  // namespace
}  // namespace gpubench::platform
