// Where our server listens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gpubench::platform {

struct ListenAddress {
  std::string host = "127.0.0.1";  // an IPv4 or IPv6 address, the latter without brackets; or a name
  std::uint16_t port = 0;          // 0: any that is free

  // "127.0.0.1:9100", "[::1]:9100".
  [[nodiscard]] std::string text() const;
};

// "9100" and ":9100" (this machine only), "0.0.0.0:9100", "[::]:9100", "localhost:9100".
base::Result<ListenAddress> parse_listen_address(std::string_view text);

// "localhost", "127.1.2.3" or "::1", the latter also in brackets: a name or address that only this machine can mean.
bool is_loopback(std::string_view host);

struct ListeningSocket {
  int fd;                 // the caller's to close
  ListenAddress address;  // with the port that was found
};

base::Result<ListeningSocket> listen_at(const ListenAddress& address);

}  // namespace gpubench::platform
