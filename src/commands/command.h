// What a command is: a word, a line about it, its options and what it does.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "cli/environment.h"
#include "cli/option_table.h"
#include "cli/parse.h"

namespace gpubench::commands {

// What a command is given beside the values of its options.
struct Context {
  const cli::Environment& environment;
  const cli::Parsed& line;
};

struct Command {
  std::string_view name;  // "" of the run, which needs no word
  std::string_view help;  // "" of one that the program itself uses: nothing lists it

  // One use of it: options bound to values of its own, and what runs it with these. Returns the exit code.
  struct Use {
    cli::OptionTable options;
    std::function<int(const Context&)> run;
  };
  std::function<Use()> use;
};

inline bool is_listed(const Command& command) {
  return !command.name.empty() && !command.help.empty();
}

// A command whose options fill a Spec.
template <class Spec>
Command make_command(std::string_view name, std::string_view help, cli::OptionTable (*describe)(Spec&),
                     int (*run)(const Spec&, const Context&)) {
  return {name, help, [describe, run] {
            const auto spec = std::make_shared<Spec>();
            return Command::Use{describe(*spec), [spec, run](const Context& context) { return run(*spec, context); }};
          }};
}

}  // namespace gpubench::commands
