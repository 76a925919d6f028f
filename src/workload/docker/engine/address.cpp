#include "workload/docker/engine/address.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/try.h"

namespace gpubench::workload {
namespace {

constexpr const char* kDefaultSocket = "/var/run/docker.sock";
constexpr const char* kDefaultPort = ":2375";  // the ports that Docker's own client takes
constexpr const char* kDefaultTlsPort = ":2376";

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// A word that can be part of an ssh command line: never an option.
bool is_plain_word(std::string_view word) {
  return !word.empty() && word.front() != '-' &&
         word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-[]:") ==
             std::string_view::npos;
}

base::Result<EngineAddress> parse_tcp(std::string host, const TlsFiles& tls) {
  while (!host.empty() && host.back() == '/') host.pop_back();
  const bool unusual = std::any_of(host.begin(), host.end(), [](char c) { return c == '/' || c == '@' || c <= ' '; });
  if (host.empty() || unusual) return base::failure("DOCKER_HOST is not of the form tcp://host:port", "correct DOCKER_HOST");
  const std::size_t bracket = host.rfind(']');  // of an IPv6 address
  const std::size_t colon = host.find(':', bracket == std::string::npos ? 0 : bracket);
  if (colon == std::string::npos) host += tls.any() ? kDefaultTlsPort : kDefaultPort;
  EngineAddress address{(tls.any() ? "https://" : "http://") + host, ""};
  address.tls = tls;
  return address;
}

}  // namespace

bool EngineAddress::is_remote() const {
  if (!ssh.empty()) return true;
  if (!unix_socket.empty()) return false;
  const std::string_view host = std::string_view(base_url).substr(base_url.find("://") + 3);
  return !starts_with(host, "localhost") && !starts_with(host, "127.") && !starts_with(host, "[::1]");
}

base::Result<EngineAddress> parse_docker_host(const std::string& docker_host, const TlsFiles& tls) {
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
  if (scheme == "tcp" || scheme == "http") return parse_tcp(rest, tls);
  if (scheme == "ssh") {
    GPUBENCH_TRY(ssh_command(docker_host));
    EngineAddress address{"http://localhost", ""};
    address.ssh = docker_host;
    return address;
  }
  if (scheme == "https")
    return base::failure(
        "DOCKER_HOST with https:// is not supported",
        "write tcp://host:port, set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH to the folder of the certificates");
  return base::failure("DOCKER_HOST with " + scheme + ":// is not supported",
                       "give it as unix:///path/to/docker.sock or tcp://host:port");
}

base::Result<std::vector<std::string>> ssh_command(const std::string& address) {
  constexpr std::string_view scheme = "ssh://";
  std::string rest = address.substr(std::min(scheme.size(), address.size()));
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string socket = rest.substr(slash);
  rest.resize(slash);
  const std::size_t at = rest.rfind('@');
  const std::string user = at == std::string::npos ? "" : rest.substr(0, at);
  if (at != std::string::npos) rest.erase(0, at + 1);
  const std::size_t colon = rest.find(':', rest.rfind(']') == std::string::npos ? 0 : rest.rfind(']'));
  const std::string port = colon == std::string::npos ? "" : rest.substr(colon + 1);
  if (colon != std::string::npos) rest.resize(colon);
  const bool bad_port =
      colon != std::string::npos && (port.empty() || port.find_first_not_of("0123456789") != std::string::npos);
  const bool bad_user = at != std::string::npos && !is_plain_word(user);
  const bool bad_socket =
      socket.size() > 1 && !is_plain_word("x" + std::string(socket).erase(0, socket.find_last_of('/') + 1));
  if (!is_plain_word(rest) || bad_user || bad_port || bad_socket ||
      socket.find_first_of(" \t\n'\"\\$;&|<>()*?`") != std::string::npos)
    return base::failure("DOCKER_HOST is not of the form ssh://user@host[:port]", "correct DOCKER_HOST or the context");
  // BatchMode: a question for a password would wait where nobody sees it.
  std::vector<std::string> command = {"ssh", "-T", "-o", "ConnectTimeout=8", "-o", "BatchMode=yes"};
  if (!user.empty()) command.insert(command.end(), {"-l", user});
  if (!port.empty()) command.insert(command.end(), {"-p", port});
  command.insert(command.end(), {"--", rest, "docker"});
  if (socket.size() > 1) command.insert(command.end(), {"--host", "unix://" + socket});
  command.insert(command.end(), {"system", "dial-stdio"});
  return command;
}

base::Error explain_unreachable(const EngineAddress& address, const base::Error& cause) {
  const std::string message = "no container engine answers at " + address.text() + ": " + cause.message;
  if (address.tls.any() && address.unix_socket.empty())
    return {message,
            "check the certificates in DOCKER_CERT_PATH (ca.pem, cert.pem, key.pem) and that the engine listens there"};
  if (!cause.remedy.empty()) return {message, cause.remedy};
  const char* const timed_out =
      "the engine does not answer: look at its log (journalctl -u docker) or restart it (sudo systemctl restart docker)";
  const char* const start = "start the engine (sudo systemctl start docker), or set DOCKER_HOST to where it listens";
  if (cause.message.find("no complete answer") != std::string::npos) return {message, timed_out};
  if (!address.ssh.empty())
    return {message,
            "try: ssh HOST docker version. It must work without a password (ssh-agent or a key), and a shared "
            "connection (ControlMaster) makes it quick"};
  if (address.unix_socket.empty()) return {message, "check DOCKER_HOST, and that the engine listens there"};
  struct stat found{};
  if (::stat(address.unix_socket.c_str(), &found) != 0) {
    if (errno == EACCES)
      return {message, "you have no permission to read the socket's directory: use sudo, or ask for access"};
    return {message,
            "install Docker (apt-get install docker.io) and start it, or start Podman's service; set DOCKER_HOST to where "
            "it listens. Without an engine a benchmark runs as a command (--benchmark-command)"};
  }
  if (!S_ISSOCK(found.st_mode)) return {message, "this is not a socket: correct DOCKER_HOST"};
  if (::access(address.unix_socket.c_str(), R_OK | W_OK) != 0) {
    return {
        message,
        "you have no permission to use the socket: use sudo, or join its group (sudo usermod -aG docker $USER, then log in "
        "again)"};
  }
  return {message, start};
}

}  // namespace gpubench::workload
