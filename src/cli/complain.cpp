#include "cli/complain.h"

#include <algorithm>
#include <iostream>

#include "base/text.h"

namespace gpubench::cli {
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
  std::cerr << "iris-gpubench: " << printable(error.message) << "\n";
  if (!error.remedy.empty()) std::cerr << "  " << printable(error.remedy) << "\n";
  return exit_code;
}

}  // namespace gpubench::cli
