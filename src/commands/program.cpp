#include "commands/program.h"

#include <algorithm>
#include <iostream>

#include "app/run.h"
#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "cli/names.h"
#include "commands/table.h"

namespace gpubench::commands {
namespace {

using Words = std::vector<std::string>;

bool begins_with_a_command(const Words& words) {
  return !words.empty() && !words.front().starts_with("-");
}

base::Result<Command> find_command(const std::string& typed) {
  Words names{"check-image"};
  for (const Command& command : all_commands()) names.emplace_back(command.name);
  const auto name = cli::find_name(typed, names, {"command", "", "iris-gpubench"});
  if (!name) return base::failure(name.error());
  for (Command& command : all_commands())
    if (command.name == *name) return std::move(command);
  return Command{};
}

int run_command(const Command& command, const Words& words) {
  Command::Use use = command.use();
  use.options.program = "iris-gpubench " + std::string(command.name);
  use.options.introduction = command.help;
  const auto parsed = cli::parse(use.options, words);
  if (!parsed) return cli::complain(parsed.error(), cli::kUsageError);
  if (!parsed->text.empty()) {
    std::cout << parsed->text;
    return 0;
  }
  const cli::Environment environment = cli::read_environment();
  return use.run({environment, *parsed});
}

}  // namespace

int run_program(const Words& words) {
  if (!begins_with_a_command(words)) return app::run_program(words);
  const auto command = find_command(words.front());
  if (!command) return cli::complain(command.error(), cli::kUsageError);
  if (!command->use) return app::run_program(words);
  return run_command(*command, {words.begin() + 1, words.end()});
}

}  // namespace gpubench::commands
