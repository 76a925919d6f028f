#include "workload/command/command_workload.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

#include "workload/command/engine_helpers.h"
#include "workload/command/group_guard.h"
#include "workload/marks.h"

namespace gpubench::workload {
namespace {

using namespace std::chrono_literals;

// After the command has ended, how long its orphans may keep the output open before it is closed.
constexpr base::Duration kOrphanPatience = 500ms;

constexpr base::Duration kLookForHelpersEvery = 500ms;

class Pipe {
 public:
  Pipe() {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) == 0) {
      reader = ends[0];
      writer = ends[1];
    }
  }
  ~Pipe() {
    close_end(reader);
    close_end(writer);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  static void close_end(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }

  int reader = -1;
  int writer = -1;
};

std::vector<char*> c_strings(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& text : strings) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// Everything the child does between fork and exec: async-signal-safe calls only.
[[noreturn]] void become_command(char* const* argv, char* const* environment, const Pipe& out, const Pipe& err,
                                 int report_fd, bool is_engine) {
  setpgid(0, 0);  // its own group, so that stop() reaches all its children
  // If this tool is killed; the rest of the group is GroupGuard's, which finds an engine's helpers only while it lives.
  if (!is_engine) prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  static_cast<void>(std::signal(SIGPIPE, SIG_DFL));
  static_cast<void>(std::signal(SIGXFSZ, SIG_DFL));
  const int null_fd = open("/dev/null", O_RDONLY);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  if (null_fd >= 0) dup2(null_fd, STDIN_FILENO);
  dup2(out.writer, STDOUT_FILENO);
  dup2(err.writer, STDERR_FILENO);
  execvpe(argv[0], argv, environment);
  const int why = errno;
  static_cast<void>(write(report_fd, &why, sizeof why));
  _exit(127);
}

class CommandWorkload final : public Workload {
 public:
  CommandWorkload(CommandOptions options, const platform::Clock& clock, LogSink& log)
      : options_(std::move(options)), clock_(clock), log_(log) {
    description_.kind = WorkloadDescription::Kind::command;
    description_.name = options_.name;
    description_.command_line = options_.command_line;
  }
  ~CommandWorkload() override { static_cast<void>(cleanup()); }
  CommandWorkload(const CommandWorkload&) = delete;
  CommandWorkload& operator=(const CommandWorkload&) = delete;

  base::Result<void> prepare() override;
  [[nodiscard]] const WorkloadDescription& description() const override { return description_; }
  base::Result<void> start() override;
  base::Result<std::optional<WorkloadOutcome>> poll(base::Duration timeout, int wake_fd) override;
  void hand_on(int signal) override { signal_politely(signal); }
  void stop() override;
  void kill() override;
  base::Result<bool> collect_results(const std::filesystem::path& directory) override;
  base::Result<void> cleanup() override;

 private:
  void signal_politely(int signal) const;
  void kill_group();
  void look_for_helpers();
  void pass_on(int& fd, LogStream stream);
  void reap();
  [[nodiscard]] bool output_open() const { return out_.reader >= 0 || err_.reader >= 0; }

