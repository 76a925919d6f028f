#include "platform/process.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string_view>
#include <system_error>

namespace gpubench::platform {

namespace {

// Of a line "NAME: NUMBER ..." in /proc/self/status; 0: there is none.
double number_in_own_status(std::string_view name) {
  std::ifstream status("/proc/self/status");
  double number = 0;
  for (std::string word; status >> word;)
    if (word == name) status >> number;
  return number;
}

bool (*destructors_may_hang)() = nullptr;

}  // namespace

ResourceUse own_resource_use() {
  ResourceUse use;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  use.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  // Not ru_maxrss, which a process inherits from the one that started it.
  use.peak_resident = base::Bytes::from_bytes(number_in_own_status("VmHWM:") * 1024);
  return use;
}

void give_back_freed_memory() {
  malloc_trim(0);
}

void open_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)  // NOLINT(cppcoreguidelines-pro-type-vararg)
      static_cast<void>(
          open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY));  // NOLINT(cppcoreguidelines-pro-type-vararg): gets the lowest
}

void keep_exit_codes_of_children() {
  std::signal(SIGCHLD, SIG_DFL);
}

void skip_destructors_if(bool (*they_may_hang)()) {
  destructors_may_hang = they_may_hang;
  on_exit(
      [](int status, void* /*unused*/) {
        if (!destructors_may_hang()) return;
        std::cout.flush();
        std::fflush(nullptr);
        _exit(status);
      },
      nullptr);
}

int own_process_id() {
  return getpid();
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

namespace {

std::string first_word_of(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return word;
}

// What follows the name in /proc/NUMBER/stat; empty: there is none.
std::string stat_of_process(const std::string& number) {
  std::ifstream file("/proc/" + number + "/stat");
  std::string text;
  std::getline(file, text, '\0');  // to its end; a process that ends just now is a read error, which an iterator would throw
  const std::size_t name_end = text.rfind(')');  // the name may hold anything
  return name_end == std::string::npos ? std::string() : text.substr(name_end + 1);
}

// When the process started, in clock ticks since boot; empty: there is none.
std::string start_of_process(const std::string& number) {
  std::istringstream fields(stat_of_process(number));
  constexpr int start_field = 20;  // the 22nd of all
  std::string field;
  for (int i = 0; i < start_field; ++i) fields >> field;
  return field;
}

// A positive process number.
std::optional<pid_t> whole_number(const std::string& text) {
  pid_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && stop == text.data() + text.size() && number > 0 ? std::optional(number) : std::nullopt;
}

// Also where /proc does not show it to us.
bool exists(pid_t id) {
  return kill(id, 0) == 0 || errno == EPERM;
}

std::string process_namespace() {
  std::array<char, 64> target{};
  const ssize_t size = readlink("/proc/self/ns/pid", target.data(), target.size());
  return size > 0 ? std::string(target.data(), static_cast<std::size_t>(size)) : "?";
}

}  // namespace

std::string boot_id() {
  return first_word_of("/proc/sys/kernel/random/boot_id");
}

std::uint64_t time_namespace() {
  struct stat status{};
  return stat("/proc/self/ns/time", &status) == 0 ? status.st_ino : 0;
}

namespace {

// What processes that can see each other have in common.
std::string surroundings() {
  return host_name() + " " + boot_id() + " " + process_namespace();
}

std::string cgroup_of_process(const std::string& number) {
  std::ifstream file("/proc/" + number + "/cgroup");
  std::string path;
  for (std::string line; std::getline(file, line);) {
    const std::size_t second = line.find(':', line.find(':') + 1);  // "number:controllers:path"
    if (second != std::string::npos) path = line.substr(second + 1);
  }
  return path;
}

// Each ends with a zero byte.
std::vector<std::string> texts_in(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> texts;
  for (std::string entry; std::getline(file, entry, '\0');) texts.push_back(entry);
  return texts;
}

}  // namespace

std::optional<ProcessFacts> look_at_process(int id) {
  const std::string number = std::to_string(id);
  ProcessFacts facts;
  std::istringstream fields(stat_of_process(number));
  std::string state;
  if (!(fields >> state >> facts.parent >> facts.group)) return std::nullopt;
  std::ifstream name("/proc/" + number + "/comm");
  std::getline(name, facts.name);
  facts.cgroup = cgroup_of_process(number);
  return facts;
}

bool was_started_with(int id, const std::string& variable) {
  const std::vector<std::string> entries = environment_of(id);
  return std::find(entries.begin(), entries.end(), variable) != entries.end();
}

std::vector<std::string> arguments_of(int id) {
  return texts_in("/proc/" + std::to_string(id) + "/cmdline");
}

std::vector<std::string> environment_of(int id) {
  return texts_in("/proc/" + std::to_string(id) + "/environ");
}

bool sees_all_processes() {
  return process_namespace() == "pid:[4026531836]";  // the first one's number, fixed in the kernel (PROC_PID_INIT_INO)
}

std::string own_identity() {
  return identity_of(getpid());
}

std::string identity_of(int id) {
  const std::string number = std::to_string(id);
  return surroundings() + " " + number + " " + start_of_process(number);
}

Presence presence_of(const std::string& identity, bool on_this_machine) {
  std::istringstream words(identity);
  std::string host;
  std::string boot;
  std::string space;
  std::string number;
  std::string start;
  if (!(words >> host >> boot >> space >> number >> start) || host != host_name()) return Presence::unknown;
  const auto id = whole_number(number);
  const std::string own_boot = boot_id();
  if (!id || own_boot.empty()) return Presence::unknown;
  if (boot != own_boot) return on_this_machine ? Presence::gone : Presence::unknown;
  if (space != process_namespace()) return Presence::unknown;
  if (!exists(*id)) return Presence::gone;
  const std::string start_seen = start_of_process(number);
  if (start_seen.empty()) return Presence::unknown;  // hidden: /proc is mounted with hidepid
  return start_seen == start ? Presence::running : Presence::gone;
}

}  // namespace gpubench::platform
