// A program that this process talks with while it runs, through pipes.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace gpubench::agents {

// One thread. Nothing here waits but wait().
class PipedChild {
 public:
  // `environment`: "NAME=value", all that it gets. It is in a process group of its own: Ctrl-C at the terminal does not
  // reach it.
  static base::Result<std::unique_ptr<PipedChild>> start(const std::vector<std::string>& argv,
                                                         const std::vector<std::string>& environment);
  ~PipedChild();  // kills the group
  PipedChild(const PipedChild&) = delete;
  PipedChild& operator=(const PipedChild&) = delete;

  // What does not fit into the pipe is dropped.
  void write(std::string_view bytes) const;
  // Ends its standard input.
  void close_input();
  // What it has printed since.
  std::string read();
  // Readable when read() has something, or never will again; -1: the output has ended.
  [[nodiscard]] int output_fd() const { return out_; }
  // The end of what it has printed to standard error so far.
  const std::string& errors();
  // The exit code, 128 + n if killed by signal n; empty: it runs on after `patience`.
  std::optional<int> wait(base::Duration patience);
  // Kills the group, if it runs, and waits for the end of the program.
  void kill();

 private:
  PipedChild() = default;
  static void take(int& fd, std::string& text);

  pid_t id_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string errors_;
  std::optional<int> exit_code_;
};

}  // namespace gpubench::agents
