#include "commands/program.h"

#include <iostream>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "commands/completion.h"
#include "commands/find_command.h"

namespace gpubench::commands {

namespace {

int run_words(const std::vector<std::string>& words) {
  if (!words.empty() && words.front() == kCompletionWord) return complete({words.begin() + 1, words.end()});
  std::vector<std::string> rest = words;
  const auto command = take_command(rest);
  if (!command) return cli::complain(command.error(), cli::kUsageError);
  const Command::Use use = open_command(*command);
  const auto parsed = cli::parse(use.options, rest);
  if (!parsed) return cli::complain(parsed.error(), cli::kUsageError);
  if (!parsed->text.empty()) {
    std::cout << parsed->text;
    return 0;
  }
  const cli::Environment environment = cli::read_environment();
  return use.run({environment, *parsed});
}

}  // namespace

int run_program(const std::vector<std::string>& words) {
  const int code = run_words(words);
  std::cout.flush();
  if (std::cout || code != 0) return code;
  return cli::complain({"standard output could not be written", "is its disk full?"}, cli::kCannotRun);
}

}  // namespace gpubench::commands
