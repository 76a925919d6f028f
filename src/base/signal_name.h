// The names of the signals that end a run.
#pragma once

#include <string>

namespace gpubench::base {

// "SIGINT"; one that nothing here waits for by its number.
std::string signal_name(int signal);

}  // namespace gpubench::base
