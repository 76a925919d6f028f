// Where samples are sent and with which login, checked before anything is sent.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace gpubench::exporting {

struct Destination {
  std::string url;       // of the server, e.g. "https://metrics.example.org:8428"; an endpoint at its end is understood
  std::string user;      // with a password; both empty: no basic authentication
  std::string password;  // never shown
  std::string bearer;    // a token instead of user and password; never shown
  std::string ca_file;   // own CA; empty: the system's
  std::string client_cert_file;  // shown to the server; empty: none
  std::string client_key_file;
};

// Asked again whenever the server refused the login: a file may have been corrected.
using DestinationSource = std::function<base::Result<Destination>()>;

// Refuses what would send a secret unencrypted, and addresses that contain one.
base::Result<void> check(const Destination& destination);

}  // namespace gpubench::exporting
