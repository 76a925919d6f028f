#include "report/closing.h"

#include <fmt/format.h>

#include <system_error>
#include <variant>

#include "record/work_rate.h"
#include "report/figure_text.h"
#include "report/part_rows.h"
#include "report/summary.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

std::string line(const char* name, const std::string& text) {
  return fmt::format("{:<10}{}\n", name, text);
}

std::string energy_text(const record::RunRecord& run) {
  if (!run.total_energy) return kNotAvailable;
  const std::string boards = run.gpus.size() == 1 ? "1 GPU" : std::to_string(run.gpus.size()) + " GPUs";
  return fmt::format("{} J ({}), {}", short_number(run.total_energy->joules(), 1), boards,
                     interval_text(run.total_uncertainty, *run.total_energy, run.gpus.size()));
}

std::string carbon_text(const record::RunRecord& run) {
  const Summary sum = summarize(run);
  if (!sum.total_carbon) return kNotAvailable;
  const bool yearly = run.emissions && run.emissions->used_yearly_factor;
  return short_number(sum.total_carbon->grams(), kTableDecimals) + " gCO2" + (yearly ? " (YEARLY FACTOR used)" : "");
}

std::string work_text(const record::RunRecord& run) {
  const std::string unit = one_line(run.benchmark.work->unit, kLongestUnit);
  const record::WorkRate rate = record::work_rate(run);
  std::string text = plain_number(run.benchmark.work->amount, 1) + " " + unit;
  if (rate.energy) text += fmt::format(", {} J per {}", short_number(rate.energy->joules(), kTableDecimals), unit);
  return text;
}

std::string export_text(const record::ExportRecord& exported) {
  return fmt::format("{} of {} values accepted and {} read back by {}", exported.accepted, exported.recorded,
                     exported.verified, one_line(exported.destination, kLongestCell));
}

std::string place_text(const std::filesystem::path& folder) {
  std::error_code error;
  for (const char* name : {"report.html", "formatted_metrics.txt"})
    if (std::filesystem::exists(folder / name, error)) return (folder / name).string();
  return folder.string();
}

}  // namespace

std::string outcome_line(const record::RunRecord& run) {
  std::string text = outcome_text(run.benchmark);
  for (const record::Finding& finding : run.findings) {
    if (const auto* limit = std::get_if<record::TimedOut>(&finding))
      text += ", at the time limit of " + plain_number(base::to_seconds(limit->limit), 3) + " s (--timeout)";
    if (const auto* interrupted = std::get_if<record::Interrupted>(&finding)) text += ", by " + interrupted->by;
  }
  return text;
}

std::string closing_lines(const record::RunRecord& run, const std::filesystem::path& folder) {
  const bool replay = run.facts.source.is_replay();
  const std::string after = " after " + short_number(base::to_seconds(run.elapsed()), 1) + " s";
  std::string text = line("Outcome", outcome_line(run) + after + (replay ? "; REPLAY: figures of a recording" : ""));
  text += line("Energy", energy_text(run));
  text += line("Carbon", carbon_text(run));
  if (run.benchmark.score) text += line("Score", short_number(*run.benchmark.score, kTableDecimals) + " s");
  if (run.benchmark.work) text += line("Work", work_text(run));
  if (run.exported.requested) text += line("Export", export_text(run.exported));
  if (!run.findings.empty()) text += line("Findings", std::to_string(run.findings.size()) + ", see the end of the tables");
  return text + line("Report", place_text(folder));
}

}  // namespace gpubench::report
