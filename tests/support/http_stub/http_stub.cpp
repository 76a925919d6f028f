#include "support/http_stub/http_stub.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace gpubench::support {
namespace {

int listen_on(const sockaddr* address, socklen_t size) {
  const int listener = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, address, size) != 0 || listen(listener, 64) != 0) {
    throw std::runtime_error(std::string("HttpStub cannot listen: ") + std::strerror(errno));
  }
  return listener;
}

int listen_on_loopback(std::uint16_t& port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int listener = listen_on(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return listener;
}

int listen_on_unix_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("HttpStub: socket path too long");
  path.copy(address.sun_path, path.size());
  unlink(path.c_str());
  return listen_on(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

// Appends what arrives; false at the end of the connection.
bool receive(int socket, std::string& buffer) {
  std::array<char, 65536> chunk;
  const ssize_t count = recv(socket, chunk.data(), chunk.size(), 0);
  if (count <= 0) return false;
  buffer.append(chunk.data(), static_cast<std::size_t>(count));
  return true;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return std::string(text);
}

StubRequest parse_head(std::string_view head) {
  StubRequest request;
  const std::size_t first_end = head.find("\r\n");
  const std::string_view first = head.substr(0, first_end);
  const std::size_t method_end = first.find(' ');
  const std::size_t target_end = first.rfind(' ');
  request.method = first.substr(0, method_end);
  if (method_end < target_end) request.target = first.substr(method_end + 1, target_end - method_end - 1);
  std::size_t at = first_end + 2;
  while (at < head.size()) {
    const std::size_t end = std::min(head.find("\r\n", at), head.size());
    const std::string_view line = head.substr(at, end - at);
    const std::size_t colon = std::min(line.find(':'), line.size());
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers.emplace_back(std::move(name), trimmed(line.substr(std::min(colon + 1, line.size()))));
    at = end + 2;
  }
  return request;
}

bool receive_request(int socket, StubRequest& request) {
  std::string buffer;
  std::size_t head_end = std::string::npos;
  while ((head_end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!receive(socket, buffer)) return false;
  }
  request = parse_head(std::string_view(buffer).substr(0, head_end + 2));
  const std::size_t length = std::strtoul(request.header("content-length").c_str(), nullptr, 10);
  request.body = buffer.substr(head_end + 4);
  while (request.body.size() < length) {
    if (!receive(socket, request.body)) return false;
  }
  return true;
}

}  // namespace

std::string StubRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

bool StubConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void StubConnection::wait_until_closed() const {
  std::string ignored;
  while (receive(socket_, ignored)) ignored.clear();
}

void StubConnection::reset() const {
  sockaddr unspecified{};
  unspecified.sa_family = AF_UNSPEC;  // dissolves the association: the kernel sends a reset
  connect(socket_, &unspecified, sizeof unspecified);
}

HttpStub::HttpStub(Answer answer)
    : HttpStub(Converse([answer = std::move(answer)](const StubRequest& request, StubConnection& connection) {
        connection.send(answer(request));
      })) {}

HttpStub::HttpStub(Converse converse) : converse_(std::move(converse)), listener_(listen_on_loopback(port_)) {
  acceptor_ = std::thread([this] { accept_all(); });
}

HttpStub::HttpStub(const std::string& path, Converse converse)
    : converse_(std::move(converse)), path_(path), listener_(listen_on_unix_socket(path)) {
  acceptor_ = std::thread([this] { accept_all(); });
}

HttpStub::~HttpStub() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);  // wakes accept()
  acceptor_.join();
  close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const Peer& peer : peers_) shutdown(peer.socket, SHUT_RDWR);
  }
  for (Peer& peer : peers_) {
    peer.thread.join();
    close(peer.socket);
  }
  if (!path_.empty()) unlink(path_.c_str());
}

void HttpStub::accept_all() {
  while (!stopping_) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const std::lock_guard lock(mutex_);
    peers_.push_back({socket, std::thread([this, socket] { serve(socket); })});
  }
}

void HttpStub::serve(int socket) {
  StubRequest request;
  if (receive_request(socket, request)) {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    StubConnection connection(socket);
    converse_(request, connection);
  }
  shutdown(socket, SHUT_RDWR);
  // Closed by the destructor only, so that the descriptor's number is not reused while peers_ names it.
}

std::string HttpStub::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

std::vector<StubRequest> HttpStub::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::string stub_answer(int status, std::string_view body, std::string_view extra_headers) {
  return "HTTP/1.1 " + std::to_string(status) + " Scripted\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n" + std::string(extra_headers) + "\r\n" + std::string(body);
}

}  // namespace gpubench::support
