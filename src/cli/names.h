// Names as people type them: hyphens, underscores, unambiguous beginnings, mistakes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gpubench::cli {

// What is named, for messages.
struct NameKind {
  std::string_view noun;       // "option"
  std::string_view prefix;     // "--"
  std::string_view program;    // whose --help lists the names
  std::string_view hint = {};  // after "see ... --help"
};

// The one of `known` that is meant: hyphens and underscores are the same, and an unambiguous beginning is enough. An error
// suggests what was probably meant.
base::Result<std::string> find_name(std::string_view typed, const std::vector<std::string>& known, const NameKind& kind);

// Names of options in a text with hyphens, as they are taught: "--results_dir" becomes "--results-dir".
std::string hyphenated(std::string text);

}  // namespace gpubench::cli
