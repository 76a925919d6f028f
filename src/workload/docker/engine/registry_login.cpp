#include "workload/docker/engine/registry_login.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "platform/child_process.h"
#include "platform/regular_file.h"
#include "workload/docker/engine/json.h"

namespace gpubench::workload {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kDockerHub = "https://index.docker.io/v1/";
constexpr std::uintmax_t kLargestConfig = std::uintmax_t{1} << 20;
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kTokenUser = "<token>";  // by which a helper says that its secret is an identity token

struct Login {
  std::string user;
  std::string password;
  std::string identity_token;  // in place of both
  [[nodiscard]] bool any() const { return !user.empty() || !identity_token.empty(); }
};

json read_config(const std::string& folder) {
  if (folder.empty()) return {};
  const auto content = platform::read_named_file(fs::path(folder) / "config.json", kLargestConfig);
  return content ? base::parse_json(*content) : json();
}

// "https://host/v1/" -> "host"
std::string host_of(std::string key) {
  for (const std::string_view scheme : {"https://", "http://"})
    if (key.starts_with(scheme)) key.erase(0, scheme.size());
  return key.substr(0, key.find('/'));
}

Login login_in(const json& entry) {
  Login login;
  const std::string both = from_base64(text(entry, "auth"));
  const std::size_t colon = both.find(':');
  login.user = colon == std::string::npos ? text(entry, "username") : both.substr(0, colon);
  login.password = colon == std::string::npos ? text(entry, "password") : both.substr(colon + 1);
  while (!login.password.empty() && login.password.back() == '\0') login.password.pop_back();  // old clients pad with it
  login.identity_token = text(entry, "identitytoken");
  return login;
}

// The entry of this name, else of another spelling of the same host.
Login login_from_file(const json& auths, const std::string& registry) {
  if (!auths.is_object()) return {};
  if (const auto found = auths.find(registry); found != auths.end()) return login_in(*found);
  for (const auto& [key, entry] : auths.items())
    if (host_of(key) == host_of(registry)) return login_in(entry);
  return {};
}

// The program that is to be asked, without "docker-credential-"; empty: none.
std::string helper_for(const json& config, const std::string& registry) {
  const json helpers = member(config, "credHelpers");
  const std::string own = text(helpers, registry.c_str());
  return own.empty() ? text(config, "credsStore") : own;
}

bool is_plain_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

base::Result<Login> login_from_helper(const std::string& helper, const std::string& registry, int interrupt_fd) {
  const std::string program = "docker-credential-" + helper;
  if (!is_plain_name(helper))
    return base::failure("Docker's configuration does not name a valid credential helper",
                         "correct credsStore or credHelpers in its config.json");
  platform::ChildRequest request;
  request.argv = {program, "get"};
  request.input = registry + "\n";
  request.interrupt_fd = interrupt_fd;
  const auto answer = platform::run_child(request);
  if (!answer)
    return base::failure("cannot get the registry's login from " + program + ": " + answer.error().error.message,
                         "install it, or correct credsStore or credHelpers in Docker's config.json");
  const bool has_none = answer->output.find("credentials not found") != std::string::npos;
  if (has_none) return Login{};
  const json parsed = base::parse_json(answer->output);
  if (answer->exit_code != 0 || !parsed.is_object())
    return base::failure(program + " could not give the login of " + registry, "try it with: docker login");
  Login login{text(parsed, "Username"), text(parsed, "Secret"), {}};
  if (login.user == kTokenUser) login = {{}, {}, login.password};
  return login;
}

}  // namespace

std::string base64_url(std::string_view bytes) {
  std::string result;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8U | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j) result += j <= count ? kAlphabet[group >> (18 - 6 * j) & 63U] : '=';
  }
  return result;
}

std::string from_base64(std::string_view text) {
  std::string result;
  std::uint32_t group = 0;
  int bits = 0;
  for (char c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) break;
    group = group << 6U | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    result += static_cast<char>(group >> static_cast<unsigned>(bits) & 255U);
  }
  return result;
}

std::string registry_of(const std::string& image) {
  const std::size_t slash = image.find('/');
  const std::string first = image.substr(0, slash == std::string::npos ? 0 : slash);
  const bool is_host = first.find_first_of(".:") != std::string::npos || first == "localhost";
  const bool is_hub = first == "docker.io" || first == "index.docker.io";
  return is_host && !is_hub ? first : kDockerHub;
}

base::Result<std::string> registry_login(const std::string& image, const std::string& config_folder, int interrupt_fd) {
  const json config = read_config(config_folder);
  const std::string registry = registry_of(image);
  base::Result<Login> login = Login{};
  if (const std::string helper = helper_for(config, registry); !helper.empty())
    login = login_from_helper(helper, registry, interrupt_fd);
  if (!login) return base::failure(login.error());
  if (!login->any()) login = login_from_file(member(config, "auths"), registry);
  if (!login->any()) return std::string();
  json header = {{"serveraddress", registry}};
  if (login->identity_token.empty()) {
    header["username"] = login->user;
    header["password"] = login->password;
  } else {
    header["identitytoken"] = login->identity_token;
  }
  return base64_url(base::json_text(header));
}

}  // namespace gpubench::workload
