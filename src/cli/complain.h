// How an error is shown to the user.
#pragma once

#include "base/result.h"

namespace gpubench::cli {

// Says on standard error what is wrong and what can be done; returns `exit_code`.
int complain(const base::Error& error, int exit_code);

}  // namespace gpubench::cli
