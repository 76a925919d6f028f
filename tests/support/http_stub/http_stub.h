// A small HTTP/1.1 server for tests, on loopback or a unix socket, whose every answer is written by the test: raw bytes, so
// that broken answers are as easy as good ones. Include it as "support/http_stub/http_stub.h", link support_http_stub.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace gpubench::support {

// One request as it arrived; body by Content-Length, not decoded.
struct StubRequest {
  std::string method;
  std::string target;                                        // "/path?query" as sent
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  // Value of a header (name in lower case) or "".
  [[nodiscard]] std::string header(std::string_view name) const;
};

// The server's side of one connection, for answers that come in pieces or never end.
class StubConnection {
 public:
  explicit StubConnection(int socket) : socket_(socket) {}
  // Returns false once the client has gone.
  bool send(std::string_view bytes) const;
  // Waits until the client closes the connection or the stub is destroyed.
  void wait_until_closed() const;
  // Closes with a reset instead of an orderly end.
  void reset() const;

 private:
  int socket_;
};

// Answers each request by calling the handler on the connection's own thread, then closes that connection. Handlers may run
// at the same time. The destructor cuts all connections and joins all threads.
class HttpStub {
 public:
  using Answer = std::function<std::string(const StubRequest&)>;  // returns the whole raw answer
  using Converse = std::function<void(const StubRequest&, StubConnection&)>;

  explicit HttpStub(Answer answer);
  explicit HttpStub(Converse converse);
  // Listens on a unix socket at `path` instead of loopback.
  HttpStub(const std::string& path, Converse converse);
  ~HttpStub();
  HttpStub(const HttpStub&) = delete;
  HttpStub& operator=(const HttpStub&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // "http://127.0.0.1:PORT" + path
  [[nodiscard]] std::string url(std::string_view path = "") const;
  // All requests so far, in the order they were complete.
  [[nodiscard]] std::vector<StubRequest> requests() const;

 private:
  struct Peer {
    int socket;
    std::thread thread;
  };
  void accept_all();
  void serve(int socket);

  Converse converse_;
  std::string path_;        // of the unix socket; empty: loopback
  std::uint16_t port_ = 0;  // before listener_, whose making sets it
  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;  // guards requests_ and peers_
  std::vector<StubRequest> requests_;
  std::list<Peer> peers_;
  std::thread acceptor_;
};

// "HTTP/1.1 200 OK" with Content-Length and the body; extra_headers are whole lines, each ending in "\r\n".
std::string stub_answer(int status, std::string_view body, std::string_view extra_headers = "");

}  // namespace gpubench::support
