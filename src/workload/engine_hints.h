// What the environment says of the container engine.
#pragma once

#include <string>

namespace gpubench::workload {

// Each may be empty.
struct EngineHints {
  std::string host;           // DOCKER_HOST
  std::string context;        // DOCKER_CONTEXT
  std::string tls_verify;     // DOCKER_TLS_VERIFY
  std::string cert_path;      // DOCKER_CERT_PATH
  std::string config_folder;  // DOCKER_CONFIG, or ~/.docker
  std::string runtime_dir;    // XDG_RUNTIME_DIR
};

}  // namespace gpubench::workload
