#include "cli/complain.h"

#include <algorithm>
#include <iostream>

#include "base/text.h"
#include "cli/parse.h"

namespace gpubench::cli {
namespace {

// What follows " -- " is the user's and stays as it is.
std::string with_hyphens(const std::string& text) {
  const std::size_t ours = std::min(text.find(" -- "), text.size());
  return hyphenated(text.substr(0, ours)) + text.substr(ours);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines += base::one_line(text.substr(0, end));
    if (end < text.size()) lines += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

int complain(const base::Error& error, int exit_code) {
  // A message that does not begin with an option may quote what was typed.
  const std::string message = error.message.starts_with("--") ? with_hyphens(error.message) : error.message;
  std::cerr << "iris-gpubench: " << printable(message) << "\n";
  if (!error.remedy.empty()) std::cerr << "  " << printable(with_hyphens(error.remedy)) << "\n";
  return exit_code;
}

}  // namespace gpubench::cli
