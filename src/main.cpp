#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/exit_codes.h"
#include "commands/program.h"
#include "platform/process.h"

int main(int argc, char** argv) {
  gpubench::platform::open_standard_streams();
  try {
    return gpubench::commands::run_program(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "iris-gpubench: internal error: %s\n", error.what());
    return gpubench::cli::kCannotRun;
  }
}
