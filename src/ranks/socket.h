// A socket of whole messages between processes of one user on one machine. Nothing here waits but receive().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gpubench::ranks {

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // The abstract name must be free: it is nobody's once its process has died.
  static std::optional<Socket> listen(const std::string& name);
  static std::optional<Socket> connect(const std::string& name);
  // Of a listening one; empty: nobody waits, or it is another user's.
  [[nodiscard]] std::optional<Socket> accept() const;

  void send(std::string_view message) const;
  // Empty: nothing waits. An empty text: the other end is gone.
  [[nodiscard]] std::optional<std::string> receive() const;
  void close();

  // The process at the other end, when it connected or began to listen; 0: not known.
  [[nodiscard]] int peer_process() const;
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace gpubench::ranks
