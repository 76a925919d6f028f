#include "workload/command/group_guard.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

namespace gpubench::workload {
namespace {

// A batch system's SIGTERM to all of a job is for the tool, which ends the group in its own time.
constexpr const char* kScript = "trap '' TERM INT HUP USR1 USR2; read -r word || kill -s KILL -- \"-$0\"";

// The same for an engine, whose helpers are in other groups: while it lives they are its children. Stopped first, it starts
// no more of them.
constexpr const char* kEngineScript = R"(trap '' TERM INT HUP USR1 USR2
read -r word && exit
kill -s STOP "$0"
all=
for file in /proc/"$0"/task/*/children; do
  children=
  read -r children <"$file"
  all="$all $children"
done
kill -s KILL -- "-$0" $all)";

// 0 or an error number.
int spawn_guard(pid_t& guard, int line, const std::string& group, const char* script) {
  std::array<std::string, 4> words{"sh", "-c", script, group};
  std::array<char*, 5> arguments{words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
  std::array<char*, 1> environment{nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, line, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);  // no terminal reaches it
  const int error = posix_spawn(&guard, "/bin/sh", &actions, &attributes, arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

GroupGuard::GroupGuard(pid_t group, bool is_engine) {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
  line_ = ends[1];
  if (spawn_guard(guard_, ends[0], std::to_string(group), is_engine ? kEngineScript : kScript) != 0) guard_ = -1;
  close(ends[0]);
}

GroupGuard::~GroupGuard() {
  if (guard_ > 0) {
    static_cast<void>(write(line_, "\n", 1));
    waitpid(guard_, nullptr, 0);
  }
  if (line_ >= 0) close(line_);
}

}  // namespace gpubench::workload
