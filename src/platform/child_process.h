// A program run to its end: for small helpers such as gnuplot, not for the benchmark itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace gpubench::platform {

struct ChildRequest {
  std::vector<std::string> argv;  // argv[0] is looked for in PATH; no shell
  std::string input;              // what it reads from standard input
  base::Duration timeout = std::chrono::seconds(30);
  std::size_t max_output_bytes = std::size_t{64} << 20;  // more is an error
  std::size_t max_error_bytes = 4096;                    // more is cut
  int interrupt_fd = -1;                                 // readable: it is stopped at once
  // Takes standard output as it comes, in place of ChildOutcome::output; the timeout then counts from the last of it. May be
  // empty.
  std::function<void(std::string_view)> on_output = {};
};

struct ChildOutcome {
  int exit_code = 0;   // 128 + n if killed by signal n
  std::string output;  // standard output
  std::string error;   // standard error, its first bytes
};

// Why there is no outcome.
struct ChildFailure {
  base::Error error;
  bool not_found = false;  // no such program: the caller knows which package has it
};

// This process's environment as it was when the user started the program: without what the launcher of the archive
// (packaging/launcher) added or changed. Valid while the environment is not changed.
std::vector<char*> users_environment();

// The same for a child that is no benchmark: without the variables that are for this tool alone, of which
// some are passwords. Valid while the environment is not changed; ends with nullptr.
std::vector<char*> environment_for_children();

// Runs it in a process group of its own (Ctrl-C at the terminal does not reach it) with no signal blocked, and kills the
// group if it takes too long or prints too much.
tl::expected<ChildOutcome, ChildFailure> run_child(const ChildRequest& request);

}  // namespace gpubench::platform
