// A password or token of the environment, not yet read.
#pragma once

#include <string>

namespace gpubench::base {

// Where it is said: the value of a variable or, where that is empty, the first line of a file.
struct Secret {
  std::string variable;  // its name, for messages; VARIABLE_FILE is the one that names the file
  std::string value;
  std::string file;
  [[nodiscard]] bool is_set() const { return !value.empty() || !file.empty(); }
};

}  // namespace gpubench::base
