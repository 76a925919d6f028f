#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/xml.h"
#include "compare/formats/formats.h"
#include "compare/words.h"

namespace gpubench::compare {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>iris-gpubench compare</title><style>
:root{color-scheme:light dark;--line:#8886;--soft:#8882;--good:#1a7f37;--bad:#c62828;--open:#9a6700;--dot:#0b66c3}
@media(prefers-color-scheme:dark){:root{--good:#4ac26b;--bad:#ff7b72;--open:#d4a72c;--dot:#6cb6ff}}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0}td,th{padding:.3rem .7rem;border-bottom:1px solid var(--line);text-align:right;font-variant-numeric:tabular-nums}
td:first-child,th:first-child{text-align:left}h2{margin-top:2.5rem;overflow-wrap:anywhere}li,td{overflow-wrap:anywhere}
.gate{display:inline-block;padding:.2rem .6rem;border:2px solid;border-radius:.4rem;margin:.2rem 0}
.PASS{color:var(--good)}.FAIL{color:var(--bad)}.UNDECIDED,.NOT{color:var(--open)}
svg{width:100%;max-width:46rem;height:auto}svg text{fill:currentColor;font-size:13px}
.zero{stroke:var(--line)}.bar{stroke:var(--dot);stroke-width:2}.dot{fill:var(--dot)}.grid{stroke:var(--soft)}
</style></head><body><h1>Comparison of GPU energy and carbon</h1>
)";

constexpr double kPlotLeft = 150;
constexpr double kPlotWidth = 440;
constexpr double kRowHeight = 26;

struct Bar {
  std::string name;
  double value;
  statistics::Interval bounds;
};

std::vector<Bar> bars_of(const Comparison& comparison) {
  std::vector<Bar> bars;
  for (const Row& row : comparison.rows) {
    if (!row.change || row.as_difference()) continue;
    const auto bounds = shown(row, statistics::interval(row.change->change.value, row.change->change.budget));
    if (std::isfinite(bounds.low) && std::isfinite(bounds.high))
      bars.push_back({std::string(facts_of(row.metric).words), shown(row, row.change->change.value), bounds});
  }
  return bars;
}

// A round number of percent per line of the grid, for at most five lines a side.
double grid_step(double reach) {
  const double rough = reach / 4;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough) return factor * power;
  return 10 * power;
}

std::string grid_svg(double reach, double scale, double height) {
  std::string svg;
  const double step = grid_step(reach);
  for (int line = -static_cast<int>(reach / step); line <= static_cast<int>(reach / step); ++line) {
    const double x = kPlotLeft + kPlotWidth / 2 + line * step * scale;
    svg += fmt::format(R"(<line class="{}" x1="{:.1f}" y1="0" x2="{:.1f}" y2="{}"/><text x="{:.1f}" y="{}" )"
                       R"(text-anchor="middle">{:+.3g} %</text>)",
                       line == 0 ? "zero" : "grid", x, x, height, x, height + 16, line * step * 100);
  }
  return svg;
}

// Each change with its interval, around no change.
std::string plot_svg(const std::vector<Bar>& bars) {
  double reach = 0.001;
  for (const Bar& bar : bars) reach = std::max({reach, std::abs(bar.bounds.low), std::abs(bar.bounds.high)});
  reach *= 1.1;
  const double scale = kPlotWidth / 2 / reach;
  const double height = kRowHeight * static_cast<double>(bars.size());
  std::string svg = fmt::format(R"(<svg viewBox="0 0 640 {}" role="img" aria-label="changes with their 95 % intervals">{})",
                                height + 24, grid_svg(reach, scale, height));
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double y = kRowHeight * (static_cast<double>(i) + 0.5);
    const auto x_of = [&](double share) { return kPlotLeft + kPlotWidth / 2 + share * scale; };
    svg +=
        fmt::format(R"(<text x="0" y="{:.1f}">{}</text><line class="bar" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)"
                    R"(<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="4"/>)",
                    y + 4, base::xml_text(bars[i].name), x_of(bars[i].bounds.low), y, x_of(bars[i].bounds.high), y,
                    x_of(bars[i].value), y);
  }
  return svg + "</svg>\n";
}

// `phase`: of which phase; empty: of the run.
std::string html_row(const Row& row, const std::string& phase = {}) {
  const std::string words(facts_of(row.metric).words);
  const std::string name = phase.empty() ? words : base::xml_text(phase, 80) + ": " + words;
  if (!row.change)
    return fmt::format("<tr><td>{}</td><td colspan=\"5\">not comparable: {}</td></tr>\n", name,
                       base::xml_text(row.not_comparable));
  return fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", name,
                     base::xml_text(mean_text(*row.base, row.unit)), base::xml_text(mean_text(*row.changed, row.unit)),
                     base::xml_text(change_text(row)), base::xml_text(interval_text(row)),
                     base::xml_text(would_show_text(row)));
}

