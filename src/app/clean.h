// The sub-command "clean".
#pragma once

#include "app/environment.h"

namespace gpubench::app {

// Removes the containers of runs that are dead; with `all` also those of which that cannot be told. Never one whose run is
// alive. Returns the exit code.
int clean_containers(const Environment& environment, bool all);

}  // namespace gpubench::app
