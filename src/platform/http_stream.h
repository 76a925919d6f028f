// Several endless answers, received side by side on one thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "platform/http_message.h"

namespace gpubench::platform {

// What is known of one exchange.
struct HttpStreamState {
  std::optional<int> status;         // once the headers are there
  bool finished = false;             // nothing more will come
  std::optional<base::Error> error;  // why it ended before its time; empty: orderly end
};

// Not thread-safe. Bodies are passed on as they come, without a size limit (max_body_bytes is not used); request.timeout
// bounds the whole exchange unless it is zero.
class HttpStreams {
 public:
  using StreamId = int;
  // Receives the answer's status and the next piece of its body. Called from within pump() and wait_for_headers() only;
  // false ends the exchange. Must not call back into HttpStreams.
  using OnBody = std::function<bool(int status, std::string_view piece)>;

  virtual ~HttpStreams() = default;
  virtual base::Result<StreamId> open(const HttpRequest& request, OnBody on_body) = 0;
  // The status, once the answer's headers have arrived. Passes on bodies meanwhile.
  virtual base::Result<int> wait_for_headers(StreamId id, base::Duration timeout) = 0;
  // Passes on what arrives until something did, an exchange ended, `wake_fd` (if >= 0) is readable, or `timeout` passed.
  virtual void pump(base::Duration timeout, int wake_fd) = 0;
  // A closed or unknown id is "finished".
  [[nodiscard]] virtual HttpStreamState state(StreamId id) const = 0;
  // Drops the exchange and its connection. Safe for ids that are closed already.
  virtual void close(StreamId id) = 0;
};

std::unique_ptr<HttpStreams> make_http_streams();

}  // namespace gpubench::platform
