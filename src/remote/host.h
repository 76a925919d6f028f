// One other machine, reached by the user's own ssh: with the user's configuration, keys and known hosts.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "remote/answer.h"

namespace gpubench::remote {

// What is to be done there, as text of a POSIX shell whose arguments are "$1", "$2" ...
struct Call {
  std::string script;
  std::vector<std::string> arguments = {};
  std::string data = {};  // its standard input
  std::string then = {};  // done after a script that succeeded has been answered; the shell's last act
  Sink on_output = {};    // takes the output as it comes; empty: it is in the answer
  base::Duration patience = std::chrono::seconds(30);  // with on_output: of a silence
};

struct Answer {
  int code = 0;  // of the script
  std::string output = {};
  std::string error = {};  // what it wrote to standard error, its first bytes
};

enum class Why : std::uint8_t {
  unreachable,  // the other machine was not reached, or the connection broke: another try may do
  interrupted,  // by the descriptor that was given
  gone,         // there is no such run
  refused,      // it was answered that it cannot be done, or cannot be done here
};

// Why there is no answer, or no good one.
struct Trouble {
  base::Error error;
  Why why = Why::unreachable;
};

template <class T>
using Reply = tl::expected<T, Trouble>;

inline tl::unexpected<Trouble> trouble(base::Error error, Why why) {
  return tl::unexpected<Trouble>(Trouble{std::move(error), why});
}

class Host {
 public:
  // An error: ssh would take the name for an option.
  static base::Result<Host> named(const std::string& name, std::string ssh = "ssh");

  [[nodiscard]] const std::string& name() const { return name_; }
  // A connection of its own. Gives up when `interrupt_fd` becomes readable.
  [[nodiscard]] Reply<Answer> call(const Call& call, int interrupt_fd) const;

 private:
  Host(std::string name, std::string ssh) : name_(std::move(name)), ssh_(std::move(ssh)) {}

  std::string name_;
  std::string ssh_;
};

// An argument as a shell reads it.
std::string quoted(const std::string& argument);

}  // namespace gpubench::remote
