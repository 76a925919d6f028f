// What the process was given from outside: the only place that reads environment variables.
#pragma once

#include <string>
#include <vector>

namespace gpubench::app {

struct Environment {
  std::string docker_host;    // DOCKER_HOST
  std::string carbon_url;     // IRIS_GPUBENCH_CARBON_URL: another Carbon Intensity service, for tests
  std::string ca_file;        // IRIS_GPUBENCH_CA_FILE, SSL_CERT_FILE or CURL_CA_BUNDLE: certificate authorities for HTTPS
  std::string nvml_library;   // IRIS_GPUBENCH_NVML: path of another NVML library, for tests
  std::string victoria_url;   // IRIS_GPUBENCH_VICTORIA_URL or MEERKAT_URL
  std::string victoria_user;  // IRIS_GPUBENCH_VICTORIA_USERNAME or MEERKAT_USERNAME
  std::string victoria_password;  // IRIS_GPUBENCH_VICTORIA_PASSWORD or MEERKAT_PASSWORD
  bool dumb_terminal = false;     // TERM is "dumb" or missing
  std::vector<std::string> all;   // "NAME=value", handed on to a plain command (without the secrets above)
};

Environment read_environment();

}  // namespace gpubench::app