std::string html_table(const Comparison& comparison) {
  std::string text = fmt::format(
      "<table><thead><tr><th></th><th>{} ({})</th><th>{} ({})</th><th>change</th><th>95 % interval</th>"
      "<th>would show</th></tr></thead><tbody>\n",
      base::xml_text(comparison.base.name, 60), comparison.base.counted, base::xml_text(comparison.changed.name, 60),
      comparison.changed.counted);
  for (const Row& row : comparison.rows) text += html_row(row);
  for (const PhaseRows& phase : comparison.phases)
    for (const Row& row : phase.rows) text += html_row(row, phase.path);
  return text + "</tbody></table>\n";
}

std::string html_notes(const Comparison& comparison) {
  std::string text = "<ul>\n";
  if (const Row* energy = comparison.find(Metric::energy); energy != nullptr && energy->change)
    text += "<li>Energy: " + base::xml_text(method_text(comparison, *energy)) +
            ". Made of: " + base::xml_text(budget_text(*energy)) + ".</li>\n";
  if (const std::string carbon = carbon_text(comparison); !carbon.empty())
    text += "<li>Carbon " + base::xml_text(carbon) + ".</li>\n";
  for (const Covariate& one : comparison.covariates)
    text += "<li>Differs: " + one.name + ": " + base::xml_text(one.base) + " and " + base::xml_text(one.changed) + "</li>\n";
  for (const Doubt& doubt : comparison.doubts) text += "<li>" + base::xml_text(doubt.text) + "</li>\n";
  for (const SideSummary* side : {&comparison.base, &comparison.changed})
    for (const LeftOut& out : side->left_out)
      text += "<li>Not counted: " + base::xml_text(out.run) + " (" + base::xml_text(out.why) + ")</li>\n";
  return text + "</ul>\n";
}

std::string html_comparison(const Comparison& comparison) {
  std::string text = "<section><h2>" + base::xml_text(comparison.benchmark) + "</h2>\n";
  for (const GateResult& gate : comparison.gates) {
    const std::string_view word = verdict_word(gate.verdict);
    text += fmt::format("<p class=\"gate {}\">{}</p>\n", word.substr(0, word.find(' ')),
                        base::xml_text(gate_text(comparison, gate), 600));
  }
  if (!comparison.not_comparable.empty())
    return text + "<p>Not comparable: " + base::xml_text(comparison.not_comparable, 600) + "</p></section>\n";
  const auto bars = bars_of(comparison);
  text += html_table(comparison);
  if (!bars.empty()) text += plot_svg(bars);
  return text + html_notes(comparison) + "</section>\n";
}

std::string html_suite(const Suite& suite) {
  std::string text = fmt::format("<section><h2>All {} benchmarks: geometric means</h2><table><tbody>\n", suite.benchmarks);
  for (const SuiteRow& one : suite.rows) {
    Row row;
    row.metric = one.metric;
    row.change = MetricChange{Method::runs, 0, one.change, {}};
    text += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", facts_of(one.metric).words,
                        base::xml_text(change_text(row)), base::xml_text(interval_text(row)));
  }
  text += "</tbody></table><ul>\n";
  for (const std::string& key : suite.only_base) text += "<li>only in BASE: " + base::xml_text(key) + "</li>\n";
  for (const std::string& key : suite.only_new) text += "<li>only in NEW: " + base::xml_text(key) + "</li>\n";
  return text + "</ul></section>\n";
}

}  // namespace

std::string as_html(const Report& report) {
  std::string text(kHead);
  for (const Comparison& comparison : report.comparisons) text += html_comparison(comparison);
  for (const Suite& suite : report.suites) text += html_suite(suite);
  for (const std::string& note : report.notes) text += "<p>Not read: " + base::xml_text(note) + "</p>\n";
  return text + "</body></html>\n";
}

}  // namespace gpubench::compare
