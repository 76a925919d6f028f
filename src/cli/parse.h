// From the words of a command line to the targets of its options.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/option_table.h"

namespace gpubench::cli {

struct Parsed {
  std::string text;                   // help or version, to be printed; empty: the command is to be run
  std::string invocation = {};        // the command line as it can be typed again, without secrets
  std::vector<std::string> own = {};  // up to "--", names in full, each value a word of its own
  std::size_t preset = 0;             // words in front of them that were not typed: defaults of the user's own

  [[nodiscard]] bool gives(std::string_view option) const;
  [[nodiscard]] bool types(std::string_view option) const;  // it is no preset
};

// Every name may be written with hyphens or underscores, or as an unambiguous beginning. An error is a usage error.
base::Result<Parsed> parse(const OptionTable& table, const std::vector<std::string>& words);

// The option that a word such as "--some-opt" names; null: none, or "--help".
const Option* find_option(const OptionTable& table, std::string_view word);

// What --help prints: of a table with many options those that people need first. `all`: what --help-all prints.
std::string help_text(const OptionTable& table, bool all = false);

}  // namespace gpubench::cli
