#include "platform/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace gpubench::platform {
namespace {

// O_NONBLOCK belongs to an open file, which standard output shares with the shell: so a terminal is opened once more.
int open_again(int fd) {
  if (isatty(fd) != 1) return -1;
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  return open(path.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);  // NOLINT(cppcoreguidelines-pro-type-vararg)
}

}  // namespace

Terminal::Terminal(int fd) : fd_(fd), own_(open_again(fd)) {}

Terminal::~Terminal() {
  if (own_ >= 0) close(own_);
}

bool Terminal::is_terminal() const {
  return isatty(fd_) == 1;
}

bool Terminal::is_ours() const {
  if (!is_terminal()) return false;
  const pid_t foreground = tcgetpgrp(fd_);  // -1: not our controlling terminal, so no job control either
  return foreground < 0 || foreground == getpgrp();
}

TerminalSize Terminal::size() const {
  winsize window{};
  if (ioctl(fd_, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 || window.ws_row == 0) return {};
  return {window.ws_col, window.ws_row};
}

void Terminal::write(std::string_view bytes) {
  // A pipe that is "writable" takes at least this much without blocking (PIPE_BUF).
  constexpr std::size_t kPiece = 4096;
  constexpr int kPatienceMilliseconds = 100;  // between looks at abandoned_
  while (!bytes.empty() && !abandoned_) {
    std::array<pollfd, 2> entries{pollfd{fd(), POLLOUT, 0}, pollfd{interrupt_fd_, POLLIN, 0}};
    const int ready = poll(entries.data(), entries.size(), kPatienceMilliseconds);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    if (ready < 0 || entries[0].revents == 0) return;
    const ssize_t written = ::write(fd(), bytes.data(), std::min(bytes.size(), kPiece));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written < 0) return;  // the reader is gone: a live view is not worth a failed run
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace gpubench::platform
