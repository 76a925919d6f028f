// What may come next on a command line: for the completion of shells.
#pragma once

#include <string>
#include <vector>

#include "cli/option_table.h"

namespace gpubench::cli {

struct Suggestion {
  std::string word;
  std::string meaning;  // one line; may be empty
};

struct Suggestions {
  std::vector<Suggestion> words;
  Offer more = Offer::nothing;  // what the shell or the program has to look up
};

// `before`: the words of the command up to the one that is begun. Suggests what `begun` can be the beginning of.
Suggestions suggest(const OptionTable& table, const std::vector<std::string>& before, const std::string& begun);

}  // namespace gpubench::cli
