#include "ranks/socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "ranks/messages.h"

namespace gpubench::ranks {
namespace {

constexpr int kBacklog = 512;

struct Address {
  sockaddr_un name{};
  socklen_t size = 0;
};

// Abstract: its first byte is 0, and it is no file.
Address abstract_address(const std::string& name) {
  Address address;
  address.name.sun_family = AF_UNIX;
  const std::size_t length = std::min(name.size(), sizeof address.name.sun_path - 1);
  std::memcpy(address.name.sun_path + 1, name.data(), length);
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
  return address;
}

Socket new_socket() {
  return Socket(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

std::optional<ucred> peer_of(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return peer;
}

bool is_of_this_user(int fd) {
  const auto peer = peer_of(fd);
  return peer && peer->uid == geteuid();
}

const sockaddr* any(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address.name);
}

}  // namespace

int Socket::peer_process() const {
  const auto peer = peer_of(fd_);
  return peer ? peer->pid : 0;
}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

std::optional<Socket> Socket::listen(const std::string& name) {
  Socket made = new_socket();
  const Address address = abstract_address(name);
  if (!made.is_open() || bind(made.fd_, any(address), address.size) != 0 || ::listen(made.fd_, kBacklog) != 0)
    return std::nullopt;
  return made;
}

std::optional<Socket> Socket::connect(const std::string& name) {
  Socket made = new_socket();
  const Address address = abstract_address(name);
  if (!made.is_open() || ::connect(made.fd_, any(address), address.size) != 0 || !is_of_this_user(made.fd_))
    return std::nullopt;
  return made;
}

std::optional<Socket> Socket::accept() const {
  Socket made(accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!made.is_open() || !is_of_this_user(made.fd_)) return std::nullopt;
  return made;
}

void Socket::send(std::string_view message) const {
  if (fd_ >= 0) static_cast<void>(::send(fd_, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

std::optional<std::string> Socket::receive() const {
  std::string message(kLongestMessage, '\0');
  for (;;) {
    const ssize_t size = recv(fd_, message.data(), message.size(), MSG_DONTWAIT);
    // ECONNRESET: the peer has gone and left something unread. What it sent before comes next; Linux reports this once.
    if (size < 0 && (errno == EINTR || errno == ECONNRESET)) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
    message.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return message;
  }
}

void Socket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace gpubench::ranks
