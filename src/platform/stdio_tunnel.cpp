#include "platform/stdio_tunnel.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

#include "platform/child_process.h"

namespace gpubench::platform {
namespace {

constexpr int kWaitingConnections = 16;
constexpr std::chrono::milliseconds kPatienceStep{10};
constexpr int kPatienceSteps = 50;

tl::unexpected<base::Error> system_failure(const std::string& what) {
  return base::failure(what + ": " + std::generic_category().message(errno));
}

}  // namespace

base::Result<std::unique_ptr<StdioTunnel>> StdioTunnel::open(std::vector<std::string> command) {
  std::unique_ptr<StdioTunnel> tunnel(new StdioTunnel(std::move(command)));
  if (const auto listening = tunnel->listen_in_new_folder(); !listening) return base::failure(listening.error());
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_failure("cannot make a pipe");
  tunnel->stop_read_ = ends[0];
  tunnel->stop_write_ = ends[1];
  tunnel->thread_ = std::thread([self = tunnel.get()] { self->serve(); });
  return tunnel;
}

base::Result<void> StdioTunnel::listen_in_new_folder() {
  std::string folder = "/tmp/iris-gpubench-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) return system_failure("cannot make a folder in /tmp");
  folder_ = folder;
  path_ = folder_ + "/engine.sock";
  listening_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path_.begin(), path_.end(), std::begin(address.sun_path));
  // The one cast that the socket interface asks for.
  const auto* any = reinterpret_cast<const sockaddr*>(&address);
  if (listening_ < 0 || ::bind(listening_, any, sizeof address) != 0 || ::listen(listening_, kWaitingConnections) != 0)
    return system_failure("cannot listen on " + path_);
  return {};
}

StdioTunnel::~StdioTunnel() {
  if (stop_write_ >= 0) ::close(stop_write_);
  if (thread_.joinable()) thread_.join();
  end_programs();
  for (const int fd : {listening_, stop_read_})
    if (fd >= 0) ::close(fd);
  if (folder_.empty()) return;
  ::unlink(path_.c_str());
  ::rmdir(folder_.c_str());
}

// Docker's own program lets the first SIGTERM pass.
void StdioTunnel::end_programs() {
  for (const pid_t program : programs_) ::kill(-program, SIGTERM);
  for (int waited = 0; waited < kPatienceSteps; ++waited) {
    collect_ended_programs();
    if (programs_.empty()) return;
    std::this_thread::sleep_for(kPatienceStep);
  }
  for (const pid_t program : programs_) ::kill(-program, SIGKILL);
  for (const pid_t program : programs_) ::waitpid(program, nullptr, 0);
}

void StdioTunnel::serve() {
  pthread_setname_np(pthread_self(), "tunnel");
  for (;;) {
    std::array<pollfd, 2> entries{{{listening_, POLLIN, 0}, {stop_read_, POLLIN, 0}}};
    if (::poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) return;
    if (entries[1].revents != 0) return;
    collect_ended_programs();
    if (entries[0].revents == 0) continue;
    const int connection = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    start_program(connection);
    ::close(connection);
  }
}

void StdioTunnel::start_program(int connection) {
  std::vector<char*> arguments;
  arguments.reserve(command_.size() + 1);
  for (std::string& word : command_) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, connection, 0);
  posix_spawn_file_actions_adddup2(&actions, connection, 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);  // Ctrl-C at the terminal is for us
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  pid_t program = 0;
  if (::posix_spawnp(&program, arguments[0], &actions, &attributes, arguments.data(), environment_for_children().data()) ==
      0)
    programs_.push_back(program);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
}

void StdioTunnel::collect_ended_programs() {
  programs_.erase(std::remove_if(programs_.begin(), programs_.end(),
                                 [](pid_t program) { return ::waitpid(program, nullptr, WNOHANG) != 0; }),
                  programs_.end());
}

}  // namespace gpubench::platform
