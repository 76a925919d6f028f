#include "platform/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string_view>
#include <system_error>

#include "platform/clock.h"
#include "platform/readable.h"

namespace gpubench::platform {
namespace {

std::string system_reason(int error_number) {
  return std::generic_category().message(error_number);
}

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  void reset(int number = -1) {
    if (number_ >= 0) close(number_);
    number_ = number;
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
  bool open() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
    return true;
  }
};

// Kernels before 3.17 have no files in memory: a file without a name serves as well.
int nameless_file() {
  const int in_memory = memfd_create("input", MFD_CLOEXEC);
  if (in_memory >= 0 || errno != ENOSYS) return in_memory;
  std::FILE* on_disk = std::tmpfile();
  if (on_disk == nullptr) return -1;
  const int file = fcntl(fileno(on_disk), F_DUPFD_CLOEXEC, 0);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  static_cast<void>(std::fclose(on_disk));
  return file;
}

// The input as a file: the child reads at its own pace, and one that never reads blocks nobody.
int input_file(const std::string& input) {
  const int file = nameless_file();
  if (file < 0) return -1;
  std::size_t done = 0;
  while (done < input.size()) {
    const ssize_t written = write(file, input.data() + done, input.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    done += static_cast<std::size_t>(written);
  }
  if (done == input.size() && lseek(file, 0, SEEK_SET) == 0) return file;
  close(file);
  return -1;
}

// Owns the attributes of posix_spawn: own process group, no signal blocked or ignored.
class SpawnPlan {
 public:
  SpawnPlan(int in, int out, int err) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, err, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  // 0 or an error number.
  int start(const std::vector<std::string>& argv, pid_t& child) const {
    std::vector<char*> arguments;
    arguments.reserve(argv.size() + 1);
    for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    return posix_spawnp(&child, arguments[0], &actions_, &attributes_, arguments.data(), environment_for_children().data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

constexpr int kUnknownCode = 255;  // somebody else has taken it; at least it is not 0

// A started child with the read ends of its pipes; killed and waited for on every way out.
class RunningChild {
 public:
  RunningChild(pid_t child, const ChildRequest& request, Pipe& out, Pipe& err)
      : child_(child), request_(request), deadline_(clock_.now() + request.timeout), out_(out), err_(err) {}
  ~RunningChild() {
    if (child_ <= 0) return;
    kill(-child_, SIGKILL);
    while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  RunningChild(const RunningChild&) = delete;
  RunningChild& operator=(const RunningChild&) = delete;

  // Reads both pipes to their ends. False: too long, too much output, or interrupted.
  bool read_all(ChildOutcome& outcome) {
    while (out_.read_end.get() >= 0 || err_.read_end.get() >= 0) {
      std::array<pollfd, 3> pipes = {
          {{out_.read_end.get(), POLLIN, 0}, {err_.read_end.get(), POLLIN, 0}, {request_.interrupt_fd, POLLIN, 0}}};
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - clock_.now()).count();
      if (left <= 0) return false;
      if (poll(pipes.data(), pipes.size(), static_cast<int>(std::min<long long>(left, 60000))) < 0 && errno != EINTR)
        return false;
      if (pipes[2].revents != 0) return false;
      if (pipes[0].revents != 0 && !take_output(outcome.output)) return false;
      if (pipes[1].revents != 0) take(err_.read_end, outcome.error, request_.max_error_bytes);
    }
    return true;
  }

  // Empty: it did not end in time.
  std::optional<int> wait() {
    int status = 0;
    pid_t ended = 0;
    while (ended != child_) {
      ended = waitpid(child_, &status, WNOHANG);
      if (ended < 0 && errno != EINTR) break;
      if (ended != 0) continue;
      if (clock_.now() >= deadline_ || is_readable(request_.interrupt_fd)) return std::nullopt;
      clock_.sleep_until(clock_.now() + std::chrono::milliseconds(1));
    }
    const bool is_known = ended == child_;
    child_ = 0;
    if (!is_known) return kUnknownCode;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  bool take_output(std::string& text) {
    if (!request_.on_output) return take(out_.read_end, text, request_.max_output_bytes);
    std::string piece;
    take(out_.read_end, piece, request_.max_output_bytes);
    deadline_ = clock_.now() + request_.timeout;
    if (!piece.empty()) request_.on_output(piece);
    return true;
  }

  // False: more than `limit`, what goes beyond is dropped.
  static bool take(Descriptor& pipe, std::string& text, std::size_t limit) {
    std::array<char, 65536> bytes;
    const ssize_t count = read(pipe.get(), bytes.data(), bytes.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (count <= 0) {
      pipe.reset();
      return true;
    }
    const std::size_t kept = std::min(static_cast<std::size_t>(count), limit - text.size());
    text.append(bytes.data(), kept);
    return kept == static_cast<std::size_t>(count);
  }

  SystemClock clock_;
  pid_t child_;
  const ChildRequest& request_;
  base::SteadyTime deadline_;
  Pipe& out_;
  Pipe& err_;
};

tl::unexpected<ChildFailure> failed(const ChildRequest& request, const std::string& what, bool not_found = false) {
  return tl::unexpected<ChildFailure>({{request.argv.front() + " " + what, ""}, not_found});
}

std::string_view name_of(std::string_view entry) {
  return entry.substr(0, entry.find('='));
}

}  // namespace

std::vector<char*> users_environment() {
  constexpr std::string_view kOfLauncher = "IRIS_GPUBENCH_ARCHIVE_";
  constexpr std::string_view kKept = "IRIS_GPUBENCH_ARCHIVE_KEPT_";
  std::vector<char*> entries;
  std::vector<std::string_view> kept_names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!text.starts_with(kKept)) continue;
    entries.push_back(*entry + kKept.size());
    kept_names.push_back(name_of(entries.back()));
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const bool changed = std::find(kept_names.begin(), kept_names.end(), name_of(*entry)) != kept_names.end();
    if (!changed && !std::string_view(*entry).starts_with(kOfLauncher)) entries.push_back(*entry);
  }
  return entries;
}

std::vector<char*> environment_for_children() {
  std::vector<char*> entries = users_environment();
  std::erase_if(entries,
                [](std::string_view text) { return text.starts_with("IRIS_GPUBENCH_") || text.starts_with("MEERKAT_"); });
  entries.push_back(nullptr);
  return entries;
}

tl::expected<ChildOutcome, ChildFailure> run_child(const ChildRequest& request) {
  Pipe out;
  Pipe err;
  const Descriptor in(input_file(request.input));
  if (in.get() < 0 || !out.open() || !err.open()) return failed(request, "could not be started: " + system_reason(errno));
  pid_t child = 0;
  const int error = SpawnPlan(in.get(), out.write_end.get(), err.write_end.get()).start(request.argv, child);
  if (error == ENOENT) return failed(request, "was not found", true);
  if (error != 0) return failed(request, "could not be started: " + system_reason(error));
  out.write_end.reset();
  err.write_end.reset();
  RunningChild running(child, request, out, err);
  ChildOutcome outcome;
  const bool whole = running.read_all(outcome);
  if (!whole && outcome.output.size() >= request.max_output_bytes) return failed(request, "printed more than expected");
  const std::optional<int> exit_code = whole ? running.wait() : std::nullopt;
  if (!exit_code)
    return failed(request, is_readable(request.interrupt_fd) ? "was interrupted" : "took too long and was stopped");
  outcome.exit_code = *exit_code;
  return outcome;
}

}  // namespace gpubench::platform
