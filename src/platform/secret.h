// The one way in which passwords and tokens are read.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace gpubench::platform {

// The secret without white space at its end; "" if it is not set. A file is read each time. An error: the file cannot be
// read, or what is there cannot be a secret: it is empty, too long, or would break a header of HTTP.
base::Result<std::string> read_secret(const base::Secret& secret);

}  // namespace gpubench::platform
