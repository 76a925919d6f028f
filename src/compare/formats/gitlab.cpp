#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "compare/formats/formats.h"
#include "compare/words.h"

namespace gpubench::compare {
namespace {

// A label's value in OpenMetrics.
std::string label_text(const std::string& text) {
  std::string escaped;
  for (const char character : base::one_line(text, 200)) {
    if (character == '\\' || character == '"') escaped += '\\';
    escaped += character;
  }
  return escaped;
}

std::string sample(const std::string& name, const std::string& benchmark, const Comparison& comparison, const Row& row,
                   const std::string& more, double value) {
  if (!std::isfinite(value)) return {};
  return fmt::format("{}{{benchmark=\"{}\",new=\"{}\",unit=\"{}\"{}}} {:.10g}\n", name, label_text(benchmark),
                     label_text(comparison.changed.name), label_text(row.unit), more, value);
}

}  // namespace

// One sample per metric and side, and the change with its interval. GitLab shows what differs from the target branch.
std::string as_gitlab(const Report& report) {
  std::string text;
  for (const MetricFacts& facts : kMetrics) {
    const std::string name = "gpubench_" + std::string(facts.name);
    std::string samples;
    for (const Comparison& comparison : report.comparisons) {
      const Row* row = comparison.find(facts.metric);
      if (row == nullptr || !row->change) continue;
      const std::string benchmark = benchmark_text(report, comparison);
      const auto bounds = shown(*row, statistics::interval(row->change->change.value, row->change->change.budget));
      samples += sample(name, benchmark, comparison, *row, R"(,figure="mean")", row->changed->mean.sample.mean);
      samples += sample(name, benchmark, comparison, *row, R"(,figure="half_width")", row->changed->mean.half_width());
      samples += sample(name, benchmark, comparison, *row, R"(,figure="change")", shown(*row, row->change->change.value));
      samples += sample(name, benchmark, comparison, *row, R"(,figure="change_low")", bounds.low);
      samples += sample(name, benchmark, comparison, *row, R"(,figure="change_high")", bounds.high);
    }
    if (!samples.empty()) text += fmt::format("# TYPE {} gauge\n{}", name, samples);
  }
  return text + "# EOF\n";
}

}  // namespace gpubench::compare
