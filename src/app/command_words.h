// What the commands that are words (list, show, recarbon ...) have in common.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
}

namespace gpubench::app {

// Says on standard error what is wrong and what can be done; returns `exit_code`.
int complain(const base::Error& error, int exit_code);

// Reads a word's own arguments, underscores and hyphens the same. An exit status: there is nothing more to do, help or
// complaint has been printed.
std::optional<int> parse_words(CLI::App& app, std::vector<std::string> arguments);

}  // namespace gpubench::app
