#include "cli/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "platform/child_process.h"

namespace gpubench::cli {
namespace {

// The first of the variables that is set and not empty, or "".
std::string variable(const std::vector<const char*>& names) {
  for (const char* name : names) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

// By the XDG base directory specification: a relative path counts as none.
std::string cache_folder() {
  const std::string xdg = variable({"XDG_CACHE_HOME"});
  if (!xdg.empty() && xdg.front() == '/') return xdg + "/iris-gpubench";
  const std::string home = variable({"HOME"});
  return !home.empty() && home.front() == '/' ? home + "/.cache/iris-gpubench" : std::string();
}

bool names_utf8(const std::string& locale) {
  std::string lower;
  for (const char c : locale) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
}

// https://no-color.org: any value that is not empty means none.
int terminal_colours(const std::string& term) {
  if (!variable({"NO_COLOR"}).empty()) return 0;
  constexpr int kMany = 256;
  constexpr int kFew = 8;
  const bool many = term.find("256color") != std::string::npos || term.find("direct") != std::string::npos ||
                    !variable({"COLORTERM"}).empty();
  return many ? kMany : kFew;
}

std::string config_folder() {
  const std::string home = variable({"HOME"});
  return home.empty() ? std::string() : home + "/.docker";
}

// "NAME=value" of the user, without secrets.
std::vector<std::string> public_variables(const std::vector<Variable>& table) {
  std::vector<std::string> entries;
  const auto is_secret = [&](std::string_view name) {
    return std::any_of(table.begin(), table.end(), [&](const Variable& known) {
      return known.secret && std::find(known.names.begin(), known.names.end(), name) != known.names.end();
    });
  };
  for (const std::string_view text : platform::users_environment()) {
    if (!is_secret(text.substr(0, text.find('=')))) entries.emplace_back(text);
  }
  return entries;
}

}  // namespace

std::vector<Variable> variables(Environment& to) {
  constexpr bool kSecret = true;
  workload::EngineHints& engine = to.engine;
  carbon::Services& carbon = to.carbon;
  exporting::Server& database = to.metrics_database;
  return {
      {{"DOCKER_HOST"}, "Container engine: unix://, tcp:// or ssh://", &engine.host},
      {{"DOCKER_CONTEXT"}, "Context of the container engine", &engine.context},
      {{"DOCKER_TLS_VERIFY"}, "If not empty: use TLS to the container engine", &engine.tls_verify},
      {{"DOCKER_CERT_PATH"}, "Folder with the certificates for it", &engine.cert_path},
      {{"DOCKER_CONFIG"}, "", &engine.config_folder},
      {{"XDG_RUNTIME_DIR"}, "", &engine.runtime_dir},
      {{"IRIS_GPUBENCH_VICTORIA_URL", "MEERKAT_URL"}, "Metrics database of --export-to-victoria", &database.url},
      {{"IRIS_GPUBENCH_VICTORIA_USERNAME", "MEERKAT_USERNAME"}, "Its user", &database.user},
      {{"IRIS_GPUBENCH_VICTORIA_PASSWORD", "MEERKAT_PASSWORD"}, "Its password", &database.password.value, kSecret},
      {{"IRIS_GPUBENCH_VICTORIA_PASSWORD_FILE"}, "File with the password", &database.password.file},
      {{"IRIS_GPUBENCH_VICTORIA_TOKEN"}, "Token instead of user and password", &database.token.value, kSecret},
      {{"IRIS_GPUBENCH_VICTORIA_TOKEN_FILE"}, "File with the token", &database.token.file},
      {{"IRIS_GPUBENCH_VICTORIA_CA_FILE"}, "Certificate authorities for https", &database.ca_file},
      {{"IRIS_GPUBENCH_VICTORIA_CLIENT_CERT"}, "Client certificate for https", &database.client_cert_file},
      {{"IRIS_GPUBENCH_VICTORIA_CLIENT_KEY"}, "Key of the client certificate", &database.client_key_file},
      {{"IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN"},
       "Token for --carbon-source electricity_maps",
       &carbon.electricity_maps_token.value,
       kSecret},
      {{"IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN_FILE"}, "File with the token", &carbon.electricity_maps_token.file},
      {{"IRIS_GPUBENCH_WATTTIME_USERNAME"}, "User for --carbon-source watttime", &carbon.watttime_user},
      {{"IRIS_GPUBENCH_WATTTIME_PASSWORD"}, "Its password", &carbon.watttime_password.value, kSecret},
      {{"IRIS_GPUBENCH_WATTTIME_PASSWORD_FILE"}, "File with the password", &carbon.watttime_password.file},
      {{"IRIS_GPUBENCH_CA_FILE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"}, "Certificate authorities for all https", &to.ca_file},
      {{"IRIS_GPUBENCH_ARCHIVE_CA_FILE"}, "", &to.archive_ca_file},
      {{"IRIS_GPUBENCH_CARBON_URL"}, "", &carbon.grid_gb_url},
      {{"IRIS_GPUBENCH_ELECTRICITY_MAPS_URL"}, "", &carbon.electricity_maps_url},
      {{"IRIS_GPUBENCH_WATTTIME_URL"}, "", &carbon.watttime_url},
      {{"IRIS_GPUBENCH_NVML"}, "", &to.nvml_library},
  };
}

Environment read_environment() {
  Environment environment;
  const std::vector<Variable> table = variables(environment);
  for (const Variable& known : table) *known.field = variable(known.names);
  if (environment.engine.config_folder.empty()) environment.engine.config_folder = config_folder();
  environment.metrics_database.password.variable = "IRIS_GPUBENCH_VICTORIA_PASSWORD";
  environment.metrics_database.token.variable = "IRIS_GPUBENCH_VICTORIA_TOKEN";
  environment.carbon.electricity_maps_token.variable = "IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN";
  environment.carbon.watttime_password.variable = "IRIS_GPUBENCH_WATTTIME_PASSWORD";
  if (environment.ca_file.empty()) environment.ca_file = environment.archive_ca_file;
  environment.carbon.ca_file = environment.ca_file;
  environment.carbon.cache_folder = cache_folder();
  const std::string term = variable({"TERM"});
  environment.dumb_terminal = term.empty() || term == "dumb";
  environment.utf8 = names_utf8(variable({"LC_ALL", "LC_CTYPE", "LANG"}));
  environment.colours = terminal_colours(term);
  environment.all = public_variables(table);
  return environment;
}

std::string environment_help() {
  Environment none;
  std::string text = "Environment:\n";
  for (const Variable& known : variables(none)) {
    if (known.meaning.empty()) continue;
    std::string others;
    for (std::size_t i = 1; i < known.names.size(); ++i) base::add_item(others, known.names[i], ", ");
    text += fmt::format("  {:<42}{}{}\n", known.names.front(), known.meaning, others.empty() ? "" : " (or " + others + ")");
  }
  return text;
}

}  // namespace gpubench::cli
