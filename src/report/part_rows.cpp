#include "report/part_rows.h"

#include <fmt/format.h>

#include "base/text.h"
#include "report/figure_text.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

constexpr std::size_t kLongestName = 60;  // characters of a foreign string

std::string gpu_list(const std::vector<int>& gpus) {
  std::string text;
  for (const int gpu : gpus) base::add_item(text, std::to_string(gpu), ", ");
  return text.empty() ? "none" : text;
}

std::vector<std::string> row_of(const record::RunRecord& run, std::size_t index) {
  const record::PartRecord& part = run.parts[index];
  const bool ran = part.ran != base::Window{};
  std::string energy = kNotAvailable;
  if (part.energy) energy = with_half_width(*part.energy, part.uncertainty.comparative());
  if (run.facts.source.is_replay() && part.energy) energy += " (REPLAY)";
  return {std::to_string(index + 1),
          one_line(part.benchmark.name, kLongestName),
          ran ? outcome_text(part.benchmark) : "NOT RUN",
          ran ? base::utc_table_text(run.facts.anchor.to_wall(part.ran.start)) : kNotAvailable,
          ran ? short_number(base::to_seconds(part.ran.length()), 3) : kNotAvailable,
          gpu_list(part.gpus),
          energy,
          part.benchmark.score ? short_number(*part.benchmark.score, 5) : kNotAvailable,
          part.log};
}

}  // namespace

std::vector<std::string> part_headings() {
  return {"No.", "Image", "Outcome", "Start (UTC)", "Time (s)", "GPUs", "Energy (J)", "Score (s)", "Log"};
}

std::vector<std::vector<std::string>> part_rows(const record::RunRecord& run) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(run.parts.size());
  for (std::size_t i = 0; i < run.parts.size(); ++i) rows.push_back(row_of(run, i));
  return rows;
}

std::string outcome_text(const record::BenchmarkRecord& benchmark) {
  const std::string code = benchmark.exit_code ? fmt::format("exit code {}", *benchmark.exit_code) : "exit code not known";
  const std::string memory = benchmark.out_of_memory ? ", out of memory" : "";
  if (benchmark.attached && !record::has_failed(benchmark)) return "watched from mid-run (" + code + ")";
  if (!benchmark.exit_code && !benchmark.out_of_memory && !benchmark.interrupted) return "exit code not known";
  if (benchmark.interrupted) return "INTERRUPTED (" + code + memory + ")";
  return (benchmark.exit_code == 0 ? "succeeded (" : "FAILED (") + code + memory + ")";
}

}  // namespace gpubench::report
