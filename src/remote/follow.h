// The frames in which the other machine sends a run's output: "O 5\n" and five bytes of standard output, "E 5\n" of standard
// error, ".\n" as a sign of life, "X 3\n" at the end with the exit code, or "X gone\n".
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "remote/answer.h"

namespace gpubench::remote {

// How much of a run's output has come.
struct Progress {
  std::uint64_t output = 0;
  std::uint64_t errors = 0;
};

// How a run on the other machine ended.
struct FarEnd {
  std::optional<int> code;  // empty: its program ended without saying how
};

// Who is given what comes.
struct Listener {
  Sink output;
  Sink errors;
  std::function<void()> alive;  // something came
};

// Both live longer than it.
class FollowReader {
 public:
  FollowReader(Progress& progress, const Listener& listener) : progress_(progress), listener_(listener) {}
  void take(std::string_view bytes);
  [[nodiscard]] std::optional<FarEnd> end() const { return end_; }

 private:
  void take_line();
  std::size_t take_content(std::string_view bytes);

  Progress& progress_;
  const Listener& listener_;
  std::string line_;
  bool is_error_ = false;
  std::uint64_t left_ = 0;  // of the frame's bytes
  std::optional<FarEnd> end_;
};

}  // namespace gpubench::remote
