// What Apptainer and Charliecloud say themselves, told from what the benchmark says.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "workload/workload.h"

namespace gpubench::workload {

// Why an engine did not start the program.
struct EngineFailure {
  std::string reason;
  bool certain = false;  // else a program that logs like the engine may have said it
};

// Of an engine that printed these words on standard error; empty: the program ran, as there are lines of another form.
std::optional<EngineFailure> engine_failure(std::string_view words);

// The same where it is known that the engine failed: its reason, else its last line.
std::string engine_reason(std::string_view words);

// What to do about it.
std::string engine_remedy(std::string_view reason);

// Passes the output on, and keeps the beginning of standard error as long as the program itself said nothing.
class EngineWords final : public LogSink {
 public:
  explicit EngineWords(LogSink& log) : log_(log) {}
  void write(LogStream stream, std::string_view bytes) override;
  // Why the engine did not start the program; empty: it did.
  [[nodiscard]] std::optional<EngineFailure> failure(int exit_code) const;

 private:
  LogSink& log_;
  std::string words_;
  bool has_output_ = false;
};

}  // namespace gpubench::workload
