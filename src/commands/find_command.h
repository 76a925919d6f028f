// From the words of a command line to the command that is meant.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "commands/command.h"

namespace gpubench::commands {

// The command of a line; its own word, if it has one, is taken from `words`. An error suggests what was probably meant.
base::Result<Command> take_command(std::vector<std::string>& words);

// Gives the table the presets of the environment and the configuration files: a run's options for what measures, of other
// commands --results-dir. An error says what is wrong in a file.
base::Result<void> add_presets(const Command& command, cli::OptionTable& table);

// A use of it, with what the table of commands adds to its options.
Command::Use open_command(const Command& command);

}  // namespace gpubench::commands
