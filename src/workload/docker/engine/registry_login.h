// The login that Docker's own client would use for an image's registry.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gpubench::workload {

// The registry as Docker's configuration names it: "ghcr.io", "host:5000", "https://index.docker.io/v1/".
std::string registry_of(const std::string& image);

// The header X-Registry-Auth for a pull of `image`, by config.json in `config_folder`: from the program
// docker-credential-NAME that it names for the registry (credHelpers, credsStore), else from "auths". Empty: there is no
// login, the registry may do without. It is a secret: only for the engine, in no log, in no message. An error says what
// could not be asked. `interrupt_fd`: readable, the program is no longer waited for.
base::Result<std::string> registry_login(const std::string& image, const std::string& config_folder, int interrupt_fd = -1);

std::string base64_url(std::string_view bytes);
// Both alphabets; stops at the first other character.
std::string from_base64(std::string_view text);

}  // namespace gpubench::workload
