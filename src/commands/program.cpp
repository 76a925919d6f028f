#include "commands/program.h"

#include <algorithm>
#include <iostream>

#include "cli/complain.h"
#include "cli/exit_codes.h"
#include "commands/completion.h"
#include "commands/find_command.h"

namespace gpubench::commands {

namespace {

bool says_what_to_run(const cli::OptionTable& table) {
  return std::any_of(table.presets.begin(), table.presets.end(),
                     [](const cli::Preset& preset) { return preset.option.starts_with("--benchmark_"); });
}

// "help list ..." is "list --help ...": what follows "--" would be run.
void ask_for_help(std::vector<std::string>& words) {
  words.erase(words.begin());
  const bool names_a_command = !words.empty() && !words.front().starts_with("-");
  words.insert(words.begin() + (names_a_command ? 1 : 0), "--help");
}

int run_words(const std::vector<std::string>& words) {
  if (!words.empty() && words.front() == kCompletionWord) return complete({words.begin() + 1, words.end()});
  std::vector<std::string> rest = words;
  if (!rest.empty() && rest.front() == kHelpWord) ask_for_help(rest);
  const auto command = take_command(rest);
  if (!command) return cli::complain(command.error(), cli::kUsageError);
  Command::Use use = open_command(*command);
  const auto presets = add_presets(*command, use.options);
  if (words.empty() && presets && !says_what_to_run(use.options)) {
    std::cerr << cli::help_text(use.options);
    return cli::kUsageError;
  }
  const auto parsed = cli::parse(use.options, rest);
  if (!parsed) return cli::complain(parsed.error(), cli::kUsageError);
  if (!parsed->text.empty()) {
    std::cout << parsed->text;
    return 0;
  }
  if (!presets) return cli::complain(presets.error(), cli::kUsageError);
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
