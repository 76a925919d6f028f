#include <fmt/format.h>

#include "base/text.h"
#include "compare/formats/formats.h"
#include "compare/words.h"

namespace gpubench::compare {
namespace {

// Text from outside in Markdown: as characters, never as markup, HTML or a mention.
std::string markdown_text(const std::string& text, std::size_t most = 200) {
  constexpr std::string_view kMarkup = "\\`*_{}[]<>|&@#~!";
  std::string escaped;
  for (const char character : base::one_line(text, most)) {
    if (kMarkup.find(character) == std::string_view::npos)
      escaped += character;
    else
      escaped += fmt::format("&#{};", static_cast<int>(character));
  }
  return escaped;
}

// `phase`: of which phase; empty: of the run.
std::string markdown_row(const Row& row, const std::string& phase = {}) {
  const std::string words(facts_of(row.metric).words);
  const std::string name = phase.empty() ? words : markdown_text(phase, 80) + ": " + words;
  if (!row.change) return fmt::format("| {} | | | not comparable: {} | | |\n", name, markdown_text(row.not_comparable));
  const std::string unit = markdown_text(row.unit, 40);
  return fmt::format("| {} | {} | {} | {} | {} | {} |\n", name, mean_text(*row.base, unit), mean_text(*row.changed, unit),
                     change_text(row), interval_text(row), would_show_text(row));
}

std::string markdown_comparison(const Comparison& comparison) {
  std::string text = "### " + markdown_text(comparison.benchmark) + "\n\n";
  for (const GateResult& gate : comparison.gates) text += "- **" + markdown_text(gate_text(comparison, gate), 600) + "**\n";
  if (!comparison.gates.empty()) text += "\n";
  if (!comparison.not_comparable.empty())
    return text + "Not comparable: " + markdown_text(comparison.not_comparable, 500) + "\n";
  text += fmt::format("| | {} ({}) | {} ({}) | change | 95 % interval | would show |\n|---|--:|--:|--:|---|--:|\n",
                      markdown_text(comparison.base.name, 60), comparison.base.counted,
                      markdown_text(comparison.changed.name, 60), comparison.changed.counted);
  for (const Row& row : comparison.rows) text += markdown_row(row);
  for (const PhaseRows& phase : comparison.phases)
    for (const Row& row : phase.rows) text += markdown_row(row, phase.path);
  text += "\n";
  if (const Row* energy = comparison.find(Metric::energy); energy != nullptr && energy->change)
    text += fmt::format("Energy: {}. Made of: {}.\n\n", method_text(comparison, *energy), budget_text(*energy));
  if (const std::string carbon = carbon_text(comparison); !carbon.empty()) text += "Carbon " + carbon + ".\n\n";
  for (const Covariate& one : comparison.covariates)
    text += "- differs: " + one.name + ": " + markdown_text(one.base) + " and " + markdown_text(one.changed) + "\n";
  for (const Doubt& doubt : comparison.doubts) text += "- " + markdown_text(doubt.text, 400) + "\n";
  for (const SideSummary* side : {&comparison.base, &comparison.changed})
    for (const LeftOut& out : side->left_out)
      text += "- not counted: " + markdown_text(out.run) + " (" + markdown_text(out.why) + ")\n";
  return text;
}

std::string markdown_suite(const Suite& suite) {
  std::string text = fmt::format("\n### All {} benchmarks (geometric mean)\n\n| | change | 95 % interval |\n|---|--:|---|\n",
                                 suite.benchmarks);
  for (const SuiteRow& one : suite.rows) {
    Row row;
    row.metric = one.metric;
    row.change = MetricChange{Method::runs, 0, one.change, {}};
    text += fmt::format("| {} | {} | {} |\n", facts_of(one.metric).words, change_text(row), interval_text(row));
  }
  text += "\n";
  for (const std::string& key : suite.only_base) text += "- only in BASE: " + markdown_text(key) + "\n";
  for (const std::string& key : suite.only_new) text += "- only in NEW: " + markdown_text(key) + "\n";
  return text;
}

}  // namespace

// GitHub takes 1 MiB of a step's summary.
std::string as_markdown(const Report& report) {
  constexpr std::size_t kMost = std::size_t{1000} << 10U;
  std::string text;
  for (const Comparison& comparison : report.comparisons) {
    const std::string one = markdown_comparison(comparison) + "\n";
    if (text.size() + one.size() > kMost) return text + "\nThe rest does not fit: see the other formats.\n";
    text += one;
  }
  for (const Suite& suite : report.suites) text += markdown_suite(suite);
  for (const std::string& note : report.notes) text += "- not read: " + markdown_text(note) + "\n";
  return text;
}

}  // namespace gpubench::compare
