// HTTP requests with the caps and checks that a tool on a shared machine needs: no redirects, TLS verified, bounded time and
// size, no netrc.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "platform/http_message.h"

namespace gpubench::platform {

// An exchange that answered, whatever its status, is a response; anything else (refused, timed out, too big) an Error that
// names host or socket but no secret.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual base::Result<HttpResponse> perform(const HttpRequest& request) = 0;
};

// libcurl. Each object keeps its own connections; use one per thread. `ca_file` is for requests that name none; empty:
// libcurl looks where the distribution it was built on keeps them.
std::unique_ptr<HttpClient> make_http_client(std::string ca_file = {});

}  // namespace gpubench::platform