  CommandOptions options_;
  const platform::Clock& clock_;
  LogSink& log_;
  WorkloadDescription description_;
  Pipe out_;
  Pipe err_;
  pid_t pid_ = -1;
  std::optional<GroupGuard> guard_;
  EngineHelpers helpers_;
  base::SteadyTime next_look_{};
  int pid_fd_ = -1;
  WorkloadOutcome outcome_;
  bool ended_ = false;
  std::optional<base::SteadyTime> kill_at_;
};

base::Result<void> CommandWorkload::prepare() {
  if (options_.argv.empty() || options_.argv.front().empty())
    return base::failure("the benchmark command is empty", "give a command, e.g. --benchmark-command \"python3 train.py\"");
  if (out_.reader < 0 || err_.reader < 0) return base::failure("cannot make pipes: too many open files");
  return {};
}

base::Result<void> CommandWorkload::start() {
  std::vector<std::string> environment = options_.environment;
  if (!options_.results_directory.empty()) give_results_folder(environment, options_.results_directory);
  const std::vector<char*> argv = c_strings(options_.argv);
  const std::vector<char*> env = c_strings(environment);
  Pipe report;  // closed by a successful exec; else carries errno
  outcome_.ran.start = clock_.now();
  pid_ = fork();
  if (pid_ < 0) return base::failure("cannot start a process: " + std::generic_category().message(errno));
  if (pid_ == 0) become_command(argv.data(), env.data(), out_, err_, report.writer, options_.is_engine);
  setpgid(pid_, pid_);
  guard_.emplace(pid_, options_.is_engine);
  description_.process_id = pid_;
  Pipe::close_end(report.writer);
  Pipe::close_end(out_.writer);
  Pipe::close_end(err_.writer);
  int why = 0;
  if (read(report.reader, &why, sizeof why) == static_cast<ssize_t>(sizeof why)) {
    reap();
    return base::failure("cannot run \"" + options_.argv.front() + "\": " + std::generic_category().message(why),
                         "check the command's name and that it is executable");
  }
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  fcntl(out_.reader, F_SETFL, O_NONBLOCK);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  fcntl(err_.reader, F_SETFL, O_NONBLOCK);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  return {};
}

base::Result<std::optional<WorkloadOutcome>> CommandWorkload::poll(base::Duration timeout, int wake_fd) {
  if (!ended_ && kill_at_ && clock_.now() >= *kill_at_) kill();
  look_for_helpers();
  std::array<pollfd, 4> fds{pollfd{out_.reader, POLLIN, 0}, pollfd{err_.reader, POLLIN, 0},
                            pollfd{ended_ ? -1 : pid_fd_, POLLIN, 0}, pollfd{wake_fd, POLLIN, 0}};
  // Without pidfd_open the kernel is asked every 5 ms.
  if (!ended_ && pid_fd_ < 0) timeout = std::min<base::Duration>(timeout, 5ms);
  if (kill_at_ && !ended_) timeout = std::min<base::Duration>(timeout, 100ms);
  if (ended_) timeout = std::min<base::Duration>(timeout, 10ms);
  ::poll(fds.data(), fds.size(), static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(timeout).count()));
  if (!ended_) reap();
  pass_on(out_.reader, LogStream::out);
  pass_on(err_.reader, LogStream::err);
  if (!ended_) return std::nullopt;
  if (output_open() && clock_.now() < outcome_.ran.end + kOrphanPatience) return std::nullopt;
  return outcome_;
}

void CommandWorkload::pass_on(int& fd, LogStream stream) {
  std::array<char, 65536> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  while (fd >= 0) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count > 0) {
      log_.write(stream, {buffer.data(), static_cast<std::size_t>(count)});
      if (static_cast<std::size_t>(count) < buffer.size()) return;
    } else if (count < 0 && errno == EINTR) {
      continue;
    } else {
      if (count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) Pipe::close_end(fd);
      return;
    }
  }
}

void CommandWorkload::reap() {
  siginfo_t info{};
  if (pid_ <= 0 || ended_ || waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
    return;
  outcome_.ran.end = clock_.now();
  ended_ = true;
  outcome_.exit_code = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
  if (info.si_code != CLD_EXITED) outcome_.note = "killed by signal " + std::to_string(info.si_status);
}

// An engine hands it on to the program; its helpers in the group are needed until that has ended.
void CommandWorkload::signal_politely(int signal) const {
  if (pid_ > 0) ::kill(options_.is_engine ? pid_ : -pid_, signal);
}

void CommandWorkload::kill_group() {
  if (options_.is_engine && !ended_) helpers_.look(pid_);
  if (pid_ > 0) ::kill(-pid_, SIGKILL);
  helpers_.kill();
}

// They are noted in time: an engine that somebody else kills cannot be asked for them.
void CommandWorkload::look_for_helpers() {
  if (!options_.is_engine || ended_ || clock_.now() < next_look_) return;
  helpers_.look(pid_);
  next_look_ = clock_.now() + kLookForHelpersEvery;
}

void CommandWorkload::stop() {
  outcome_.stopped_by_us = true;
  signal_politely(SIGTERM);
  if (!kill_at_) kill_at_ = clock_.now() + options_.stop_grace;
}

void CommandWorkload::kill() {
  outcome_.stopped_by_us = true;
  kill_at_.reset();
  kill_group();
}

base::Result<bool> CommandWorkload::collect_results(const std::filesystem::path& /*directory*/) {
  // The command writes straight into its results directory; one that it left empty is removed.
  std::error_code error;
  if (options_.results_directory.empty()) return false;
  std::filesystem::remove(options_.results_directory, error);  // fails if there is something in it
  return std::filesystem::exists(options_.results_directory, error);
}

base::Result<void> CommandWorkload::cleanup() {
  if (pid_ > 0) {
    kill_group();  // also orphans of a command that has ended
    if (!ended_) {
      int status = 0;
      waitpid(pid_, &status, 0);
      ended_ = true;
    }
    pid_ = -1;
    guard_.reset();
  }
  Pipe::close_end(pid_fd_);
  Pipe::close_end(out_.reader);
  Pipe::close_end(err_.reader);
  return {};
}

}  // namespace

std::unique_ptr<Workload> make_command_workload(CommandOptions options, const platform::Clock& clock, LogSink& log) {
  return std::make_unique<CommandWorkload>(std::move(options), clock, log);
}

}  // namespace gpubench::workload
