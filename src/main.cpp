#include <cstdio>
#include <exception>
#include <string>
#include <system_error>
#include <vector>

#include "cli/exit_codes.h"
#include "commands/program.h"
#include "platform/process.h"

int main(int argc, char** argv) {
  gpubench::platform::open_standard_streams();
  gpubench::platform::keep_exit_codes_of_children();
  try {
    return gpubench::commands::run_program(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::system_error& error) {
    const bool no_thread = error.code() == std::errc::resource_unavailable_try_again;
    std::fprintf(stderr, "iris-gpubench: %s%s\n",
                 no_thread ? "no thread can be started: " : "internal error: ", error.what());
    if (no_thread) std::fputs("  raise the limit of this user (ulimit -u) or of its control group (pids.max)\n", stderr);
    return gpubench::cli::kCannotRun;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "iris-gpubench: internal error: %s\n", error.what());
    return gpubench::cli::kCannotRun;
  }
}
