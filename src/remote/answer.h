// What a remote shell answers, found in whatever else a login prints.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gpubench::remote {

using Sink = std::function<void(std::string_view)>;

// The lines that frame an answer, for the far side to print.
std::string begin_mark();
std::string end_mark();  // before the exit code

// Hands what is between the marks to a sink, as it comes. What a login prints before is left out.
class AnswerReader {
 public:
  explicit AnswerReader(Sink sink) : sink_(std::move(sink)) {}
  void take(std::string_view bytes);
  // At the end of the output: the exit code of what ran there. Empty: the answer is not whole.
  std::optional<int> finish();
  [[nodiscard]] bool has_begun() const { return begun_; }

 private:
  Sink sink_;
  bool begun_ = false;
  std::string held_;  // what may be a mark
};

}  // namespace gpubench::remote
