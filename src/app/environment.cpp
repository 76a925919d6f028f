#include "app/environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

namespace gpubench::app {
namespace {

// The first of the variables that is set and not empty, or "".
template <class... Names>
std::string variable(Names... names) {
  for (const char* name : {names...}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

// By the XDG base directory specification: a relative path counts as none.
std::string cache_folder() {
  const std::string xdg = variable("XDG_CACHE_HOME");
  if (!xdg.empty() && xdg.front() == '/') return xdg + "/iris-gpubench";
  const std::string home = variable("HOME");
  return !home.empty() && home.front() == '/' ? home + "/.cache/iris-gpubench" : std::string();
}

bool names_utf8(const std::string& locale) {
  std::string lower;
  for (const char c : locale) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
}

// https://no-color.org: any value that is not empty means none.
int terminal_colours(const std::string& term) {
  if (!variable("NO_COLOR").empty()) return 0;
  constexpr int kMany = 256;
  constexpr int kFew = 8;
  const bool many = term.find("256color") != std::string::npos || term.find("direct") != std::string::npos ||
                    !variable("COLORTERM").empty();
  return many ? kMany : kFew;
}

bool is_secret(std::string_view entry) {
  constexpr std::array<std::string_view, 5> secrets{
      "IRIS_GPUBENCH_VICTORIA_PASSWORD=", "IRIS_GPUBENCH_VICTORIA_TOKEN=", "MEERKAT_PASSWORD=",
      "IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN=", "IRIS_GPUBENCH_WATTTIME_PASSWORD="};
  return std::any_of(secrets.begin(), secrets.end(),
                     [&](std::string_view name) { return entry.substr(0, name.size()) == name; });
}

workload::EngineHints engine_hints() {
  workload::EngineHints hints;
  hints.host = variable("DOCKER_HOST");
  hints.context = variable("DOCKER_CONTEXT");
  hints.tls_verify = variable("DOCKER_TLS_VERIFY");
  hints.cert_path = variable("DOCKER_CERT_PATH");
  hints.config_folder = variable("DOCKER_CONFIG");
  const std::string home = variable("HOME");
  if (hints.config_folder.empty() && !home.empty()) hints.config_folder = home + "/.docker";
  hints.runtime_dir = variable("XDG_RUNTIME_DIR");
  return hints;
}

}  // namespace

Environment read_environment() {
  Environment environment;
  environment.engine = engine_hints();
  environment.carbon_url = variable("IRIS_GPUBENCH_CARBON_URL");
  environment.cache_folder = cache_folder();
  environment.electricity_maps_url = variable("IRIS_GPUBENCH_ELECTRICITY_MAPS_URL");
  environment.electricity_maps_token = variable("IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN");
  environment.electricity_maps_token_file = variable("IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN_FILE");
  environment.watttime_url = variable("IRIS_GPUBENCH_WATTTIME_URL");
  environment.watttime_user = variable("IRIS_GPUBENCH_WATTTIME_USERNAME");
  environment.watttime_password = variable("IRIS_GPUBENCH_WATTTIME_PASSWORD");
  environment.watttime_password_file = variable("IRIS_GPUBENCH_WATTTIME_PASSWORD_FILE");
  environment.ca_file = variable("IRIS_GPUBENCH_CA_FILE", "SSL_CERT_FILE", "CURL_CA_BUNDLE");
  environment.nvml_library = variable("IRIS_GPUBENCH_NVML");
  environment.victoria_url = variable("IRIS_GPUBENCH_VICTORIA_URL", "MEERKAT_URL");
  environment.victoria_user = variable("IRIS_GPUBENCH_VICTORIA_USERNAME", "MEERKAT_USERNAME");
  environment.victoria_password = variable("IRIS_GPUBENCH_VICTORIA_PASSWORD", "MEERKAT_PASSWORD");
  environment.victoria_password_file = variable("IRIS_GPUBENCH_VICTORIA_PASSWORD_FILE");
  environment.victoria_token = variable("IRIS_GPUBENCH_VICTORIA_TOKEN");
  environment.victoria_token_file = variable("IRIS_GPUBENCH_VICTORIA_TOKEN_FILE");
  environment.victoria_ca_file = variable("IRIS_GPUBENCH_VICTORIA_CA_FILE");
  environment.victoria_client_cert = variable("IRIS_GPUBENCH_VICTORIA_CLIENT_CERT");
  environment.victoria_client_key = variable("IRIS_GPUBENCH_VICTORIA_CLIENT_KEY");
  const std::string term = variable("TERM");
  environment.dumb_terminal = term.empty() || term == "dumb";
  environment.utf8 = names_utf8(variable("LC_ALL", "LC_CTYPE", "LANG"));
  environment.colours = terminal_colours(term);
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!is_secret(*entry)) environment.all.emplace_back(*entry);
  return environment;
}

}  // namespace gpubench::app
