// The sub-command "check-image".
#pragma once

#include "app/environment.h"
#include "app/options.h"

namespace gpubench::app {

// Runs the image to its end, without measuring, and says what is right: it starts, it has its GPUs, it ends with 0, it
// leaves a score. Returns the exit code: 0 if all does, 1 if something does not.
int check_image(const Options& options, const Environment& environment);

}  // namespace gpubench::app
