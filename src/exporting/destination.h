// Where samples are sent and with which login, checked before anything is sent.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gpubench::exporting {

enum class Dialect : std::uint8_t {
  import,        // VictoriaMetrics' JSON lines
  remote_write,  // Prometheus' remote write 1.0
};
std::string_view dialect_text(Dialect dialect);
std::optional<Dialect> dialect_from(std::string_view text);

struct Destination {
  std::string url;       // of the server, e.g. "https://metrics.example.org:8428"; an endpoint at its end is understood
  std::string user;      // with a password; both empty: no basic authentication
  std::string password;  // never shown
  std::string bearer;    // a token instead of user and password; never shown
  std::string ca_file;   // own CA; empty: the system's
  std::string client_cert_file;  // shown to the server; empty: none
  std::string client_key_file;
};

// Asked again whenever the server refused the login: a file may have been corrected.
using DestinationSource = std::function<base::Result<Destination>()>;

struct Endpoints {
  std::string write;
  std::string read;  // of what is stored
  std::string end;   // of remote write, the only one that takes end_of_series(): VictoriaMetrics' import leaves it out
};

// Refuses what would send a secret unencrypted, and addresses that contain one.
base::Result<Endpoints> endpoints(const Destination& destination, Dialect dialect);

}  // namespace gpubench::exporting
