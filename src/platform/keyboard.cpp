#include "platform/keyboard.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace gpubench::platform {

Keyboard::Keyboard(int fd, std::function<void(std::string)> typed)
    : fd_(fd), stop_fd_(eventfd(0, EFD_CLOEXEC)), typed_(std::move(typed)), thread_([this] { run(); }) {}

Keyboard::~Keyboard() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_fd_, &one, sizeof one);
  thread_.join();
  close(stop_fd_);
}

void Keyboard::run() {
  pthread_setname_np(pthread_self(), "keyboard");
  constexpr int kTickMilliseconds = 250;
  std::array<pollfd, 2> entries{{{stop_fd_, POLLIN, 0}, {fd_, POLLIN, 0}}};
  for (;;) {
    const int ready = poll(entries.data(), entries.size(), kTickMilliseconds);
    if (ready < 0 && errno != EINTR) return;
    if ((entries[0].revents & POLLIN) != 0) return;
    std::array<char, 256> bytes{};
    ssize_t count = 0;
    if (ready > 0 && (entries[1].revents & POLLIN) != 0) count = read(fd_, bytes.data(), bytes.size());
    const bool nothing_yet = count < 0 && (errno == EAGAIN || errno == EINTR);
    if (ready > 0 && count <= 0 && !nothing_yet) entries[1].fd = -1;  // hung up: ticks only
    typed_(std::string(bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0));
  }
}

}  // namespace gpubench::platform
