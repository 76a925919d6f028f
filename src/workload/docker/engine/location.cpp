#include "workload/docker/engine/location.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "base/json.h"
#include "platform/regular_file.h"
#include "workload/docker/engine/json.h"

namespace gpubench::workload {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kLargestFile = std::uintmax_t{1} << 20;

// Null if it cannot be read.
json json_file(const fs::path& path) {
  const auto content = platform::read_named_file(path, kLargestFile);
  return content ? base::parse_json(*content) : json();
}

TlsFiles tls_in(const fs::path& folder) {
  return {(folder / "ca.pem").string(), (folder / "cert.pem").string(), (folder / "key.pem").string()};
}

bool is_tcp(const std::string& host) {
  return host.starts_with("tcp://");
}

base::Result<EngineLocation> with_tls(EngineLocation location, const EngineHints& hints) {
  if (hints.tls_verify.empty() || !is_tcp(location.host)) return location;
  location.tls = tls_in(hints.cert_path.empty() ? hints.config_folder : hints.cert_path);
  std::error_code error;
  for (const std::string& file : {location.tls.ca, location.tls.cert, location.tls.key})
    if (!fs::is_regular_file(file, error))
      return base::failure("DOCKER_TLS_VERIFY is set, but there is no " + file,
                           "set DOCKER_CERT_PATH to the folder with ca.pem, cert.pem and key.pem");
  return location;
}

// The folder's name is a hash of the context's; reading the few there are spares computing it.
base::Result<EngineLocation> context_named(const std::string& name, const fs::path& config_folder) {
  std::error_code error;
  const fs::path contexts = config_folder / "contexts";
  for (fs::directory_iterator entry(contexts / "meta", error), end; !error && entry != end; entry.increment(error)) {
    const json meta = json_file(entry->path() / "meta.json");
    if (text(meta, "Name") != name) continue;
    const json& endpoint = member(member(meta, "Endpoints"), "docker");
    EngineLocation location{text(endpoint, "Host"), {}};
    const fs::path tls = contexts / "tls" / entry->path().filename() / "docker";
    if (is_tcp(location.host) && fs::is_regular_file(tls / "ca.pem", error)) location.tls = tls_in(tls);
    const json& unverified = member(endpoint, "SkipTLSVerify");
    if (unverified.is_boolean() && unverified.get<bool>() && is_tcp(location.host))
      return base::failure("the Docker context \"" + name + "\" does not verify the engine",
                           "give it the engine's certificates: docker context update");
    return location;
  }
  return base::failure("there is no Docker context \"" + name + "\"",
                       "see docker context ls, and correct DOCKER_CONTEXT or the configuration's currentContext");
}

bool is_socket(const std::string& root, const std::string& path) {
  std::error_code error;
  return !path.empty() && fs::is_socket(fs::path(root) / fs::path(path).relative_path(), error);
}

}  // namespace

base::Result<EngineLocation> locate_engine(const EngineHints& hints, const std::string& root) {
  if (!hints.host.empty()) return with_tls({hints.host, {}}, hints);
  std::string context = hints.context;
  if (context.empty()) context = text(json_file(fs::path(hints.config_folder) / "config.json"), "currentContext");
  if (!context.empty() && context != "default") return context_named(context, hints.config_folder);
  if (is_socket(root, "/var/run/docker.sock")) return EngineLocation{};
  std::string rootless_docker;
  std::string rootless_podman;
  if (!hints.runtime_dir.empty()) {
    rootless_docker = hints.runtime_dir + "/docker.sock";
    rootless_podman = hints.runtime_dir + "/podman/podman.sock";
  }
  for (const std::string& path : {rootless_docker, rootless_podman, std::string("/run/podman/podman.sock")})
    if (is_socket(root, path)) return EngineLocation{"unix://" + path, {}};
  return EngineLocation{};
}

}  // namespace gpubench::workload
