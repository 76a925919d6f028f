#include "record/account.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/signal_name.h"
#include "energy/counter_energy.h"
#include "record/statistics.h"

namespace gpubench::record {
namespace {

using AllSeries = std::vector<series::GpuSeries>;  // one per GPU of the facts

constexpr base::Duration kClockStepWorthSaying = std::chrono::milliseconds(500);

// What replaces the counter; empty: nothing.
std::string instead_of_counter(const energy::GpuEnergy& energy) {
  const energy::EnergyEstimate* const best = energy.best();
  if (best == nullptr) return {};
  return best->method == energy::EnergyMethod::power_ring ? "power samples" : "power readings";
}

void note_energy(const GpuRecord& gpu, const series::GpuSeries& series, base::Window run, std::vector<Finding>& findings) {
  const energy::GpuEnergy& energy = gpu.energy;
  if (energy.best() == nullptr)
    findings.emplace_back(EnergyUnknown{gpu.gpu.index, "neither an energy counter nor power samples over the run"});
  if (!energy.counter) {
    const auto why = energy::energy_from_counter(*series.counter, run, std::nullopt, series.power.get(), series.sensor);
    findings.emplace_back(
        CounterUnusable{gpu.gpu.index, why ? "not usable" : why.error().message, instead_of_counter(energy)});
  } else if (energy.check.state == energy::CounterState::broken) {
    findings.emplace_back(CounterUnusable{gpu.gpu.index, energy.check.reason, instead_of_counter(energy)});
  } else if (energy.check.state == energy::CounterState::disputed) {
    const base::Energy counter = energy.counter->energy;
    findings.emplace_back(MethodsDisagree{gpu.gpu.index, counter, counter + *energy.check.difference,
                                          energy.check.apart ? std::string() : energy.check.reason});
  }
  if (energy.ring && energy.ring->coverage < energy::kLeastCoverage)
    findings.emplace_back(PowerGap{gpu.gpu.index, energy.ring->coverage, energy.ring->longest_gap});
}

void note_lost_gpu(const GpuRecord& gpu, const series::GpuSeries& series, std::vector<Finding>& findings) {
  bool lost = false;
  series::for_each(*series.readings, [&](const meter::GpuReading& reading) {
    lost = lost || (!reading.power && reading.power.error() == meter::Absent::gpu_lost);
  });
  if (lost) findings.emplace_back(GpuLost{gpu.gpu.index, gpu.energy.best() != nullptr});
}

void note_gpu(const GpuRecord& gpu, const series::GpuSeries& series, const RunRecord& run, std::vector<Finding>& findings) {
  note_energy(gpu, series, run.ran, findings);
  if (auto finding = throttling_finding(gpu, run.elapsed())) findings.emplace_back(*finding);
  note_lost_gpu(gpu, series, findings);
  for (Finding& finding : event_findings(gpu)) findings.push_back(std::move(finding));
}

void note_gpu_choice(const RunFacts& facts, std::vector<Finding>& findings) {
  const BenchmarkGpus& gpus = facts.benchmark_gpus;
  if (!gpus.unclear.empty()) findings.emplace_back(GpusUnclear{gpus.unclear});
  if (gpus.positions.empty() && !facts.source.is_none()) findings.emplace_back(NoGpuGiven{gpus.by});
}

// Our own fork and wait tell better than an engine; some outcomes tell it themselves.
energy::RunLimits known_of(const meter::GpuDescription& gpu, const workload::WorkloadDescription& workload,
                           const workload::WorkloadOutcome& outcome) {
  energy::RunLimits known;
  known.limit = gpu.power_limit;
  if (workload.kind == workload::WorkloadDescription::Kind::command) known.ends_within = std::chrono::milliseconds(1);
  known.ends_within = outcome.ends_within.value_or(known.ends_within);
  return known;
}

// Energy, statistics and findings of each GPU; what is doubtful of GPUs that are not the benchmark's says nothing of the
// run.
void add_gpus(RunRecord& run, const Measured& measured, const AllSeries& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const meter::GpuDescription& description = run.facts.gpus[i];
    const bool counts = run.facts.benchmark_gpus.has(i);
    GpuRecord gpu = account_gpu(
        description, all[i],
        energy::measure_energy(all[i], run.ran, known_of(description, measured.workload, measured.outcome)), run.ran);
    gpu.position = i;
    if (i < measured.events.size()) gpu.events = measured.events[i];
    if (counts) note_gpu(gpu, all[i], run, run.findings);
    (counts ? run.gpus : run.other_gpus).push_back(std::move(gpu));
  }
}

void note_outcome(const Measured& measured, const BenchmarkRecord& benchmark, std::vector<Finding>& findings) {
  if (measured.workload.attached) findings.emplace_back(BegunInMidRun{});
  if (measured.interrupted_by) {
    findings.emplace_back(Interrupted{base::signal_name(*measured.interrupted_by)});
  } else if (measured.timed_out) {
    findings.emplace_back(TimedOut{*measured.timed_out});
  } else if (has_failed(benchmark)) {
    findings.emplace_back(WorkloadFailed{measured.outcome.exit_code, measured.outcome.out_of_memory, measured.outcome.note});
  }
}

void note_log(const Measured& measured, std::vector<Finding>& findings) {
  if (!measured.outcome.log_trouble.empty()) findings.emplace_back(LogIncomplete{measured.outcome.log_trouble});
}

void note_gpu_access(const Measured& measured, std::vector<Finding>& findings) {
  if (!measured.workload.gpu_trouble.empty()) findings.emplace_back(NoGpuInContainer{measured.workload.gpu_trouble});
}

void note_sampling(const sampler::SamplerHealth& health, std::vector<Finding>& findings) {
  if (health.late > 0) findings.emplace_back(DeadlinesMissed{health.late, health.deadlines, health.worst_lateness});
  for (const sampler::Impossible& gpu : health.impossible)
    findings.emplace_back(ImpossibleValues{gpu.gpu_index, gpu.count, gpu.first});
  if (std::chrono::abs(health.wall_clock_step) > kClockStepWorthSaying)
    findings.emplace_back(WallClockStepped{health.wall_clock_step});
}

BenchmarkRecord benchmark_record(const workload::WorkloadDescription& workload, const workload::WorkloadOutcome& outcome) {
  BenchmarkRecord benchmark;
  benchmark.kind = workload.kind == workload::WorkloadDescription::Kind::container ? "container" : "command";
  benchmark.name = workload.name;
  benchmark.command_line = workload.command_line;
  benchmark.image_id = workload.image_id;
  benchmark.engine = workload.engine;
  benchmark.gpu_access = workload.gpu_access;
  benchmark.attached = workload.attached;
  benchmark.needs_exit_code = needs_exit_code(workload, outcome);
  benchmark.exit_code = outcome.exit_code;
  benchmark.out_of_memory = outcome.out_of_memory;
  return benchmark;
}

// The energy of the part's own GPUs over its own time; nothing where one of them is not known.
void add_energy(PartRecord& part, const RunFacts& facts, const AllSeries& all, const workload::WorkloadDescription& workload,
                const workload::WorkloadOutcome& outcome) {
  base::Energy sum;
  std::vector<energy::Uncertainty> uncertainties;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const meter::GpuDescription& gpu = facts.gpus[i];
    if (std::find(part.gpus.begin(), part.gpus.end(), gpu.index) == part.gpus.end()) continue;
    const energy::GpuEnergy measured = energy::measure_energy(all[i], part.ran, known_of(gpu, workload, outcome));
    if (measured.best() == nullptr) return;
    sum += measured.best()->energy;
    uncertainties.push_back(measured.best()->uncertainty);
  }
  if (uncertainties.empty()) return;
  part.energy = sum;
  part.uncertainty = energy::of_sum(uncertainties);
}

