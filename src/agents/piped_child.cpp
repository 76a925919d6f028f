#include "agents/piped_child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>

#include "platform/clock.h"

namespace gpubench::agents {
namespace {

constexpr std::size_t kMostErrors = std::size_t{16} << 10U;

void close_end(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

// Three pipes, of which the child has one end each.
struct Pipes {
  std::array<int, 2> in{-1, -1};
  std::array<int, 2> out{-1, -1};
  std::array<int, 2> err{-1, -1};
  Pipes() = default;
  ~Pipes() {
    for (auto* const pipe : {&in, &out, &err})
      for (int& end : *pipe) close_end(end);
  }
  Pipes(const Pipes&) = delete;
  Pipes& operator=(const Pipes&) = delete;
  bool open() {
    return pipe2(in.data(), O_CLOEXEC) == 0 && pipe2(out.data(), O_CLOEXEC) == 0 && pipe2(err.data(), O_CLOEXEC) == 0;
  }
};

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> all;
  all.reserve(words.size() + 1);
  for (const std::string& word : words) all.push_back(const_cast<char*>(word.c_str()));
  all.push_back(nullptr);
  return all;
}

// 0 or an error number.
int spawn(const std::vector<std::string>& argv, const std::vector<std::string>& environment, const Pipes& pipes, pid_t& id) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipes.in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipes.out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipes.err[1], STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  const auto words = pointers(argv);
  const auto variables = pointers(environment);
  const int error = posix_spawnp(&id, words[0], &actions, &attributes, words.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

int taken(int& end) {
  const int fd = std::exchange(end, -1);
  fcntl(fd, F_SETFL, O_NONBLOCK);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  return fd;
}

}  // namespace

base::Result<std::unique_ptr<PipedChild>> PipedChild::start(const std::vector<std::string>& argv,
                                                            const std::vector<std::string>& environment) {
  const auto reason = [](int error) { return std::generic_category().message(error); };
  Pipes pipes;
  if (!pipes.open()) return base::failure("cannot make pipes: " + reason(errno));
  std::unique_ptr<PipedChild> child(new PipedChild);
  const int error = spawn(argv, environment, pipes, child->id_);
  if (error != 0) return base::failure(argv.front() + " could not be started: " + reason(error));
  child->in_ = taken(pipes.in[1]);
  child->out_ = taken(pipes.out[0]);
  child->err_ = taken(pipes.err[0]);
  return child;
}

PipedChild::~PipedChild() {
  kill();
  for (int* const end : {&in_, &out_, &err_}) close_end(*end);
}

void PipedChild::kill() {
  if (id_ <= 0 || exit_code_) return;
  ::kill(-id_, SIGKILL);
  while (waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
  exit_code_ = 128 + SIGKILL;
}

void PipedChild::write(std::string_view bytes) const {
  while (in_ >= 0 && !bytes.empty()) {
    const ssize_t count = ::write(in_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void PipedChild::close_input() {
  close_end(in_);
}

void PipedChild::take(int& fd, std::string& text) {
  std::array<char, 65536> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  while (fd >= 0) {
    const ssize_t count = ::read(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (count <= 0) {
      close_end(fd);
      return;
    }
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

std::string PipedChild::read() {
  std::string text;
  take(out_, text);
  static_cast<void>(errors());  // else it would wait for its reader once the pipe is full
  return text;
}

const std::string& PipedChild::errors() {
  take(err_, errors_);
  if (errors_.size() > kMostErrors) errors_.erase(0, errors_.size() - kMostErrors);
  return errors_;
}

std::optional<int> PipedChild::wait(base::Duration patience) {
  constexpr base::Duration kBetweenLooks = std::chrono::milliseconds(5);
  const platform::SystemClock clock;
  const base::SteadyTime end = clock.now() + patience;
  while (!exit_code_) {
    int status = 0;
    if (waitpid(id_, &status, WNOHANG) == id_) {
      exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    } else {
      static_cast<void>(read());
      if (clock.now() >= end) break;
      clock.sleep_until(clock.now() + kBetweenLooks);
    }
  }
  static_cast<void>(errors());
  return exit_code_;
}

}  // namespace gpubench::agents
