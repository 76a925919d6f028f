#include "platform/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace gpubench::platform {

Terminal::Terminal(int fd) : fd_(fd) {}

bool Terminal::is_terminal() const {
  return isatty(fd_) == 1;
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
    pollfd entry{fd_, POLLOUT, 0};
    const int ready = poll(&entry, 1, kPatienceMilliseconds);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    if (ready < 0) return;
    const ssize_t written = ::write(fd_, bytes.data(), std::min(bytes.size(), kPiece));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written < 0) return;  // the reader is gone: a live view is not worth a failed run
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace gpubench::platform