void take_score(BenchmarkRecord& benchmark, const BenchmarkScore& score) {
  benchmark.score = score.seconds;
  benchmark.work = score.work;
}

void add_parts(RunRecord& run, const Measured& measured, const AllSeries& all) {
  const auto& workloads = measured.workload.parts;
  const auto& outcomes = measured.outcome.parts;
  for (std::size_t i = 0; i < std::min(workloads.size(), outcomes.size()); ++i) {
    PartRecord part;
    part.benchmark = benchmark_record(workloads[i], outcomes[i]);
    part.benchmark.interrupted = outcomes[i].stopped_by_us;
    if (i < measured.scores.size()) take_score(part.benchmark, measured.scores[i]);
    part.ran = outcomes[i].ran;
    part.gpus = workloads[i].gpus;
    part.note = outcomes[i].note;
    part.log = part_log_name(i);
    if (part.ran != base::Window{}) add_energy(part, run.facts, all, workloads[i], outcomes[i]);
    run.parts.push_back(std::move(part));
  }
}

// The sum over the benchmark's GPUs, unless one is not known.
void add_total(RunRecord& run) {
  if (run.gpus.empty()) return;
  base::Energy total;
  std::vector<energy::Uncertainty> parts;
  for (const GpuRecord& gpu : run.gpus) {
    if (gpu.energy.best() == nullptr) return;
    total += gpu.energy.best()->energy;
    parts.push_back(gpu.energy.best()->uncertainty);
  }
  run.total_energy = total;
  run.total_uncertainty = energy::of_sum(parts);
}

}  // namespace

RunRecord make_account(RunFacts facts, const Measured& measured, const std::vector<series::GpuSeries>& series) {
  RunRecord run;
  run.facts = std::move(facts);
  run.benchmark = benchmark_record(measured.workload, measured.outcome);
  if (!run.facts.name.empty()) run.benchmark.what_ran = std::exchange(run.benchmark.name, run.facts.name);
  run.benchmark.interrupted = measured.interrupted_by || measured.timed_out;
  if (measured.workload.parts.empty() && !measured.scores.empty()) take_score(run.benchmark, measured.scores.front());
  run.ran = measured.outcome.ran;
  run.sampling = measured.health;
  run.findings = measured.findings;
  if (run.facts.source.is_replay()) run.findings.emplace_back(Replayed{run.facts.source.trace});
  note_outcome(measured, run.benchmark, run.findings);
  note_log(measured, run.findings);
  note_sampling(measured.health, run.findings);
  note_gpu_access(measured, run.findings);
  note_gpu_choice(run.facts, run.findings);
  add_gpus(run, measured, series);
  add_parts(run, measured, series);
  add_total(run);
  return run;
}

}  // namespace gpubench::record
