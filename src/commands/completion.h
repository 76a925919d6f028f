// What the completion of a shell (share/) asks for: what may come next on a command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gpubench::commands {

// Not a command of the table: nobody types it.
inline constexpr std::string_view kCompletionWord = "__complete";
// Nor is this: "help COMMAND" is "COMMAND --help".
inline constexpr std::string_view kHelpWord = "help";

// `words`: those after the program's name; the last is the one that is begun, and may be empty. Prints a suggestion a line,
// "WORD" or "WORD<tab>MEANING"; ":file", ":folder" and ":command" stand for what the shell knows itself. Returns 0.
int complete(std::vector<std::string> words);

}  // namespace gpubench::commands
