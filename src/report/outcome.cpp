#include "report/outcome.h"

#include <variant>

#include "report/part_rows.h"
#include "report/text.h"

namespace gpubench::report {

namespace {

// A key of the full live view does what Ctrl-C does.
std::string words_of(const record::Interrupted& interrupted) {
  return interrupted.by == "SIGINT" ? "SIGINT (Ctrl-C or q)" : interrupted.by;
}

}  // namespace

std::string outcome_line(const record::RunRecord& run) {
  std::string text = outcome_text(run.benchmark);
  for (const record::Finding& finding : run.findings) {
    if (const auto* limit = std::get_if<record::TimedOut>(&finding.what))
      text += ", at the time limit of " + plain_number(base::to_seconds(limit->limit), 3) + " s (--timeout)";
    if (const auto* interrupted = std::get_if<record::Interrupted>(&finding.what)) text += ", by " + words_of(*interrupted);
  }
  return text;
}

}  // namespace gpubench::report
