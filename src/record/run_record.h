// The account of a run, from which every output is made. Immutable once built.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "carbon/emissions.h"
#include "carbon/footprint.h"
#include "energy/gpu_energy.h"
#include "meter/gpu_meter.h"
#include "meter/value_facts.h"
#include "phases/account.h"
#include "record/finding.h"
#include "record/gpu_events.h"
#include "record/quality.h"
#include "record/run_facts.h"
#include "record/work.h"
#include "sampler/options.h"

namespace gpubench::record {

// Statistics of one interval value over the run. Empty if the GPU does not report it.
struct Statistics {
  double average = 0;              // over readings with utilisation above 0 (the predecessor's rule)
  double average_all = 0;          // over all readings of the run
  double maximum = 0;              // over all readings of the run
  std::size_t utilized_count = 0;  // readings of `average`; 0: average is not known
};

// How often one reason for clocks below the maximum was given.
struct ThrottleShare {
  std::string_view reason;  // "software_power_cap": a literal, lives for ever
  base::Ratio share;        // of the readings that have reasons
  bool slowdown = false;    // throttled by heat or hardware; false for the software power cap
};

// What the interval readings of one GPU say over the run.
struct ReadingStatistics {
  std::size_t readings = 0;
  meter::OfEachValue<std::optional<Statistics>>
      values;                             // in the value's unit; of those that are shown, and of activity the means
  std::vector<ThrottleShare> throttling;  // reasons seen at least once
  bool shows_utilization = false;         // in some reading, though perhaps of time before the run

  std::optional<Statistics>& operator[](meter::ValueKind kind) { return values[kind]; }
  const std::optional<Statistics>& operator[](meter::ValueKind kind) const { return values[kind]; }
};

// One GPU's share of the run.
struct GpuRecord {
  meter::GpuDescription gpu;
  std::size_t position = 0;  // of its series among the series of the run
  energy::GpuEnergy energy;
  std::optional<base::Power> average_power;  // best energy / elapsed time
  std::optional<base::Power> peak_power;     // highest 20 ms sample
  ReadingStatistics statistics = {};
  SeriesQuality quality = {};
  std::optional<base::Duration> utilized_time = {};  // with utilisation above 0
  std::optional<base::Energy> utilized_energy = {};  // of the best energy, the part within that time
  GpuEvents events = {};
};

struct BenchmarkRecord {
  std::string kind;          // "container" or "command"
  std::string name;          // as the user calls it, else the image or the program's base name
  std::string what_ran;      // the image or program, where `name` is the user's; else empty
  std::string command_line;  // may be empty
  std::string image_id;
  std::string engine;
  std::string gpu_access;
  std::optional<int> exit_code;
  bool out_of_memory = false;
  bool interrupted = false;
  bool attached = false;        // it ran already when measuring began
  bool needs_exit_code = true;  // that it is not known is a failure
  std::optional<double> score;  // seconds, from the benchmark's own metrics.yml (`time:`)
  std::optional<Work> work;     // likewise (`work:`, `work_unit:`)
};

// Its own fault, not that of who stopped it or only watched it.
inline bool has_failed(const BenchmarkRecord& benchmark) {
  const bool ends_well = benchmark.exit_code ? *benchmark.exit_code == 0 : !benchmark.needs_exit_code;
  return !benchmark.interrupted && (!ends_well || benchmark.out_of_memory);
}

// One of several containers of a run.
struct PartRecord {
  BenchmarkRecord benchmark;
  base::Window ran;                    // its own start and end; empty: it never ran
  std::vector<int> gpus;               // indices of those that were its own
  std::optional<base::Energy> energy;  // of its own GPUs over its own time; empty: not known, or it had none
  energy::Uncertainty uncertainty = {};
  std::string note;  // remark about its end; may be empty
  std::string log;   // name of its log in the run's folder
};

// The name of its log, by its place from 0.
std::string part_log_name(std::size_t part);

// What the tool itself cost.
struct ToolCost {
  double cpu_seconds = 0;  // user + system
  base::Bytes peak_resident;
};

// Values: recorded = accepted + pending + quarantined.
struct ExportRecord {
  bool requested = false;
  std::size_t recorded = 0;
  std::size_t accepted = 0;
  std::string destination;      // URL without user information
  std::string reason;           // why fewer than recorded were accepted or fewer than accepted verified; empty if all were
  std::size_t verified = 0;     // read back from the database with their values
  std::size_t pending = 0;      // kept in the journal, to be sent later
  std::size_t quarantined = 0;  // refused for good, and kept in export/quarantine.jsonl
};

struct RunRecord {
  RunFacts facts;
  BenchmarkRecord benchmark;
  base::Window ran;                                 // the workload's real start and end
  std::string carbon_place;                         // what the source of the intensities calls it; empty: it knows no place
  std::vector<GpuRecord> gpus;                      // those that the benchmark has: all totals are theirs
  std::vector<GpuRecord> other_gpus = {};           // measured as well, in no total
  std::vector<PartRecord> parts = {};               // of several containers; else empty
  std::optional<phases::PhaseAccount> phases = {};  // empty: the benchmark said nothing of any
  std::optional<base::Energy> total_energy;         // sum over gpus; empty if there is none or one is not known
  energy::Uncertainty total_uncertainty = {};       // of the sum: boards independent of each other, common causes added up
  std::optional<carbon::EmissionsAccount> emissions;
  std::optional<carbon::Footprint> footprint;  // empty: the emissions are not known
  ToolCost cost;
  sampler::SamplerHealth sampling = {};
  ExportRecord exported;
  std::vector<Finding> findings;

  // Not of a run that was recovered from its journal: the tool was killed before it could count.
  [[nodiscard]] bool tool_cost_known() const { return cost.cpu_seconds > 0; }
  [[nodiscard]] base::Duration elapsed() const { return ran.length(); }
  [[nodiscard]] base::WallTime start_time() const { return facts.anchor.to_wall(ran.start); }
  [[nodiscard]] base::WallTime end_time() const { return facts.anchor.to_wall(ran.end); }
  // Of the benchmark and others, in the order of their series.
  [[nodiscard]] std::vector<const GpuRecord*> all_gpus() const;
};

}  // namespace gpubench::record
