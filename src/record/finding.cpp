#include "record/finding.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

namespace gpubench::record {
namespace {

// " (reason)" or nothing: reasons come from the outside and may be missing.
std::string because(const std::string& reason) {
  return reason.empty() ? std::string() : " (" + reason + ")";
}

std::string seconds_text(base::Duration duration) {
  const double seconds = base::to_seconds(duration);
  return std::abs(seconds) < 1 ? fmt::format("{:.0f} ms", seconds * 1e3) : fmt::format("{:.2f} s", seconds);
}

// A share that is not quite all or nothing is never rounded to it.
std::string percent_text(base::Ratio ratio) {
  const double percent = ratio.percent();
  if (percent > 0 && percent < 0.1) return "less than 0.1 %";
  if (percent < 100 && percent >= 99.95) return "99.9 %";
  return fmt::format("{:.1f} %", percent);
}

std::string text(const Replayed& f) {
  return "REPLAY: the GPU figures come from the recorded trace " + f.trace +
         ", not from this machine: they do not show what this benchmark used.";
}

std::string text(const Interrupted& f) {
  return "The run was interrupted by " + f.by +
         " before the benchmark had finished: time, energy and carbon are those up to the interruption.";
}

std::string text(const TimedOut& f) {
  return "The benchmark was stopped at its --timeout of " + seconds_text(f.limit) +
         ": time, energy and carbon are those up to then.";
}

std::string text(const WorkloadFailed& f) {
  const std::string how =
      f.exit_code ? fmt::format("failed with exit code {}", *f.exit_code) : "ended with an unknown exit code";
  const std::string memory = f.out_of_memory ? ", and one of its processes was killed because memory ran out" : "";
  return "The benchmark " + how + memory + because(f.note) + ". The figures are not those of a complete run.";
}

std::string text(const EnergyUnknown& f) {
  return fmt::format("The energy of GPU {} is not known{}: the totals of energy and carbon are not available.", f.gpu_index,
                     because(f.reason));
}

std::string text(const CounterUnusable& f) {
  const std::string instead = f.instead.empty()
                                  ? "its energy is not known"
                                  : "its energy comes from its " + f.instead + " instead, which is less certain";
  return fmt::format("The energy counter of GPU {} could not be used{}: {}.", f.gpu_index, because(f.reason), instead);
}

std::string text(const MethodsDisagree& f) {
  const double difference = (f.ring - f.counter) / f.counter * 100.0;
  const std::string size = std::isfinite(difference) ? fmt::format("{:+.1f} %", difference) : "the counter shows no energy";
  const std::string reason =
      f.reason.empty() ? ". This is more than their uncertainties allow, so the interval was widened by the difference"
                       : ". The counter is in doubt because " + f.reason + ". Its interval was widened";
  return fmt::format("The energy of GPU {} is {:.1f} J by its counter and {:.1f} J by its power samples ({}){}.",
                     f.gpu_index, f.counter.joules(), f.ring.joules(), size, reason);
}

std::string text(const PowerGap& f) {
  return fmt::format(
      "Power samples of GPU {} are missing. They cover {} of the run, and the longest gap is {}. Peaks within gaps are not "
      "seen.",
      f.gpu_index, percent_text(f.coverage), seconds_text(f.longest_gap));
}

std::string text(const DeadlinesMissed& f) {
  return fmt::format(
      "{} of {} interval readings were late or skipped, the worst by {}. Their averages cover the time less evenly. Energy "
      "is not affected.",
      f.missed, f.planned, seconds_text(f.worst_lateness));
}

std::string text(const WallClockStepped& f) {
  return fmt::format(
      "The clock of this machine was set {} by {} during the run: times of day follow the clock as it was at the "
      "start; durations and energy are not affected.",
      f.by < base::Duration::zero() ? "back" : "forward", seconds_text(std::chrono::abs(f.by)));
}

std::string text(const GpuLost& f) {
  return fmt::format(
      "GPU {} was lost during the run (it fell off the bus): its readings end there. {}.", f.gpu_index,
      f.energy_known ? "From then on its energy is an estimate with a wide interval" : "Its energy is not known");
}

std::string text(const Throttled& f) {
  return fmt::format("GPU {} was throttled in at least {} of {}{}: the benchmark could have run faster.", f.gpu_index,
                     percent_text(f.share), f.counted ? "the run's time" : "its readings", because(f.reasons));
}

std::string text(const CarbonFallback& f) {
  return "There was no carbon forecast for at least one half-hour" + because(f.reason) +
         ". The yearly average factor was used there, so the emissions are a rough estimate.";
}

std::string text(const CarbonUnknown& f) {
  return "The carbon emissions are not known" + because(f.reason) + ": no yearly factor is built in for this place.";
}

std::string text(const ResultsNotCollected& f) {
  if (f.some_copied)
    return "Some of the benchmark's result files were not copied. benchmark_results/skipped.txt lists them.";
  return "The benchmark's result files could not be copied" + because(f.reason) + ". There may be no benchmark score.";
}

std::string text(const PlotNotMade& f) {
  return "The plot was not made" + because(f.reason) + "; no figure depends on it.";
}

std::string text(const ExportIncomplete& f) {
  return fmt::format(
      "Only {} of {} recorded values reached the database{}. The rest is kept. Send it with iris-gpubench export RUN.",
      f.accepted, f.recorded, because(f.reason));
}

std::string text(const NoGpuInContainer& f) {
  return "The benchmark had no GPU to use" + because(f.reason) + ": the figures show GPUs that it could not reach.";
}

std::string text(const LogIncomplete& f) {
  return "Part of the benchmark's log could not be kept" + because(f.reason) + ".";
}

std::string text(const SeriesIncomplete& f) {
  return "Readings are missing from the time series" + because(f.reason) + ": figures made from them may be too low.";
}

std::string text(const Recovered& f) {
  std::string damage;
  if (f.missing_records == 1) damage = "; 1 damaged record of the journal is left out";
  if (f.missing_records > 1) damage = fmt::format("; {} damaged records of the journal are left out", f.missing_records);
  return "The tool was stopped before it could report: the figures were made from the run's journal, which ends at " +
         f.until + damage + ".";
}

std::string text(const JournalIncomplete& f) {
  return "The run's journal is not complete" + because(f.reason) + ": a report made from it would lack values.";
}

std::string text(const NoGpuGiven& f) {
  return "The benchmark was given no GPU" + because(f.by) +
         ": there are no totals of energy and carbon; every GPU is listed as \"other\".";
}

std::string text(const GpusUnclear& f) {
  return "It is unclear which GPUs the benchmark used" + because(f.reason) + ": all of them count towards the totals.";
}

std::string text(const ForeignProcess& f) {
  return fmt::format(
      "GPU {} was also used by {}, which is not part of the benchmark: its use is included in the GPU's figures.",
      f.gpu_index, f.processes);
}

std::string text(const UnknownProcess& f) {
  return fmt::format(
      "GPU {} was used by {}, and it is unclear whether that is part of the benchmark: its use is included in the GPU's "
      "figures.",
      f.gpu_index, f.processes);
}

std::string text(const LeftRunning& f) {
  return fmt::format(
      "The benchmark left {} running on GPU {} after its end: what it uses from then on is in no figure, and the idle power "
      "after the run is not idle.",
      f.processes, f.gpu_index);
}

std::string text(const SharedByMig& f) {
  return fmt::format(
      "GPU {} is divided by MIG: power and energy are those of the whole board, counted once. They include what others did "
      "on its other instances.",
      f.gpu_index);
}

std::string text(const XidErrors& f) {
  return fmt::format(
      "The driver reported errors on GPU {} during the run (XID {}). The benchmark's results and these figures are "
      "doubtful.",
      f.gpu_index, f.codes);
}

std::string text(const MemoryErrors& f) {
  const std::string rows = f.remapped_rows == 0 ? std::string() : fmt::format(", {} rows remapped", f.remapped_rows);
  return fmt::format("The memory of GPU {} had errors during the run: {} corrected, {} not corrected{}{}.", f.gpu_index,
                     f.corrected, f.uncorrected, rows, f.uncorrected > 0 ? ", so the benchmark's results are doubtful" : "");
}

std::string text(const ScoreUnusable& f) {
  return "The benchmark's score or work could not be used" + because(f.reason) + ".";
}

std::string text(const ImpossibleValues& f) {
  if (f.count == 1)
    return fmt::format("The driver reported an impossible value for GPU {} ({}). It is left out of all figures.",
                       f.gpu_index, f.first);
  return fmt::format(
      "The driver reported {} impossible values for GPU {} (the first: {}). They are left out of all figures.", f.count,
      f.gpu_index, f.first);
}

std::string text(const DriverSilent& /*finding*/) {
  return "The driver did not answer for more than 5 s. Readings, samples and counter values of that time are missing.";
}

std::string text(const MarksIncomplete& f) {
  return "Some marks of the benchmark's phases are missing or could not be used" + because(f.reason) +
         ": the figures of its phases may be wrong.";
}

std::string text(const PhasesNotFound& f) {
  const std::string text = "The run has no phases, though " + f.asked + " would show them: ";
  if (f.short_ranges == 0) return text + "nothing in the benchmark matched.";
  return text + fmt::format("{} NVTX ranges were there, each shorter than 10 ms.", f.short_ranges);
}

std::string text(const PhasesNotSynchronised& f) {
  const std::string how =
      f.late_marks > 0 ? fmt::format("the GPU worked on after {} of the phases' ends", f.late_marks)
                       : fmt::format("between marks and changes of power the time varies by {}", seconds_text(f.spread));
  return "The marks of the phases and the work of the GPU do not go together (" + how +
         "): energy of one phase may count as another's. Synchronise the GPU at the marks.";
}

std::string text(const BegunInMidRun& /*finding*/) {
  return "Measuring began while the benchmark was running: time, energy and carbon are those of the part that was measured.";
}

std::string text(const SavedFinding& f) {
  return f.text;
}

// In the order of the variant.
constexpr std::array<std::string_view, 38> kNames = {"replayed",
                                                     "interrupted",
                                                     "timed_out",
                                                     "workload_failed",
                                                     "energy_unknown",
                                                     "counter_unusable",
                                                     "methods_disagree",
                                                     "power_gap",
                                                     "deadlines_missed",
                                                     "wall_clock_stepped",
                                                     "gpu_lost",
                                                     "throttled",
                                                     "carbon_fallback",
                                                     "carbon_unknown",
                                                     "results_not_collected",
                                                     "plot_not_made",
                                                     "export_incomplete",
                                                     "no_gpu_in_container",
                                                     "log_incomplete",
                                                     "series_incomplete",
                                                     "recovered",
                                                     "journal_incomplete",
                                                     "no_gpu_given",
                                                     "gpus_unclear",
                                                     "foreign_process",
                                                     "unknown_process",
                                                     "shared_by_mig",
                                                     "xid_errors",
                                                     "memory_errors",
                                                     "score_unusable",
                                                     "impossible_values",
                                                     "driver_silent",
                                                     "left_running",
                                                     "marks_incomplete",
                                                     "phases_not_found",
                                                     "phases_not_synchronised",
                                                     "begun_in_mid_run",
                                                     "saved"};
static_assert(kNames.size() == std::variant_size_v<AnyFinding>);

}  // namespace

Finding::Finding(const Finding&) = default;
Finding::Finding(Finding&&) noexcept = default;
Finding& Finding::operator=(const Finding&) = default;
Finding& Finding::operator=(Finding&&) noexcept = default;
Finding::~Finding() = default;

std::string finding_text(const Finding& finding) {
  return std::visit([](const auto& which) { return text(which); }, finding.what);
}

std::string finding_name(const Finding& finding) {
  if (const auto* saved = std::get_if<SavedFinding>(&finding.what)) return saved->name;
  return std::string(kNames.at(finding.what.index()));
}

}  // namespace gpubench::record
