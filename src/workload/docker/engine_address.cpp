#include "workload/docker/engine_address.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace gpubench::workload {
namespace {

constexpr const char* kDefaultSocket = "/var/run/docker.sock";
constexpr const char* kDefaultPort = ":2375";  // the port that Docker's own client takes

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

base::Result<EngineAddress> parse_tcp(std::string host) {
  while (!host.empty() && host.back() == '/') host.pop_back();
  const bool unusual = std::any_of(host.begin(), host.end(), [](char c) { return c == '/' || c == '@' || c <= ' '; });
  if (host.empty() || unusual) return base::failure("DOCKER_HOST is not of the form tcp://host:port", "correct DOCKER_HOST");
  const std::size_t bracket = host.rfind(']');  // of an IPv6 address
  const std::size_t colon = host.find(':', bracket == std::string::npos ? 0 : bracket);
  if (colon == std::string::npos) host += kDefaultPort;
  return EngineAddress{"http://" + host, ""};
}

}  // namespace

bool EngineAddress::is_remote() const {
  if (!unix_socket.empty()) return false;
  const std::string_view host = std::string_view(base_url).substr(7);  // after "http://"
  return !starts_with(host, "localhost") && !starts_with(host, "127.") && !starts_with(host, "[::1]");
}

base::Result<EngineAddress> parse_docker_host(const std::string& docker_host) {
  if (docker_host.empty()) return EngineAddress{"http://localhost", kDefaultSocket};
  const std::size_t scheme_end = docker_host.find("://");
  const std::string scheme = docker_host.substr(0, scheme_end);
  if (scheme_end == std::string::npos) {
    return base::failure("DOCKER_HOST has no scheme", "give it as unix:///path/to/docker.sock or tcp://host:port");
  }
  const std::string rest = docker_host.substr(scheme_end + 3);
  if (scheme == "unix") {
    if (rest.empty() || rest.front() != '/') {
      return base::failure("DOCKER_HOST=unix://... needs an absolute path", "give it as unix:///path/to/docker.sock");
    }
    return EngineAddress{"http://localhost", rest};
  }
  if (scheme == "tcp" || scheme == "http") return parse_tcp(rest);
  if (scheme == "ssh" || scheme == "https") {
    return base::failure(
        "DOCKER_HOST with " + scheme + ":// is not supported",
        "run this tool on the machine that has the GPUs, with the engine's unix socket or tcp:// without TLS");
  }
  return base::failure("DOCKER_HOST with " + scheme + ":// is not supported",
                       "give it as unix:///path/to/docker.sock or tcp://host:port");
}

base::Error explain_unreachable(const EngineAddress& address, const base::Error& cause) {
  const std::string message = "no container engine answers at " + address.text() + ": " + cause.message;
  if (!cause.remedy.empty()) return {message, cause.remedy};
  const char* const timed_out =
      "the engine does not answer: look at its log (journalctl -u docker) or restart it (sudo systemctl restart docker)";
  const char* const start = "start the engine (sudo systemctl start docker), or set DOCKER_HOST to where it listens";
  if (cause.message.find("no complete answer") != std::string::npos) return {message, timed_out};
  if (address.unix_socket.empty()) return {message, "check DOCKER_HOST, and that the engine listens there"};
  struct stat found{};
  if (::stat(address.unix_socket.c_str(), &found) != 0) {
    if (errno == EACCES) return {message, "you may not look into the socket's directory: run with sudo, or ask for access"};
    return {message,
            "install Docker (apt-get install docker.io) and start it, set DOCKER_HOST to where it listens, or run the "
            "benchmark without a container (--benchmark_command)"};
  }
  if (!S_ISSOCK(found.st_mode)) return {message, "this is not a socket: correct DOCKER_HOST"};
  if (::access(address.unix_socket.c_str(), R_OK | W_OK) != 0) {
    return {
        message,
        "you may not use the socket: run with sudo, or join its group (sudo usermod -aG docker $USER, then log in again)"};
  }
  return {message, start};
}

}  // namespace gpubench::workload
