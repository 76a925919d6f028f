// To which database a run's samples go, and in which form.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/secret.h"
#include "base/time.h"
#include "exporting/run_series.h"

namespace gpubench::exporting {

enum class ProtocolKind : std::uint8_t {
  import,        // VictoriaMetrics' JSON lines
  remote_write,  // Prometheus' remote write 1.0
};

// The server as the environment names it. Its secrets are read when they are needed: a file may be corrected meanwhile.
struct Server {
  std::string url;
  std::string user;
  base::Secret password;
  base::Secret token;            // instead of user and password
  std::string ca_file;           // own CA; empty: the system's
  std::string client_cert_file;  // shown to the server; empty: none
  std::string client_key_file;
};

struct ExportSpec {
  ProtocolKind protocol = ProtocolKind::import;
  Names names = Names::standard;
  base::Duration drain = std::chrono::seconds(30);   // waited for at the end of a run
  base::Duration settle = std::chrono::seconds(10);  // from accepting to being readable
  Server server;
};

}  // namespace gpubench::exporting
