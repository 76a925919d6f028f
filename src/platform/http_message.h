// An HTTP request and its answer, whoever exchanges them: HttpClient one at a time, HttpStreams several side by side.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace gpubench::platform {

struct HttpRequest {
  std::string method = "GET";
  std::string url;          // http:// or https://; with unix_socket: "http://localhost/path"
  std::string unix_socket;  // path of a unix socket; empty: TCP
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::optional<std::pair<std::string, std::string>> basic_auth;  // user, password; never logged
  std::string ca_file;                                            // own CA; empty: the system's
  std::string client_cert_file;                                   // shown to the server; empty: none
  std::string client_key_file;
  base::Duration timeout = std::chrono::seconds(10);  // for the whole exchange; zero: none (streams)
  std::size_t max_body_bytes = std::size_t{4} << 20;  // a longer answer is an error
  // Called at most once, by the caller's thread, when all is sent and the answer is still to come: work for the time that
  // the other side needs.
  std::function<void()> meanwhile;
  // Asked about once a second, by the caller's thread, while the exchange lasts: true ends it, as an error.
  std::function<bool()> give_up;
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  // Value of a header (name in lower case) or "".
  [[nodiscard]] std::string header(std::string_view name) const;
};

}  // namespace gpubench::platform
