// What the process was given from outside: the only place that reads environment variables.
#pragma once

#include <string>
#include <vector>

#include "workload/engine_hints.h"

namespace gpubench::app {

struct Environment {
  workload::EngineHints engine;        // DOCKER_HOST, DOCKER_CONTEXT, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH, DOCKER_CONFIG ...
  std::string carbon_url;              // IRIS_GPUBENCH_CARBON_URL: another Carbon Intensity service, for tests
  std::string cache_folder;            // XDG_CACHE_HOME or ~/.cache, and our name; empty: there is no place for a cache
  std::string electricity_maps_url;    // IRIS_GPUBENCH_ELECTRICITY_MAPS_URL: another service, for tests
  std::string electricity_maps_token;  // IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN
  std::string electricity_maps_token_file;  // IRIS_GPUBENCH_ELECTRICITY_MAPS_TOKEN_FILE
  std::string watttime_url;                 // IRIS_GPUBENCH_WATTTIME_URL: another service, for tests
  std::string watttime_user;                // IRIS_GPUBENCH_WATTTIME_USERNAME
  std::string watttime_password;            // IRIS_GPUBENCH_WATTTIME_PASSWORD
  std::string watttime_password_file;       // IRIS_GPUBENCH_WATTTIME_PASSWORD_FILE
  std::string ca_file;        // IRIS_GPUBENCH_CA_FILE, SSL_CERT_FILE or CURL_CA_BUNDLE: certificate authorities for HTTPS
  std::string nvml_library;   // IRIS_GPUBENCH_NVML: path of another NVML library, for tests
  std::string victoria_url;   // IRIS_GPUBENCH_VICTORIA_URL or MEERKAT_URL
  std::string victoria_user;  // IRIS_GPUBENCH_VICTORIA_USERNAME or MEERKAT_USERNAME
  std::string victoria_password;       // IRIS_GPUBENCH_VICTORIA_PASSWORD or MEERKAT_PASSWORD
  std::string victoria_password_file;  // IRIS_GPUBENCH_VICTORIA_PASSWORD_FILE: its first line
  std::string victoria_token;          // IRIS_GPUBENCH_VICTORIA_TOKEN: a bearer token instead of user and password
  std::string victoria_token_file;     // IRIS_GPUBENCH_VICTORIA_TOKEN_FILE
  std::string victoria_ca_file;        // IRIS_GPUBENCH_VICTORIA_CA_FILE, else ca_file
  std::string victoria_client_cert;    // IRIS_GPUBENCH_VICTORIA_CLIENT_CERT, with its key
  std::string victoria_client_key;     // IRIS_GPUBENCH_VICTORIA_CLIENT_KEY
  bool dumb_terminal = false;          // TERM is "dumb" or missing
  bool utf8 = false;                   // LC_ALL, LC_CTYPE or LANG names UTF-8
  int colours = 8;                     // 256 by TERM or COLORTERM, 0 by NO_COLOR
  std::vector<std::string> all;        // "NAME=value", handed on to a plain command (without the secrets above)
};

Environment read_environment();

}  // namespace gpubench::app
