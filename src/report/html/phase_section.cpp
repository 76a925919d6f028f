#include "report/html/phase_section.h"

#include <algorithm>
#include <cstddef>

#include "report/figure_text.h"
#include "report/html/escape.h"
#include "report/html/html_table.h"
#include "report/phases.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

constexpr std::size_t kMostPhaseRows = 200;

// "12.5 s, 4,321.0 ± 5.0 J"
std::string figures_of(const phases::PhaseBar& bar) {
  std::string time = short_number(base::to_seconds(bar.time.length()), 3) + " s";
  if (!bar.energy) return time;
  return time + ", " + with_half_width(*bar.energy, bar.half_width) + " J";
}

// "3 times, 12.5 s, 4,321.0 ± 5.0 J"
std::string figures_of(const phases::Phase& phase) {
  std::string text = std::to_string(phase.count) + (phase.count == 1 ? " time, " : " times, ") +
                     short_number(base::to_seconds(phase.time), 3) + " s";
  if (!phase.energy) return text;
  return text + ", " + with_half_width(*phase.energy, phase.uncertainty.comparative()) + " J";
}

}  // namespace

std::string html_phases(const record::RunRecord& run) {
  if (!run.phases) return {};
  HtmlTable table("Energy of each phase", phase_headings(run));
  for (auto& row : phase_rows(run, kMostPhaseRows)) {
    std::string indent;
    const std::size_t spaces = std::min(row.front().find_first_not_of(' '), row.front().size());  // all of a blank name
    for (std::size_t i = 0; i < spaces; ++i) indent += "\u00a0";
    row.front() = indent + row.front().substr(indent.size() / 2);  // a no-break space has two bytes
    table.add_row(row);
  }
  std::string text = table.text();
  for (const std::string& remark : phase_remarks(run, kMostPhaseRows))
    text += "<p class=\"note\">" + html_text(remark) + "</p>\n";
  return text;
}

void write_phase_bars(std::ostream& out, const record::RunRecord& run) {
  const phases::PhaseAccount& account = *run.phases;
  out << "{\"names\":[";
  const char* comma = "";
  for (std::size_t i = 0; i < account.phases.size(); ++i) {
    out << comma << '[' << json_string(one_line(phase_path(account, i), kLongestCell)) << ',' << account.phases[i].depth
        << ',' << json_string(figures_of(account.phases[i])) << ']';
    comma = ",";
  }
  out << "],\"bars\":[";
  comma = "";
  for (const phases::PhaseBar& bar : account.bars) {
    out << comma << '[' << json_number(base::to_seconds(bar.time.start - run.ran.start)) << ','
        << json_number(base::to_seconds(bar.time.end - run.ran.start)) << ',' << bar.phase << ','
        << json_string(figures_of(bar)) << ']';
    comma = ",";
  }
  out << "]}";
}

}  // namespace gpubench::report
