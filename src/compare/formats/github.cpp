#include <fmt/format.h>

#include "base/text.h"
#include "compare/formats/formats.h"
#include "compare/words.h"

namespace gpubench::compare {
namespace {

constexpr std::size_t kMostErrors = 10;  // of each kind that a step shows

// The data of a workflow command: %, line ends; and in a property also : and ,
std::string command_text(const std::string& text, bool property) {
  std::string escaped;
  for (const char character : base::one_line(text, 600)) {
    const bool is_special = character == '%' || (property && (character == ':' || character == ','));
    if (is_special)
      escaped += fmt::format("%{:02X}", static_cast<int>(character));
    else
      escaped += character;
  }
  return escaped;
}

}  // namespace

std::string as_github(const Report& report) {
  std::string text;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  for (const Comparison& comparison : report.comparisons) {
    for (const GateResult& gate : comparison.gates) {
      const bool is_error = gate.verdict == Verdict::fail || gate.verdict == Verdict::not_comparable;
      if (gate.verdict == Verdict::pass || (is_error ? errors : warnings) >= kMostErrors) continue;
      ++(is_error ? errors : warnings);
      text += fmt::format("::{} title={}::{}\n", is_error ? "error" : "warning", command_text(comparison.benchmark, true),
                          command_text(gate_text(comparison, gate), false));
    }
    if (comparison.gates.empty() && !comparison.not_comparable.empty() && errors++ < kMostErrors)
      text += fmt::format("::error title={}::{}\n", command_text(comparison.benchmark, true),
                          command_text("not comparable: " + comparison.not_comparable, false));
  }
  return text;
}

}  // namespace gpubench::compare
