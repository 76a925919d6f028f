// What a service says of a request that it did not answer as hoped.
#pragma once

#include <string>
#include <string_view>

namespace gpubench::carbon {

struct RefusedRequest {
  int status = 0;
  std::string_view body;
  std::string_view location;  // of a redirect, which is not followed
  std::string_view secret;    // that was sent: must not come back in words
};

// "HTTP 403: your plan does not include this endpoint": in the service's own words where it has any. One line.
std::string service_words(const RefusedRequest& request);

}  // namespace gpubench::carbon
