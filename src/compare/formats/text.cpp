#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

#include "compare/formats/formats.h"
#include "compare/words.h"
#include "report/figure_text.h"

namespace gpubench::compare {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kLabel = 18;
constexpr std::size_t kFigure = 15;
constexpr std::size_t kChange = 11;
constexpr std::size_t kInterval = 21;

// Padded to `width` columns of a terminal.
std::string left(const std::string& text, std::size_t width) {
  const auto columns = static_cast<std::size_t>(base::columns_of(text));
  return text + std::string(columns < width ? width - columns : 1, ' ');
}
std::string right(const std::string& text, std::size_t width) {
  const auto columns = static_cast<std::size_t>(base::columns_of(text));
  return std::string(columns < width ? width - columns : 1, ' ') + text;
}

// Broken at spaces into lines of the terminal's width, the later ones indented.
std::string wrapped(const std::string& first, const std::string& text) {
  std::string all;
  std::string line = left(first, kLabel - 6);
  const std::string indent(kLabel - 6, ' ');
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t space = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, space - at);
    if (static_cast<std::size_t>(base::columns_of(line + word)) > kColumns && line != indent) {
      all += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
      line = indent;
    }
    line += word + " ";
    at = space + 1;
  }
  return all + line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

std::string heading(const std::string& name, std::size_t counted) {
  const std::string count = fmt::format(" ({})", counted);
  return side_text(name, kFigure - 1 - count.size()) + count;
}

struct Headings {
  std::string base;
  std::string changed;
};

Headings named_headings(const Comparison& comparison) {
  const auto [base, changed] = column_names(comparison);
  return {heading(base, comparison.base.counted), heading(changed, comparison.changed.counted)};
}

// Folders of two sets of one benchmark begin alike: cut to a column, their names say nothing.
bool are_told_apart(const Headings& headings) {
  return headings.base != headings.changed;
}

std::string headings(const Comparison& comparison) {
  Headings headings = named_headings(comparison);
  if (!are_told_apart(headings))
    headings = {heading("BASE", comparison.base.counted), heading("NEW", comparison.changed.counted)};
  return right(headings.base, kFigure) + right(headings.changed, kFigure);
}

std::string label_of(const Comparison& comparison, const Row& row) {
  const Row* energy = comparison.find(Metric::energy);
  const bool is_split = energy != nullptr && energy->change && comparison.find(Metric::time) != nullptr;
  if (is_split && row.metric == Metric::time) return " = time";
  if (is_split && row.metric == Metric::power) return " x power";
  return std::string(facts_of(row.metric).words);
}

std::string figures_text(const Row& row) {
  return right(mean_text(*row.base, side_text(row.unit, 8)), kFigure) +
         right(mean_text(*row.changed, side_text(row.unit, 8)), kFigure) + right(change_text(row), kChange) +
         right(interval_text(row), kInterval) + "\n";
}

std::string row_line(const Comparison& comparison, const Row& row) {
  const std::string label = left(label_of(comparison, row), kLabel);
  if (!row.change)
    return wrapped(std::string(facts_of(row.metric).words), "not comparable: " + side_text(row.not_comparable, 300));
  return label + figures_text(row);
}

std::string side_line(const char* word, const SideSummary& side) {
  std::string out;
  for (const LeftOut& one : side.left_out)
    base::add_item(out, side_text(one.run) + " (" + side_text(one.why, 120) + ")", ", ");
  return out.empty() ? "" : wrapped("not counted", std::string(word) + ": " + out);
}

// `name` stands before it, unless it is empty.
std::string own_lines(const char* word, const std::string& name, const SideSummary& summary, const Row& row,
                      const std::optional<MeanOfSide>& side) {
  const statistics::Mean& mean = side->mean;
  const std::size_t boards = summary.runs.empty() ? 1 : std::max<std::size_t>(1, summary.runs.front().values.boards.size());
  const double share = mean.half_width() / mean.sample.mean * 100;
  const double absolute = side->absolute / mean.sample.mean * 100;
  const std::string scatter =
      mean.sample.count > 1 ? fmt::format("{} runs, CV {:.2f} %, {} to {}", mean.sample.count, mean.sample.variation() * 100,
                                          figure_text(mean.sample.least), figure_text(mean.sample.most))
                            : "one run, meter only";
  return wrapped(word, fmt::format("{}{} ± {:.2f} % on {} (95 %), ± {:.1f} % absolute; {}", name, mean_text(*side, row.unit),
                                   share, report::boards_text(boards), absolute, scatter));
}

