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

bool is_secret(std::string_view entry) {
  constexpr std::array<std::string_view, 2> secrets{"IRIS_GPUBENCH_VICTORIA_PASSWORD=", "MEERKAT_PASSWORD="};
  return std::any_of(secrets.begin(), secrets.end(),
                     [&](std::string_view name) { return entry.substr(0, name.size()) == name; });
}

}  // namespace

Environment read_environment() {
  Environment environment;
  environment.docker_host = variable("DOCKER_HOST");
  environment.carbon_url = variable("IRIS_GPUBENCH_CARBON_URL");
  environment.ca_file = variable("IRIS_GPUBENCH_CA_FILE", "SSL_CERT_FILE", "CURL_CA_BUNDLE");
  environment.nvml_library = variable("IRIS_GPUBENCH_NVML");
  environment.victoria_url = variable("IRIS_GPUBENCH_VICTORIA_URL", "MEERKAT_URL");
  environment.victoria_user = variable("IRIS_GPUBENCH_VICTORIA_USERNAME", "MEERKAT_USERNAME");
  environment.victoria_password = variable("IRIS_GPUBENCH_VICTORIA_PASSWORD", "MEERKAT_PASSWORD");
  const std::string term = variable("TERM");
  environment.dumb_terminal = term.empty() || term == "dumb";
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!is_secret(*entry)) environment.all.emplace_back(*entry);
  return environment;
}

}  // namespace gpubench::app
