#include "platform/listen_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <system_error>

namespace gpubench::platform {
namespace {

constexpr int kBacklog = 32;

std::optional<std::uint16_t> port_in(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(port) : std::nullopt;
}

// Without the brackets that an IPv6 address must have before a port; empty: it has none, or half of them.
std::optional<std::string> host_in(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  if (bracketed) return std::string(text.substr(1, text.size() - 2));
  if (text.find_first_of("[]:/@ ") != std::string_view::npos) return std::nullopt;
  return std::string(text);
}

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

base::Result<Addresses> addresses_of(const ListenAddress& address) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &wanted, &found);
  if (error != 0)
    return base::failure("cannot listen on " + address.text() + ": " + gai_strerror(error),
                         "write an address of this machine, for example 127.0.0.1, or 0.0.0.0 for all its addresses");
  return Addresses(found, &freeaddrinfo);
}

std::string remedy_for(int error, std::uint16_t port) {
  const std::string number = std::to_string(port);
  if (error == EADDRINUSE)
    return "choose another port, or stop the program that uses this one (ss -ltnp 'sport = :" + number + "')";
  if (error == EACCES) return "choose a port of 1024 or higher: lower ones need root";
  if (error == EADDRNOTAVAIL)
    return "write an address of this machine (ip addr), for example 127.0.0.1, or 0.0.0.0 for all its addresses";
  return {};
}

// Returns 0, or why not.
int bind_and_listen(int fd, const addrinfo& at) {
  const int on = 1;  // otherwise no run could use the port of the last one for a minute
  const bool listens = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                       bind(fd, at.ai_addr, at.ai_addrlen) == 0 && listen(fd, kBacklog) == 0;
  return listens ? 0 : errno;
}

std::uint16_t port_of(int fd, std::uint16_t otherwise) {
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &length) != 0) return otherwise;
  if (bound.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(bound).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

}  // namespace

std::string ListenAddress::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

base::Result<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto port = port_in(colon == std::string_view::npos ? text : text.substr(colon + 1));
  const auto host = host_in(colon == std::string_view::npos ? std::string_view() : text.substr(0, colon));
  if (!port || !host)
    return base::failure("\"" + std::string(text) + "\" is not an address to listen on",
                         "write a port (9100), or ADDRESS:PORT (0.0.0.0:9100, [::1]:9100)");
  ListenAddress address;
  if (!host->empty()) address.host = *host;
  address.port = *port;
  return address;
}

bool is_loopback(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  in_addr v4{};
  const std::string text(host);
  const bool in_net_127 = inet_pton(AF_INET, text.c_str(), &v4) == 1 && (ntohl(v4.s_addr) >> 24U) == 127;
  return in_net_127 || text == "localhost" || text == "::1";
}

base::Result<ListeningSocket> listen_at(const ListenAddress& address) {
  const auto found = addresses_of(address);
  if (!found) return base::failure(found.error());
  int error = 0;
  for (const addrinfo* at = found->get(); at != nullptr; at = at->ai_next) {
    const int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
    error = fd < 0 ? errno : bind_and_listen(fd, *at);
    if (error == 0) return ListeningSocket{fd, {address.host, port_of(fd, address.port)}};
    if (fd >= 0) close(fd);
  }
  return base::failure("cannot listen on " + address.text() + ": " + std::generic_category().message(error),
                       remedy_for(error, address.port));
}

}  // namespace gpubench::platform
