// What the process was given from outside.
#pragma once

#include "cli/environment.h"

namespace gpubench::app {

using cli::Environment;
using cli::read_environment;

}  // namespace gpubench::app
