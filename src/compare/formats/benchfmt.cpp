#include <fmt/format.h>

#include <cctype>
#include <map>
#include <utility>

#include "base/text.h"
#include "compare/formats/formats.h"
#include "compare/words.h"

namespace gpubench::compare {
namespace {

// A benchmark's name has no space and begins with a capital letter.
std::string go_name(const std::string& benchmark) {
  std::string name = "Benchmark";
  for (const char character : base::one_line(benchmark, 100)) {
    const auto byte = static_cast<unsigned char>(character);
    const bool fits = byte < 0x80 && (std::isalnum(byte) != 0 || character == '/' || character == '=' || character == '.');
    const bool is_first = name == "Benchmark";
    const char letter = is_first ? static_cast<char>(std::toupper(byte)) : character;
    name += fits ? letter : '_';
  }
  return name;
}

// A unit has no space.
std::string go_unit(Metric metric, const std::string& unit) {
  std::string text;
  for (const char character : base::one_line(unit, 60)) text += character == ' ' ? '-' : character;
  return text + "-" + std::string(facts_of(metric).name);
}

// The figures of a run as its line has them, by metric.
using Figures = std::map<std::size_t, std::string>;

// Of those that are compared; what another comparison has added stays.
void add_figures(Figures& figures, const Comparison& comparison, const SideRun& run) {
  for (const Row& row : comparison.rows)
    if (const auto& figure = run.values.figure(row.metric); figure && row.change)
      figures.try_emplace(index_of(row.metric), fmt::format(" {:.10g} {}", figure->value, go_unit(row.metric, row.unit)));
}

// Go's readers refuse a line without figures.
std::string run_line(const std::string& benchmark, const Figures& figures) {
  if (figures.empty()) return {};
  std::string line = go_name(benchmark) + " 1";
  for (const auto& [metric, text] : figures) line += text;
  return line + "\n";
}

std::string side_lines(const std::string& name, const std::string& lines) {
  return lines.empty() ? lines : "side: " + side_text(name) + "\n" + lines;
}

// The runs of BASE with the figures that any NEW is compared by.
class BaseRuns {
 public:
  void add(const Comparison& comparison) {
    for (const SideRun& run : comparison.base.runs) {
      const auto [place, is_new] = places_.try_emplace({run.values.id, run.values.start_seconds}, runs_.size());
      if (is_new) runs_.emplace_back();
      add_figures(runs_[place->second], comparison, run);
    }
  }
  // Once only.
  std::string take_lines(const std::string& benchmark) {
    std::string lines;
    for (const Figures& figures : runs_) lines += run_line(benchmark, figures);
    runs_.clear();
    return lines;
  }

 private:
  std::map<std::pair<std::string, double>, std::size_t> places_;  // by name and start
  std::vector<Figures> runs_;
};

std::string changed_lines(const std::string& benchmark, const Comparison& comparison) {
  std::string lines;
  for (const SideRun& run : comparison.changed.runs) {
    Figures figures;
    add_figures(figures, comparison, run);
    lines += run_line(benchmark, figures);
  }
  return lines;
}

}  // namespace

// A line for each run, under the key "side": benchstat -col side FILE. With several NEW, BASE stands there once.
std::string as_benchfmt(const Report& report) {
  std::vector<std::string> benchmarks;
  std::map<std::string, BaseRuns> bases;
  for (const Comparison& comparison : report.comparisons) {
    benchmarks.push_back(benchmark_text(report, comparison));
    bases[benchmarks.back()].add(comparison);
  }
  std::string text;
  for (std::size_t i = 0; i < benchmarks.size(); ++i) {
    const Comparison& comparison = report.comparisons[i];
    text += side_lines(comparison.base.name, bases[benchmarks[i]].take_lines(benchmarks[i]));
    text += side_lines(comparison.changed.name, changed_lines(benchmarks[i], comparison));
  }
  return text;
}

}  // namespace gpubench::compare
