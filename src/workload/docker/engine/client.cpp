#include "workload/docker/engine/client.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json.h"
#include "base/text.h"
#include "platform/clock.h"
#include "platform/readable.h"

namespace gpubench::workload {
namespace {

// The newest API that this client was written for (Docker 28); older engines set the pace, back to the first that takes a
// request for GPUs (Docker 19.03).
constexpr std::string_view kNewestApiVersion = "1.50";
constexpr int kOldestMinor = 40;
constexpr auto kConnectLimit = std::chrono::seconds(8);
constexpr auto kFoundWithin = std::chrono::milliseconds(9500);  // with /version, over which Podman takes seconds
constexpr auto kWhenInterrupted = std::chrono::seconds(2);
constexpr std::size_t kMaxWords = 600;

std::optional<int> minor_of(std::string_view version) {
  if (version.substr(0, 2) != "1.") return std::nullopt;
  int minor = 0;
  const char* const end = version.data() + version.size();
  const auto [stop, error] = std::from_chars(version.data() + 2, end, minor);
  if (error != std::errc() || stop != end || minor < 0) return std::nullopt;
  return minor;
}

std::string printable(std::string_view text) {
  std::string result;
  for (const char c : base::one_line(text.substr(0, kMaxWords)))
    if (c != ' ' || (!result.empty() && result.back() != ' ')) result += c;
  return std::string(base::trimmed(result));
}

}  // namespace

std::string url_encoded(const std::string& value) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string result;
  for (const char c : value) {
    if (plain.find(c) != std::string_view::npos) {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += '%';
      result += digits[byte >> 4U];
      result += digits[byte & 15U];
    }
  }
  return result;
}

std::string engine_words(std::string_view body) {
  const auto json = base::parse_json(body);
  if (json.is_object()) {
    const auto message = json.find("message");
    if (message != json.end() && message->is_string()) return printable(message->get_ref<const std::string&>());
  }
  return printable(body);
}

std::string engine_words(const platform::HttpResponse& response) {
  const std::string words = engine_words(response.body);
  return words.empty() ? "status " + std::to_string(response.status) : words;
}

std::string common_api_version(std::string_view server, std::string_view ours) {
  const auto theirs = minor_of(server);
  if (!theirs) return {};
  return std::string(*theirs < minor_of(ours).value_or(0) ? server : ours);
}

EngineClient::EngineClient() : http_(platform::make_http_client()), streams_(platform::make_http_streams()) {}

base::Result<void> EngineClient::connect(const std::string& docker_host, const TlsFiles& tls) {
  auto address = parse_docker_host(docker_host, tls);
  if (!address) return base::failure(address.error());
  address_ = std::move(*address);
  if (!address_.ssh.empty()) {
    const auto command = ssh_command(address_.ssh);
    if (!command) return base::failure(command.error());
    auto tunnel = platform::StdioTunnel::open(*command);
    if (!tunnel) return base::failure(tunnel.error());
    tunnel_ = std::move(*tunnel);
    address_.unix_socket = tunnel_->socket_path();
  }
  const platform::SystemClock clock;
  const base::SteadyTime begun = clock.now();
  if (auto negotiated = negotiate_version(); !negotiated) return negotiated;
  return identify(kFoundWithin - (clock.now() - begun));
}

base::Result<void> EngineClient::negotiate_version() {
  engine_ = {};
  const auto ping = call("GET", "/_ping", "", kConnectLimit);
  if (!ping) return base::failure(explain_unreachable(address_, ping.error()));
  if (ping->status != 200) {
    return base::failure("the container engine at " + address_.text() + " answered: " + engine_words(*ping),
                         "look at the engine's log; if it wants TLS, set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH");
  }
  engine_.api_version = common_api_version(ping->header("api-version"), kNewestApiVersion);
  if (engine_.api_version.empty()) {
    return base::failure("the server at " + address_.text() + " is not a Docker engine", "correct DOCKER_HOST");
  }
  if (minor_of(engine_.api_version).value_or(0) < kOldestMinor) {
    return base::failure("the container engine at " + address_.text() + " is too old: it has API version " +
                             engine_.api_version + ", but 1." + std::to_string(kOldestMinor) + " is needed",
                         "upgrade it to Docker 19.03 or newer, or Podman 3 or newer");
  }
  return {};
}

base::Result<void> EngineClient::identify(base::Duration within) {
  const auto answer = call("GET", "/version", "", within);
  if (!answer) return base::failure(explain_unreachable(address_, answer.error()));
  if (answer->status != 200) {
    return base::failure("the container engine at " + address_.text() + " refused API version " + engine_.api_version +
                         ": " + engine_words(*answer));
  }
  const auto version = base::parse_json(answer->body);
  if (!version.is_object())
    return base::failure("the answer of the container engine at " + address_.text() + " to /version is not valid");
  const std::string number =
      version.contains("Version") && version["Version"].is_string() ? version["Version"].get<std::string>() : "";
  if (version.contains("Components") && version["Components"].is_array()) {
    for (const auto& component : version["Components"]) {
      if (component.is_object() && component.value("Name", nlohmann::json()) == "Podman Engine") engine_.is_podman = true;
    }
  }
  const std::string name = engine_.is_podman ? "Podman" : "Docker";
  engine_.text = printable(name + (number.empty() ? "" : " " + number));
  return {};
}

base::Result<platform::HttpResponse> EngineClient::call(const std::string& method, const std::string& path,
                                                        const std::string& json, base::Duration timeout) {
  platform::HttpRequest request = endless_request(method, path);
  request.timeout = interrupted_ ? std::min<base::Duration>(timeout, kWhenInterrupted) : timeout;
  if (!interrupted_) request.give_up = [this] { return platform::is_readable(interrupt_fd_); };
  request.body = json;
  request.max_body_bytes = std::size_t{16} << 20;  // a list of thousands of images
  if (!json.empty()) request.headers.emplace_back("Content-Type", "application/json");
  auto answer = http_->perform(request);
  if (!answer) static_cast<void>(is_interrupted());
  return answer;
}

bool EngineClient::is_interrupted() {
  interrupted_ = interrupted_ || platform::is_readable(interrupt_fd_);
  return interrupted_;
}

base::Result<int> EngineClient::wait_for_status(platform::HttpStreams::StreamId id, base::Duration within) {
  constexpr base::Duration kStep = std::chrono::seconds(1);
  const platform::SystemClock clock;
  for (const base::SteadyTime deadline = clock.now() + within;; streams_->pump(kStep, interrupted_ ? -1 : interrupt_fd_)) {
    const platform::HttpStreamState now = streams_->state(id);
    if (now.status) return *now.status;
    if (now.finished) return base::failure(now.error.value_or(base::Error{"the exchange ended before it was answered", ""}));
    if (is_interrupted()) return base::failure("interrupted");
    if (clock.now() >= deadline)
      return base::failure("no answer within " + std::to_string(std::chrono::ceil<std::chrono::seconds>(within).count()) +
                           " s");
  }
}

platform::HttpRequest EngineClient::endless_request(const std::string& method, const std::string& path) const {
  platform::HttpRequest request;
  request.method = method;
  request.url = address_.base_url + (engine_.api_version.empty() ? "" : "/v" + engine_.api_version) + path;
  request.unix_socket = address_.unix_socket;
  request.ca_file = address_.tls.ca;
  request.client_cert_file = address_.tls.cert;
  request.client_key_file = address_.tls.key;
  request.timeout = {};
  return request;
}

}  // namespace gpubench::workload
