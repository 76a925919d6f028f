#include <fmt/format.h>

#include <cctype>
#include <set>

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

std::string run_line(const std::string& benchmark, const Comparison& comparison, const SideRun& run) {
  std::string line = go_name(benchmark) + " 1";
  for (const Row& row : comparison.rows)
    if (const auto& figure = run.values.figure(row.metric); figure && row.change)
      line += fmt::format(" {:.10g} {}", figure->value, go_unit(row.metric, row.unit));
  return line + "\n";
}

}  // namespace

// A line for each run, under the key "side": benchstat -col side FILE. With several NEW, BASE stands there once.
std::string as_benchfmt(const Report& report) {
  std::string text;
  std::set<std::string> bases;
  for (const Comparison& comparison : report.comparisons) {
    const std::string benchmark = benchmark_text(report, comparison);
    for (const SideSummary* side : {&comparison.base, &comparison.changed}) {
      if (side == &comparison.base && !bases.insert(benchmark).second) continue;
      text += "side: " + side_text(side->name) + "\n";
      for (const SideRun& run : side->runs) text += run_line(benchmark, comparison, run);
    }
  }
  return text;
}

}  // namespace gpubench::compare
