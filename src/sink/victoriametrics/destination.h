// Where samples are sent and who we say we are, checked before anything is sent.
#pragma once

#include <string>

#include "base/result.h"

namespace gpubench::sink {

struct VictoriaOptions {
  std::string url;  // of the server, e.g. "https://metrics.example.org:8428"; a trailing /write or /api/v1/import is dropped
  std::string user;      // with a password; both empty: no basic authentication
  std::string password;  // never shown
  std::string bearer;    // a token instead of user and password; never shown
  std::string ca_file;   // own CA; empty: the system's
};

// The URL to post to. Refuses what would send a secret in the clear, and URLs that hold one.
base::Result<std::string> import_url(const VictoriaOptions& options);

}  // namespace gpubench::sink
