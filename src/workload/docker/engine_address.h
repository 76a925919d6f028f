// Where the container engine listens.
#pragma once

#include <string>

#include "base/result.h"

namespace gpubench::workload {

struct EngineAddress {
  std::string base_url;     // "http://localhost" or "http://host:port"
  std::string unix_socket;  // empty: TCP
  [[nodiscard]] std::string text() const { return unix_socket.empty() ? base_url : unix_socket; }
  // Whether the engine may be on another machine than the meters.
  [[nodiscard]] bool is_remote() const;
};

// Reads a value of DOCKER_HOST; empty: the default socket.
base::Result<EngineAddress> parse_docker_host(const std::string& docker_host);

// Why nothing useful answered there, with the remedy that fits what is found at the address.
base::Error explain_unreachable(const EngineAddress& address, const base::Error& cause);

}  // namespace gpubench::workload
