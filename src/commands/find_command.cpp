#include "commands/find_command.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/version.h"
#include "cli/names.h"
#include "cli/presets.h"
#include "commands/table.h"

namespace gpubench::commands {
namespace {

constexpr const char* kProgram = "iris-gpubench";

struct OtherWord {
  std::string_view word;  // what other programs call it
  std::string_view remedy;
};

constexpr std::string_view kRemoveRun =
    "a run is a folder: remove it with rm -r; clean removes containers that killed runs have left";
constexpr std::array<OtherWord, 6> kOtherWords{{{"remove", kRemoveRun},
                                                {"delete", kRemoveRun},
                                                {"rm", kRemoveRun},
                                                {"ls", "did you mean list?"},
                                                {"diff", "did you mean compare?"},
                                                {"stop", "Ctrl-C stops a run, and so does kill with its process id"}}};

base::Result<Command> named_command(const std::vector<std::string>& words) {
  const std::string& typed = words.front();
  const std::vector<Command> commands = all_commands();
  std::vector<std::string> names;
  for (const Command& command : commands)
    if (is_listed(command) || typed == command.name) names.emplace_back(command.name);
  for (const OtherWord& other : kOtherWords)
    if (typed == other.word) return base::failure("unknown command \"" + typed + "\"", std::string(other.remedy));
  const std::string hint = "; a benchmark is given by --benchmark-image NAME, or as a command after --: iris-gpubench -- " +
                           base::joined(words, " ");
  const auto name = cli::find_name(typed, names, {"command", "", kProgram, hint});
  if (!name) return base::failure(name.error());
  return *std::find_if(commands.begin(), commands.end(), [&](const Command& command) { return command.name == *name; });
}

bool has_option(const cli::OptionTable& table, const std::string& name) {
  const auto options = cli::options_of(table);
  return std::any_of(options.begin(), options.end(), [&](const cli::Option* option) { return option->name == name; });
}

}  // namespace

base::Result<void> add_presets(const Command& command, cli::OptionTable& table) {
  const bool measures = command.name.empty() || command.name == "attach";
  auto presets = cli::read_presets(open_command(run_command()).options);
  if (!presets) return base::failure(presets.error());
  for (cli::Preset& preset : *presets)
    if ((measures && has_option(table, preset.option)) || preset.option == "--results_dir")
      table.presets.push_back(std::move(preset));
  return {};
}

base::Result<Command> take_command(std::vector<std::string>& words) {
  if (words.empty() || words.front().starts_with("-")) return run_command();
  auto command = named_command(words);
  if (command) words.erase(words.begin());
  return command;
}

Command::Use open_command(const Command& command) {
  Command::Use use = command.use();
  use.options.program = kProgram;
  use.options.introduction = command.help;
  if (!command.name.empty()) {
    use.options.program += " " + std::string(command.name);
    return use;
  }
  use.options.version = std::string(kProgram) + " " + base::kVersion;
  for (const Command& other : all_commands())
    if (is_listed(other)) use.options.commands.emplace_back(other.name, other.help);
  return use;
}

}  // namespace gpubench::commands
