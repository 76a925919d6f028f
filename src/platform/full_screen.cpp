#include "platform/full_screen.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <string_view>

namespace gpubench::platform {
namespace {

// xterm's alternate screen (1049), cursor (25) and line wrap (7), which every terminal of today understands.
constexpr std::string_view kEnter = "\033[?1049h\033[?25l\033[?7l\033[2J\033[H";
constexpr std::string_view kLeave = "\033[?2026l\033[0m\033[?7h\033[?25h\033[?1049l";

// What a signal handler needs must be static; it is set before the handlers are.
std::atomic<int> taken_fd = -1;
termios settings_before{};
bool settings_known = false;

constexpr std::array kFatal = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP, SIGQUIT, SIGXCPU};

// Async-signal-safe. The first caller restores the terminal; a terminal that accepts nothing is not waited for.
void give_back() {
  const int fd = taken_fd.exchange(-1);
  if (fd < 0) return;
  tcflow(fd, TCOON);  // NOLINT(concurrency-mt-unsafe): POSIX lists it as async-signal-safe
  pollfd entry{fd, POLLOUT, 0};
  constexpr int kPatienceMilliseconds = 200;
  if (poll(&entry, 1, kPatienceMilliseconds) == 1) {
    [[maybe_unused]] const ssize_t written = ::write(fd, kLeave.data(), kLeave.size());
  }
  if (settings_known) tcsetattr(fd, TCSANOW, &settings_before);
}

void give_back_and_die(int signal) {
  give_back();
  static_cast<void>(raise(signal));  // SA_RESETHAND: its default now, with its core file
}

void catch_crashes() {
  struct sigaction action = {};
  action.sa_handler = give_back_and_die;  // NOLINT(cppcoreguidelines-pro-type-union-access)
  action.sa_flags = static_cast<int>(SA_RESETHAND | static_cast<unsigned>(SA_NODEFER));
  sigemptyset(&action.sa_mask);
  for (const int signal : kFatal) sigaction(signal, &action, nullptr);
}

void let_crashes_be() {
  for (const int signal : kFatal) static_cast<void>(std::signal(signal, SIG_DFL));
}

void take_keys(int fd) {
  settings_known = tcgetattr(fd, &settings_before) == 0;
  if (!settings_known) return;
  termios raw = settings_before;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL);
  raw.c_cc[VSUSP] = _POSIX_VDISABLE;
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  tcsetattr(fd, TCSANOW, &raw);
}

}  // namespace

void restore_terminal() {
  give_back();
}

FullScreen::FullScreen(Terminal& terminal) : terminal_(terminal) {
  take_keys(terminal_.fd());
  taken_fd = terminal_.fd();
  catch_crashes();
  terminal_.write(kEnter);
}

FullScreen::~FullScreen() {
  give_back();
  let_crashes_be();
}

}  // namespace gpubench::platform
