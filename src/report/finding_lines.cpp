#include "report/finding_lines.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gpubench::report {
namespace {

// What makes the figures those of something else comes first, then what makes them doubtful, then what is missing beside
// them. A name that is not here comes last.
constexpr std::array<std::string_view, 33> kGravestFirst{
    "workload_failed",       "energy_unknown",    "xid_errors",        "gpu_lost",        "no_gpu_in_container",
    "no_gpu_given",          "replayed",          "recovered",         "timed_out",       "interrupted",
    "begun_in_mid_run",      "memory_errors",     "throttled",         "foreign_process", "unknown_process",
    "gpus_unclear",          "shared_by_mig",     "methods_disagree",  "driver_silent",   "counter_unusable",
    "series_incomplete",     "impossible_values", "power_gap",         "left_running",    "journal_incomplete",
    "results_not_collected", "score_unusable",    "export_incomplete", "log_incomplete",  "carbon_unknown",
    "carbon_fallback",       "deadlines_missed",  "wall_clock_stepped"};

struct Kind {
  std::string name;
  std::string text;  // of the first
  std::size_t count = 1;
  std::size_t gravity = 0;  // the place in the list
};

std::vector<Kind> kinds_of(const std::vector<record::Finding>& findings, const std::vector<std::string_view>& left_out) {
  std::vector<Kind> kinds;
  for (const record::Finding& finding : findings) {
    std::string name = record::finding_name(finding);
    if (std::find(left_out.begin(), left_out.end(), name) != left_out.end()) continue;
    const auto known = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) { return kind.name == name; });
    if (known != kinds.end()) {
      ++known->count;
      continue;
    }
    const auto place = std::find(kGravestFirst.begin(), kGravestFirst.end(), name) - kGravestFirst.begin();
    kinds.push_back({std::move(name), base::one_line(record::finding_text(finding)), 1, static_cast<std::size_t>(place)});
  }
  std::stable_sort(kinds.begin(), kinds.end(), [](const Kind& a, const Kind& b) { return a.gravity < b.gravity; });
  return kinds;
}

// The statement without what follows from it.
std::string_view statement_of(std::string_view text) {
  const std::size_t begin = text.starts_with("REPLAY: ") ? sizeof("REPLAY: ") : 0;
  text = text.substr(0, std::min({text.find(": ", begin), text.find(". ", begin), text.size()}));
  if (text.ends_with('.')) text.remove_suffix(1);
  return text;
}

std::string cut_at_word(std::string_view text, std::size_t columns) {
  if (static_cast<std::size_t>(base::columns_of(text)) <= columns) return std::string(text);
  std::string kept;
  std::size_t end = 0;  // of the last whole word
  for (std::string_view rest = text; !rest.empty();) {
    const char32_t character = base::take_character(rest);
    if (character == U' ') end = kept.size();
    base::append_character(kept, character);
    if (static_cast<std::size_t>(base::columns_of(kept)) + sizeof(" ...") - 1 > columns) break;
  }
  return kept.substr(0, end == 0 ? kept.size() - 1 : end) + " ...";
}

}  // namespace

std::vector<std::string> finding_lines(const std::vector<record::Finding>& findings, std::size_t columns,
                                       const std::vector<std::string_view>& left_out) {
  std::vector<std::string> lines;
  for (const Kind& kind : kinds_of(findings, left_out)) {
    const std::string alike = kind.count > 1 ? " (+" + std::to_string(kind.count - 1) + " alike)" : "";
    lines.push_back(cut_at_word(statement_of(kind.text), columns - alike.size()) + alike);
  }
  return lines;
}

}  // namespace gpubench::report
