#include "cli/complain.h"

#include <iostream>

namespace gpubench::cli {

int complain(const base::Error& error, int exit_code) {
  std::cerr << "iris-gpubench: " << error.message << "\n";
  if (!error.remedy.empty()) std::cerr << "  " << error.remedy << "\n";
  return exit_code;
}

}  // namespace gpubench::cli
