// Serves one page over HTTP, with the caps that a tool on a shared machine needs: few connections, little memory, no slow
// ones. The one place that includes libmicrohttpd.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "platform/listen_address.h"

namespace gpubench::platform {

struct HttpPage {
  std::string path;  // "/metrics"; any other is not found
  std::string content_type;
  std::function<std::string()> text;  // asked for each request, by the server's thread; throws nothing
};

// A thread of its own answers GET and HEAD until this is destroyed. Plain HTTP without a login: for what everybody may see;
// at an address of this machine alone, only to those who ask for it by such an address.
class HttpServer {
 public:
  // `request_within`: from a connection's first byte, or the request before, to the end of the answer; then it is closed.
  static base::Result<std::unique_ptr<HttpServer>> start(const ListenAddress& address, HttpPage page,
                                                         base::Duration request_within = std::chrono::seconds(10));
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // "http://127.0.0.1:9100/metrics".
  [[nodiscard]] std::string url() const;

 private:
  class Daemon;
  HttpServer(ListenAddress address, std::unique_ptr<Daemon> daemon);

  const ListenAddress address_;
  const std::unique_ptr<Daemon> daemon_;
};

}  // namespace gpubench::platform
