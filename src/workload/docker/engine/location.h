// Which engine to use, found as Docker's own client finds it.
#pragma once

#include <string>

#include "base/result.h"
#include "workload/engine_hints.h"

namespace gpubench::workload {

// What a TLS connection to an engine needs; all or nothing.
struct TlsFiles {
  std::string ca;
  std::string cert;
  std::string key;
  [[nodiscard]] bool any() const { return !ca.empty(); }
};

struct EngineLocation {
  std::string host;  // as in DOCKER_HOST; empty: the default socket
  TlsFiles tls;
};

// DOCKER_HOST, else DOCKER_CONTEXT, else the current context of the configuration, else the default socket, else the socket
// of a rootless Docker, else those of Podman. `root` is "/" except in tests.
base::Result<EngineLocation> locate_engine(const EngineHints& hints, const std::string& root = "/");

}  // namespace gpubench::workload
