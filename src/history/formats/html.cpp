#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/time.h"
#include "base/xml.h"
#include "compare/words.h"
#include "history/formats/formats.h"

namespace gpubench::history {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>iris-gpubench history</title><style>
:root{color-scheme:light dark;--line:#8886;--dot:#0b66c3;--step:#c62828}
@media(prefers-color-scheme:dark){:root{--dot:#6cb6ff;--step:#ff7b72}}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}h2{margin-top:2.5rem;overflow-wrap:anywhere;font-size:1.1rem}
svg{width:100%;height:auto}svg text{fill:currentColor;font-size:12px}.axis{stroke:var(--line)}.path{fill:none;stroke:var(--line)}
.dot{fill:var(--dot)}.step{stroke:var(--step);stroke-dasharray:4 3}.mark{stroke:var(--line);stroke-dasharray:1 3}li{overflow-wrap:anywhere}
</style></head><body><h1>History of GPU energy and carbon</h1>
)";

constexpr double kLeft = 90;
constexpr double kWidth = 790;
constexpr double kHeight = 200;
constexpr double kTop = 10;

std::string moment(double seconds) {
  return base::utc_table_text(base::WallTime(base::from_seconds(seconds))).substr(0, 16);
}

// Where a point of a series is drawn: one after another, whatever the time between them.
class Chart {
 public:
  explicit Chart(const Series& series) : series_(series) {
    const auto [least, most] = std::minmax_element(series.points.begin(), series.points.end(),
                                                   [](const Point& a, const Point& b) { return a.value < b.value; });
    const double margin = std::max((most->value - least->value) * 0.1, most->value * 1e-6);
    low_ = least->value - margin;
    high_ = most->value + margin;
  }
  [[nodiscard]] double x(double index) const {
    const auto last = static_cast<double>(std::max<std::size_t>(series_.points.size() - 1, 1));
    return kLeft + kWidth * index / last;
  }
  [[nodiscard]] double y(double value) const { return kTop + kHeight * (high_ - value) / (high_ - low_); }
  [[nodiscard]] std::string svg() const;

 private:
  [[nodiscard]] std::string axes() const;
  [[nodiscard]] std::string lines() const;
  [[nodiscard]] std::string dots() const;

  const Series& series_;
  double low_ = 0;
  double high_ = 1;
};

std::string Chart::axes() const {
  std::string text;
  for (int i = 0; i <= 4; ++i) {
    const double value = low_ + (high_ - low_) * i / 4;
    text += fmt::format(R"(<line class="axis" x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/><text x="{}" y="{:.1f}" )"
                        R"(text-anchor="end">{}</text>)",
                        kLeft, y(value), kLeft + kWidth, y(value), kLeft - 6, y(value) + 4, compare::figure_text(value));
  }
  return text + fmt::format(R"(<text x="{}" y="{}">{}</text><text x="{}" y="{}" text-anchor="end">{}</text>)", kLeft,
                            kTop + kHeight + 18, moment(series_.points.front().start_seconds), kLeft + kWidth,
                            kTop + kHeight + 18, moment(series_.points.back().start_seconds));
}

std::string Chart::lines() const {
  std::string text;
  const auto line = [&](const char* kind, std::size_t index) {
    const double at = x(static_cast<double>(index) - 0.5);
    text += fmt::format(R"(<line class="{}" x1="{:.1f}" y1="{}" x2="{:.1f}" y2="{}"/>)", kind, at, kTop, at, kTop + kHeight);
  };
  for (std::size_t i = 1; i < series_.points.size(); ++i)
    if (!series_.points[i].marks.empty()) line("mark", i);
  for (const statistics::Step& step : series_.steps) line("step", step.first);
  return text;
}

std::string Chart::dots() const {
  std::string path;
  std::string text;
  for (std::size_t i = 0; i < series_.points.size(); ++i) {
    const Point& point = series_.points[i];
    const double at = x(static_cast<double>(i));
    path += fmt::format("{:.1f},{:.1f} ", at, y(point.value));
    text += fmt::format(R"(<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="3"><title>{}: {}, {} runs</title></circle>)", at,
                        y(point.value), moment(point.start_seconds),
                        base::xml_text(compare::figure_text(point.value, series_.unit)), point.runs);
  }
  return R"(<polyline class="path" points=")" + path + R"("/>)" + text;
}

std::string Chart::svg() const {
  return fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="values over time">)", kLeft + kWidth + 10,
                     kTop + kHeight + 26) +
         axes() + lines() + dots() + "</svg>\n";
}

std::string series_html(const Series& series) {
  std::string text =
      "<section><h2>" + base::xml_text(series.key) + "</h2>\n<p>" + base::xml_text(series.boards) +
      fmt::format(": {} in {}, {} {}</p>\n", compare::facts_of(series.metric).words, base::xml_text(series.unit),
                  series.points.size(), series.points.size() == 1 ? "sitting" : "sittings");
  text += Chart(series).svg() + "<ul>\n";
  for (const statistics::Step& step : series.steps)
    text += fmt::format("<li>Step of {} at {}</li>\n", compare::percent_text(std::expm1(step.change)),
                        moment(series.points[step.first].start_seconds));
  for (const Point& point : series.points)
    if (!point.marks.empty())
      text += "<li>" + moment(point.start_seconds) + ": " + base::xml_text(base::joined(point.marks, ", ")) + "</li>\n";
  return text + "</ul></section>\n";
}

std::string gate_html(const compare::GateResult& gate) {
  const std::string reason = gate.reason.empty() ? std::string() : " (" + base::xml_text(gate.reason) + ")";
  return fmt::format("<p>Gate {}: {}{}</p>\n", gate.gate.text, compare::verdict_word(gate.verdict), reason);
}

}  // namespace

std::string as_html(const Report& report) {
  std::string text(kHead);
  for (std::size_t i = 0; i < report.series.size(); ++i) {
    text += series_html(report.series[i]);
    if (i < report.gates.size()) text += gate_html(report.gates[i]);
  }
  for (const std::string& note : report.notes) text += "<p>Not read: " + base::xml_text(note) + "</p>\n";
  return text + "</body></html>\n";
}

}  // namespace gpubench::history
