#include "commands/completion.h"

#include <filesystem>
#include <iostream>
#include <utility>

#include "cli/parse.h"
#include "cli/saved_run_options.h"
#include "cli/suggest.h"
#include "commands/find_command.h"
#include "commands/table.h"
#include "runs/run_list.h"
#include "sets/saved_set.h"
#include "workload/open.h"

namespace gpubench::commands {
namespace {

void print(const cli::Suggestion& suggestion) {
  std::cout << suggestion.word << (suggestion.meaning.empty() ? "" : "\t" + suggestion.meaning) << "\n";
}

void print_if_begun(const std::string& word, const std::string& begun) {
  if (word.starts_with(begun)) std::cout << word << "\n";
}

// Trouble is no matter here: then nothing is offered.
void print_images(const std::string& begun) {
  const auto images = workload::list_images(cli::read_environment().engine);
  if (!images) return;
  for (const std::string& image : *images) print_if_begun(image, begun);
}

// Where the line's runs are: as it says, or as the user's configuration does.
std::string results_dir_of(const cli::OptionTable& table, const std::vector<std::string>& words) {
  std::string folder = cli::SavedRunName{}.results_dir;
  const cli::Option* const option = cli::find_option(table, "--results_dir");
  if (option == nullptr) return folder;
  for (const cli::Preset& preset : table.presets)
    if (preset.option == option->name && !preset.values.empty()) folder = preset.values.back();
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i].starts_with("-") && cli::find_option(table, words[i]) == option) folder = words[i + 1];
  return folder;
}

void print_runs(const std::string& results_dir, const std::string& begun) {
  print_if_begun("latest", begun);
  std::vector<std::filesystem::path> folders = sets::set_folders(results_dir);
  if (auto runs = runs::run_folders(results_dir)) folders.insert(folders.end(), runs->begin(), runs->end());
  for (const auto& folder : folders) print_if_begun(folder.filename().string(), begun);
}

void print_commands(const std::string& begun) {
  for (const Command& command : all_commands())
    if (is_listed(command) && command.name.starts_with(begun)) print({std::string(command.name), std::string(command.help)});
}

// What the shell looks up itself, by its word.
const char* word_of(cli::Offer offer) {
  switch (offer) {
    case cli::Offer::file:
      return ":file\n";
    case cli::Offer::folder:
      return ":folder\n";
    case cli::Offer::command:
      return ":command\n";
    case cli::Offer::nothing:
    case cli::Offer::image:
    case cli::Offer::run:
      break;
  }
  return "";
}

}  // namespace

int complete(std::vector<std::string> words) {
  if (words.empty()) return 0;
  const std::string begun = std::move(words.back());
  words.pop_back();
  const bool asks_for_help = words == std::vector{std::string(kHelpWord)};
  if (words.empty() || asks_for_help) print_commands(begun);
  if (asks_for_help) return 0;
  const auto command = take_command(words);
  if (!command) return 0;
  Command::Use use = open_command(*command);
  static_cast<void>(add_presets(*command, use.options));  // a mistake in a file is said when the command is run
  const cli::Suggestions suggestions = cli::suggest(use.options, words, begun);
  for (const cli::Suggestion& suggestion : suggestions.words) print(suggestion);
  if (suggestions.more == cli::Offer::image) print_images(begun);
  if (suggestions.more == cli::Offer::run) print_runs(results_dir_of(use.options, words), begun);
  std::cout << word_of(suggestions.more);
  return 0;
}

}  // namespace gpubench::commands
