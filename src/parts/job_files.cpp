#include "base/json.h"
#include "parts/job_document.h"
#include "report/metrics_yaml.h"

namespace gpubench::parts {
namespace {

// A value of a document, deeper in it.
std::string indented(const std::string& json, int spaces) {
  const std::string margin(static_cast<std::size_t>(spaces), ' ');
  std::string text;
  for (const char c : json) {
    text += c;
    if (c == '\n') text += margin;
  }
  return text;
}

void write_boards(std::ostream& out, const Job& job) {
  const char* before = "\n    ";
  bool any = false;
  out << "[";
  for (const PartFigures& part : job.parts)
    for (const Board& board : part.boards) {
      out << before << indented(board.entry, 2 * kJsonIndent);
      before = ",\n    ";
      any = true;
    }
  out << (any ? "\n  ]" : "]");
}

}  // namespace

// The bytes of dump() of the whole, which would need ten times the memory.
void write_job_json(std::ostream& out, const Job& job) {
  const Json document = job_document(job);
  const char* before = "{\n  ";
  for (const auto& [key, value] : document.items()) {
    out << before << base::json_text(Json(key)) << ": ";
    if (key == kBoards)
      write_boards(out, job);
    else
      out << indented(base::json_text(value, kJsonIndent), kJsonIndent);
    before = ",\n  ";
  }
  out << "\n}\n";
}

void write_job_yaml(std::ostream& out, const Job& job) {
  report::write_yaml(out, job_document(job), kBoards, [&](const auto& take) {
    for (const PartFigures& part : job.parts)
      for (const Board& board : part.boards) take(base::parse_ordered_json(board.entry));
  });
}

}  // namespace gpubench::parts
