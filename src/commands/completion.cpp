#include "commands/completion.h"

#include <iostream>
#include <utility>

#include "cli/saved_run_options.h"
#include "cli/suggest.h"
#include "commands/find_command.h"
#include "commands/table.h"
#include "runs/run_list.h"
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

void print_runs(const std::string& begun) {
  print_if_begun("latest", begun);
  const auto folders = runs::run_folders(cli::SavedRunName{}.results_dir);
  if (!folders) return;
  for (const auto& folder : *folders) print_if_begun(folder.filename().string(), begun);
}

void print_more(cli::Offer offer, const std::string& begun) {
  switch (offer) {
    case cli::Offer::nothing:
      return;
    case cli::Offer::file:
      std::cout << ":file\n";
      return;
    case cli::Offer::folder:
      std::cout << ":folder\n";
      return;
    case cli::Offer::command:
      std::cout << ":command\n";
      return;
    case cli::Offer::image:
      print_images(begun);
      return;
    case cli::Offer::run:
      print_runs(begun);
      return;
  }
}

}  // namespace

int complete(std::vector<std::string> words) {
  if (words.empty()) return 0;
  const std::string begun = std::move(words.back());
  words.pop_back();
  if (words.empty())
    for (const Command& command : all_commands())
      if (!command.name.empty() && command.name.starts_with(begun))
        print({std::string(command.name), std::string(command.help)});
  const auto command = take_command(words);
  if (!command) return 0;
  const Command::Use use = open_command(*command);
  const cli::Suggestions suggestions = cli::suggest(use.options, words, begun);
  for (const cli::Suggestion& suggestion : suggestions.words) print(suggestion);
  print_more(suggestions.more, begun);
  return 0;
}

}  // namespace gpubench::commands
