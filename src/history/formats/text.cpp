#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/time.h"
#include "compare/words.h"
#include "history/formats/formats.h"

namespace gpubench::history {
namespace {

constexpr std::size_t kMostDrawn = 76;
constexpr std::size_t kLongestMark = 60;

std::string day_text(double seconds) {
  return base::utc_table_text(base::WallTime(base::from_seconds(seconds))).substr(0, 16);
}

bool begins_level(const Series& series, std::size_t index) {
  return std::any_of(series.steps.begin(), series.steps.end(), [index](const auto& step) { return step.first == index; });
}

// A character for each of the last points; "|" before the first of a new level.
std::string spark_line(const Series& series) {
  static constexpr std::array<std::string_view, 8> kLevels{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr double kTopLevel = 7;
  const auto& points = series.points;
  const std::size_t first = points.size() > kMostDrawn ? points.size() - kMostDrawn : 0;
  const auto [least, most] = std::minmax_element(points.begin() + static_cast<std::ptrdiff_t>(first), points.end(),
                                                 [](const Point& a, const Point& b) { return a.value < b.value; });
  const double span = most->value - least->value;
  std::string line;
  for (std::size_t i = first; i < points.size(); ++i) {
    if (i > first && begins_level(series, i)) line += "|";
    const double height = span > 0 ? (points[i].value - least->value) / span : 0.5;
    line += kLevels.at(static_cast<std::size_t>(std::lround(height * kTopLevel)));
  }
  return line;
}

std::string marks_text(const Point& point) {
  return base::one_line(base::joined(point.marks, ", "), kLongestMark);
}

std::string steps_text(const Series& series) {
  std::string text;
  for (const statistics::Step& step : series.steps) {
    const Point& point = series.points[step.first];
    text += fmt::format("  step    {}  {}  {}\n", day_text(point.start_seconds),
                        compare::percent_text(std::expm1(step.change)), marks_text(point));
  }
  for (std::size_t i = 0; i < series.points.size(); ++i)
    if (!series.points[i].marks.empty() && !begins_level(series, i))
      text += fmt::format("  change  {}  {}\n", day_text(series.points[i].start_seconds), marks_text(series.points[i]));
  return text;
}

std::string newest_text(const Series& series) {
  const Point& last = series.points.back();
  const std::string text =
      fmt::format("  newest  {}  {}", day_text(last.start_seconds), compare::figure_text(last.value, series.unit));
  if (!series.newest) return text + "\n";
  const std::string low = compare::percent_text(series.newest->interval.low);
  return text + fmt::format("  {} (95 %: {} to {})\n          against the {} before\n",
                            compare::percent_text(std::expm1(series.newest->change.value)), low.substr(0, low.size() - 2),
                            compare::percent_text(series.newest->interval.high), series.newest->before);
}

std::string gate_line(const compare::GateResult& gate) {
  std::string text = fmt::format("  GATE    {}: {}", gate.gate.text, compare::verdict_word(gate.verdict));
  if (!gate.reason.empty()) text += " (" + gate.reason + ")";
  return text + "\n";
}

std::string series_text(const Series& series) {
  const auto [least, most] = std::minmax_element(series.points.begin(), series.points.end(),
                                                 [](const Point& a, const Point& b) { return a.value < b.value; });
  std::string text = base::one_line(series.key, 78) + "\n  " + base::one_line(series.boards, 76) + "\n";
  text += fmt::format("  {} in {} {}: {} to {}\n", compare::facts_of(series.metric).words, series.points.size(),
                      series.points.size() == 1 ? "sitting" : "sittings", compare::figure_text(least->value),
                      compare::figure_text(most->value, base::one_line(series.unit, 20)));
  return text + "  " + spark_line(series) + "\n" + steps_text(series) + newest_text(series);
}

}  // namespace

std::string as_text(const Report& report) {
  std::string text;
  for (std::size_t i = 0; i < report.series.size(); ++i) {
    text += (i > 0 ? "\n" : "") + series_text(report.series[i]);
    if (i < report.gates.size()) text += gate_line(report.gates[i]);
  }
  for (const std::string& note : report.notes) text += "not read: " + base::one_line(note, 70) + "\n";
  return text;
}

}  // namespace gpubench::history
