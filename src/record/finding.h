// Every doubt that the tool may have about a run. A degraded result is a finding in the record, never only a log line.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/quantity.h"
#include "base/time.h"

namespace gpubench::record {

// The figures come from a recorded trace, not from this machine's GPUs.
struct Replayed {
  std::string trace;
};
// The run was ended by the user or the system before the workload was done.
struct Interrupted {
  std::string by;  // "SIGINT"
};
// The run was ended at the limit that its user had set (--timeout).
struct TimedOut {
  base::Duration limit;
};
struct WorkloadFailed {
  std::optional<int> exit_code;  // empty: unknown
  bool out_of_memory = false;
  std::string note;
};
// No counter, no power samples: nothing to integrate on this GPU.
struct EnergyUnknown {
  int gpu_index;
  std::string reason;
};
// The energy counter could not be used; another method is used.
struct CounterUnusable {
  int gpu_index;
  std::string reason;
  std::string instead = "power samples";  // what its energy comes from; empty: it is not known
};
// Counter and power samples differ by more than the intervals of both allow, or do not go together.
struct MethodsDisagree {
  int gpu_index;
  base::Energy counter;
  base::Energy ring;        // by the power samples
  std::string reason = {};  // empty: by more than both may be off
};
// Power samples missing from the 20 ms series.
struct PowerGap {
  int gpu_index;
  base::Ratio coverage;
  base::Duration longest_gap;
};
struct DeadlinesMissed {
  std::size_t missed;
  std::size_t planned;
  base::Duration worst_lateness;
};
// The wall clock was stepped during the run; times of day are those of the clock at the start.
struct WallClockStepped {
  base::Duration by;
};
struct GpuLost {
  int gpu_index;
  bool energy_known = false;  // filled in to the end of the run
};
// The driver left a call unanswered for seconds.
struct DriverSilent {};
// The driver gave values that the board cannot have.
struct ImpossibleValues {
  int gpu_index;
  std::size_t count;
  std::string first;  // "a power of 70000 W"
};
// The GPU was throttled, in a share of the readings or, if the driver counts it, of the time.
struct Throttled {
  int gpu_index;
  std::string reasons;
  base::Ratio share;
  bool counted = false;  // by the driver's accumulators
};
// No forecast for at least one half-hour: the yearly factor was used.
struct CarbonFallback {
  std::string reason;
};
// The source had nothing for part of the run, and no yearly factor is known for the place.
struct CarbonUnknown {
  std::string reason;
};
// The container's own result files could not be copied, or none was found where expected.
struct ResultsNotCollected {
  std::string reason;
  bool some_copied = false;  // then a list in their folder names the others
};
struct PlotNotMade {
  std::string reason;
};
struct ExportIncomplete {
  std::size_t recorded;
  std::size_t accepted;
  std::string reason;
};
// The workload had no GPU to use.
struct NoGpuInContainer {
  std::string reason;
};
// Part of the workload's log could not be kept.
struct LogIncomplete {
  std::string reason;
};
// A full or failing disk has cost readings.
struct SeriesIncomplete {
  std::string reason;
};

// The run was rebuilt from its journal: the tool was ended before it could report.
struct Recovered {
  std::string until;            // time of the last value, UTC
  std::size_t missing_records;  // known to be damaged
};
// A value of the journal or a metadata record could not be written.
struct JournalIncomplete {
  std::string reason;
};
// The workload was given no GPU: nothing counts towards the totals.
struct NoGpuGiven {
  std::string by;  // "--gpus none"
};
// It is unclear which GPUs the workload has: all count.
struct GpusUnclear {
  std::string reason;
};
// Somebody else's processes were seen on the GPU.
struct ForeignProcess {
  int gpu_index;
  std::string processes;  // "python3 (4711), Xorg (812)"
};
// The same for processes whose owner is unclear.
struct UnknownProcess {
  int gpu_index;
  std::string processes;
};
// What the benchmark has started was still on the GPU after its end.
struct LeftRunning {
  int gpu_index;
  std::string processes;  // "load (process 812)"
};
// The GPU is divided by MIG.
struct SharedByMig {
  int gpu_index;
};
// The driver reported errors of the GPU.
struct XidErrors {
  int gpu_index;
  std::string codes;  // "79, 48"
};
struct MemoryErrors {
  int gpu_index;
  std::uint64_t corrected;
  std::uint64_t uncorrected;
  std::uint64_t remapped_rows;
};
// The benchmark left a score or work that cannot be used.
struct ScoreUnusable {
  std::string reason;
};
// Marks of phases that could not be used, or are missing.
struct MarksIncomplete {
  std::string reason;
};
// The user asked for phases, and there are none.
struct PhasesNotFound {
  std::string asked;               // the options
  std::uint64_t short_ranges = 0;  // NVTX ranges that were there
};
// The GPU's work does not begin and end with the marks of its phases.
struct PhasesNotSynchronised {
  std::size_t late_marks = 0;  // after which it went on
  base::Duration spread{};     // of the time between marks and changes of power
};
// Measuring began while the workload was running.
struct BegunInMidRun {};
// A finding as a saved run has it.
struct SavedFinding {
  std::string name;
  std::string text;
};

using AnyFinding =
    std::variant<Replayed, Interrupted, TimedOut, WorkloadFailed, EnergyUnknown, CounterUnusable, MethodsDisagree, PowerGap,
                 DeadlinesMissed, WallClockStepped, GpuLost, Throttled, CarbonFallback, CarbonUnknown, ResultsNotCollected,
                 PlotNotMade, ExportIncomplete, NoGpuInContainer, LogIncomplete, SeriesIncomplete, Recovered,
                 JournalIncomplete, NoGpuGiven, GpusUnclear, ForeignProcess, UnknownProcess, SharedByMig, XidErrors,
                 MemoryErrors, ScoreUnusable, ImpossibleValues, DriverSilent, LeftRunning, MarksIncomplete, PhasesNotFound,
                 PhasesNotSynchronised, BegunInMidRun, SavedFinding>;

// Copies and moves of a variant of so many take seconds to compile wherever a record is copied, so they stand in one file.
struct Finding {
  template <class What>
    requires(!std::same_as<std::remove_cvref_t<What>, Finding>)
  Finding(What which) : what(std::move(which)) {}  // NOLINT(google-explicit-constructor): any of them is one
  Finding(const Finding&);
  Finding(Finding&&) noexcept;
  Finding& operator=(const Finding&);
  Finding& operator=(Finding&&) noexcept;
  ~Finding();

  AnyFinding what;
};

// One sentence for a reader.
std::string finding_text(const Finding& finding);
// A stable name for programs: "methods_disagree".
std::string finding_name(const Finding& finding);

}  // namespace gpubench::record
