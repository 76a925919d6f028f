// Where the container engine listens.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "workload/docker/engine/location.h"

namespace gpubench::workload {

struct EngineAddress {
  std::string base_url;     // "http://localhost" or "http://host:port"
  std::string unix_socket;  // empty: TCP
  std::string ssh = {};     // "ssh://user@host": reached through a tunnel, which sets unix_socket
  TlsFiles tls = {};        // for https
  [[nodiscard]] std::string text() const {
    if (!ssh.empty()) return ssh;
    return unix_socket.empty() ? base_url : unix_socket;
  }
  // Whether the engine may be on another machine than the meters.
  [[nodiscard]] bool is_remote() const;
};

// Reads a value of DOCKER_HOST; empty: the default socket. tcp:// with `tls` becomes https.
base::Result<EngineAddress> parse_docker_host(const std::string& docker_host, const TlsFiles& tls = {});

// The program whose standard input and output are a connection to the engine at "ssh://[user@]host[:port][/socket]".
base::Result<std::vector<std::string>> ssh_command(const std::string& address);

// Why nothing useful answered there, with the remedy that fits what is found at the address.
base::Error explain_unreachable(const EngineAddress& address, const base::Error& cause);

}  // namespace gpubench::workload