std::string energy_lines(const Comparison& comparison) {
  const Row* row = comparison.find(Metric::energy);
  if (row == nullptr || !row->change) row = comparison.rows.empty() ? nullptr : &comparison.rows.front();
  if (row == nullptr || !row->change) return {};
  const bool is_named = are_told_apart(named_headings(comparison));
  const auto named = [&](const SideSummary& side) { return is_named ? "" : side_text(side.name) + ": "; };
  std::string text = own_lines("BASE", named(comparison.base), comparison.base, *row, row->base) +
                     own_lines("NEW", named(comparison.changed), comparison.changed, *row, row->changed);
  text += wrapped("how", method_text(comparison, *row));
  if (const std::string least = would_show_text(*row); !least.empty())
    text += wrapped("would show", "a change of " + least + " in 90 of 100 such comparisons of the " +
                                      std::string(facts_of(row->metric).words));
  return text + wrapped("made of", budget_text(*row));
}

// A phase that is not known on a side, being too short, is left to the other formats.
std::string phase_lines(const Comparison& comparison) {
  std::string text;
  for (const PhaseRows& phase : comparison.phases)
    for (const Row& row : phase.rows) {
      if (!row.change) continue;
      const std::string label = row.metric == Metric::energy ? side_text(phase.path, kLabel - 1) : " its time";
      text += left(label, kLabel) + figures_text(row);
    }
  return text.empty() ? text : "\nphases of all runs\n" + text;
}

std::string comparison_text(const Comparison& comparison) {
  std::string text = side_text(comparison.benchmark) + "\n";
  if (!comparison.not_comparable.empty()) {
    text += wrapped("BASE", side_text(comparison.base.name, 200)) + wrapped("NEW", side_text(comparison.changed.name, 200)) +
            wrapped("not comparable:", side_text(comparison.not_comparable, 500));
  } else {
    text += left("", kLabel) + headings(comparison) + right("change", kChange) + right("95 % interval", kInterval) + "\n";
    for (const Row& row : comparison.rows) text += row_line(comparison, row);
    text += phase_lines(comparison) + "\n" + energy_lines(comparison);
    if (const std::string carbon = carbon_text(comparison); !carbon.empty()) text += wrapped("carbon", carbon);
  }
  text += side_line("BASE", comparison.base) + side_line("NEW", comparison.changed);
  for (const Covariate& one : comparison.covariates)
    text += wrapped("differs", one.name + ": " + side_text(one.base, 200) + " | " + side_text(one.changed, 200));
  for (const Doubt& doubt : comparison.doubts) text += wrapped("note", doubt.text);
  for (const GateResult& gate : comparison.gates) text += wrapped("GATE", gate_text(comparison, gate));
  return text;
}

std::string suite_text(const Suite& suite) {
  std::string text = fmt::format("All {} benchmarks: geometric means of NEW / BASE\n", suite.benchmarks);
  for (const SuiteRow& one : suite.rows) {
    Row row;
    row.metric = one.metric;
    row.change = MetricChange{Method::runs, 0, one.change, {}};
    text += left(std::string(facts_of(one.metric).words), kLabel) + right(change_text(row), kChange) +
            right(interval_text(row), kInterval) + "\n";
  }
  for (const std::string& key : suite.only_base) text += wrapped("only BASE", side_text(key, 200));
  for (const std::string& key : suite.only_new) text += wrapped("only NEW", side_text(key, 200));
  return text;
}

}  // namespace

std::string as_text(const Report& report) {
  std::string text;
  for (const Comparison& comparison : report.comparisons) text += (text.empty() ? "" : "\n") + comparison_text(comparison);
  for (const Suite& suite : report.suites) text += "\n" + suite_text(suite);
  for (const std::string& note : report.notes) text += wrapped("not read", side_text(note, 300));
  return text;
}

}  // namespace gpubench::compare
