#include "app/command_words.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "app/run.h"

namespace gpubench::app {

int complain(const base::Error& error, int exit_code) {
  std::cerr << "iris-gpubench: " << error.message << "\n";
  if (!error.remedy.empty()) std::cerr << "  " << error.remedy << "\n";
  return exit_code;
}

std::optional<int> parse_words(CLI::App& app, std::vector<std::string> arguments) {
  for (std::string& argument : arguments) {
    if (!argument.starts_with("--")) continue;
    const std::size_t end = std::min(argument.find('='), argument.size());
    std::replace(argument.begin() + 2, argument.begin() + static_cast<std::ptrdiff_t>(end), '-', '_');
  }
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes a vector last first
  try {
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return 0;
  } catch (const CLI::ParseError& error) {
    return complain({error.what(), "see " + app.get_name() + " --help"}, kUsageError);
  }
  return std::nullopt;
}

}  // namespace gpubench::app
