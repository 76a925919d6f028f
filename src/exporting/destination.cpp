#include "exporting/destination.h"

#include <algorithm>
#include <string_view>

#include "platform/listen_address.h"

namespace gpubench::exporting {
namespace {

constexpr auto kSecretsRemedy =
    "give them in IRIS_GPUBENCH_VICTORIA_USERNAME and IRIS_GPUBENCH_VICTORIA_PASSWORD, or the password in a file that "
    "IRIS_GPUBENCH_VICTORIA_PASSWORD_FILE names (MEERKAT_USERNAME and MEERKAT_PASSWORD work too)";

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) { return letter > ' ' && letter <= '~'; });
}

// "host" or "[::1]", without the port.
std::string_view host_of(std::string_view authority) {
  if (!authority.empty() && authority.front() == '[') return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

base::Result<void> check_identity(const Destination& destination) {
  if (destination.user.empty() != destination.password.empty()) {
    return base::failure(destination.user.empty() ? "the metrics database has a password but no user"
                                                  : "the metrics database has a user but no password",
                         kSecretsRemedy);
  }
  if (!destination.user.empty() && !destination.bearer.empty()) {
    return base::failure("the metrics database has both a password and a token", "set only one of them");
  }
  if (!is_plain(destination.bearer)) return base::failure("the token for the metrics database contains blanks or line ends");
  if (destination.client_cert_file.empty() != destination.client_key_file.empty())
    return base::failure("a client certificate for the metrics database needs its key, and the key its certificate",
                         "set both IRIS_GPUBENCH_VICTORIA_CLIENT_CERT and IRIS_GPUBENCH_VICTORIA_CLIENT_KEY");
  return {};
}

}  // namespace

base::Result<void> check(const Destination& destination) {
  constexpr auto remedy =
      "set IRIS_GPUBENCH_VICTORIA_URL (or MEERKAT_URL) to the server, for example https://metrics.example.org:8428";
  const std::string_view url = destination.url;
  if (url.empty()) return base::failure("no address of a metrics database to export to", remedy);
  const bool encrypted = url.substr(0, 8) == "https://";
  if (!encrypted && url.substr(0, 7) != "http://") {
    return base::failure("the metrics database's address begins with neither https:// nor http://", remedy);
  }
  const std::string_view rest = url.substr(encrypted ? 8 : 7);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  // Whatever is left of an @ may be a password: the address is not repeated in the message.
  if (rest.find('@') != std::string_view::npos) {
    return base::failure("the metrics database's address contains a user or a password", kSecretsRemedy);
  }
  if (host_of(authority).empty() || !is_plain(url) || url.find_first_of("?#\\") != std::string_view::npos) {
    return base::failure("the metrics database's address is not of the form https://host:port/path", remedy);
  }
  if (const auto identity = check_identity(destination); !identity) return base::failure(identity.error());
  const bool has_secret = !destination.password.empty() || !destination.bearer.empty();
  if (has_secret && !encrypted && !platform::is_loopback(host_of(authority))) {
    return base::failure("will not send a password over unencrypted http to " + std::string(host_of(authority)),
                         "use an https:// address, or a tunnel to http://localhost");
  }
  return {};
}

}  // namespace gpubench::exporting
