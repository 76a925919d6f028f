#include "app/account.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "app/benchmark_outputs.h"
#include "app/version.h"
#include "carbon/embodied_figures.h"
#include "energy/counter_energy.h"
#include "energy/split_energy.h"
#include "platform/signals.h"
#include "record/statistics.h"

namespace gpubench::app {
namespace {

using record::Finding;

constexpr base::Duration kClockStepWorthSaying = std::chrono::milliseconds(500);

void note_energy(const record::GpuRecord& gpu, const series::GpuSeries& series, base::Window run,
                 std::vector<Finding>& findings) {
  const energy::GpuEnergy& energy = gpu.energy;
  if (energy.best() == nullptr)
    findings.emplace_back(record::EnergyUnknown{gpu.gpu.index, "neither an energy counter nor power samples over the run"});
  if (!energy.counter) {
    const auto why = energy::energy_from_counter(*series.counter, run, std::nullopt, series.power.get());
    findings.emplace_back(record::CounterUnusable{gpu.gpu.index, why ? "not usable" : why.error().message});
  } else if (energy.check.state == energy::CounterState::broken) {
    findings.emplace_back(record::CounterUnusable{gpu.gpu.index, energy.check.reason});
  } else if (energy.check.state == energy::CounterState::disputed) {
    const base::Energy counter = energy.counter->energy;
    findings.emplace_back(record::MethodsDisagree{gpu.gpu.index, counter, counter + *energy.check.difference});
  }
  if (energy.ring && energy.ring->coverage < energy::kLeastCoverage)
    findings.emplace_back(record::PowerGap{gpu.gpu.index, energy.ring->coverage, energy.ring->longest_gap});
}

void note_lost_gpu(const record::GpuRecord& gpu, const series::GpuSeries& series, std::vector<Finding>& findings) {
  bool lost = false;
  series::for_each(*series.readings, [&](const meter::GpuReading& reading) {
    lost = lost || (!reading.power && reading.power.error() == meter::Absent::gpu_lost);
  });
  if (lost) findings.emplace_back(record::GpuLost{gpu.gpu.index});
}

void note_gpu(const record::GpuRecord& gpu, const series::GpuSeries& series, const record::RunRecord& run,
              std::vector<Finding>& findings) {
  note_energy(gpu, series, run.ran, findings);
  if (auto finding = record::throttling_finding(gpu, run.elapsed())) findings.emplace_back(*finding);
  note_lost_gpu(gpu, series, findings);
  for (Finding& finding : record::event_findings(gpu)) findings.push_back(std::move(finding));
}

void note_gpu_choice(const AccountInput& input, std::vector<Finding>& findings) {
  if (!input.gpus.unclear.empty()) findings.emplace_back(record::GpusUnclear{input.gpus.unclear});
  if (input.gpus.positions.empty()) findings.emplace_back(record::NoGpuGiven{input.gpus.by});
}

// Our own fork and wait tell better than an engine.
energy::RunLimits known_of(const meter::GpuDescription& gpu, const workload::WorkloadDescription& workload) {
  energy::RunLimits known;
  known.limit = gpu.power_limit;
  if (workload.kind == workload::WorkloadDescription::Kind::command) known.ends_within = std::chrono::milliseconds(1);
  return known;
}

// Energy, statistics and findings of each GPU; what is doubtful of GPUs that are not the benchmark's says nothing of the
// run.
void add_gpus(record::RunRecord& run, const AccountInput& input) {
  run.gpus_chosen_by = input.gpus.by;
  for (std::size_t i = 0; i < input.series->size(); ++i) {
    const series::GpuSeries& series = (*input.series)[i];
    const meter::GpuDescription& description = input.meter->gpus()[i];
    record::GpuRecord gpu = record::account_gpu(
        description, series, energy::measure_energy(series, run.ran, known_of(description, *input.workload)), run.ran);
    gpu.position = i;
    if (i < input.events.size()) gpu.events = input.events[i];
    if (input.gpus.has(i)) note_gpu(gpu, series, run, run.findings);
    (input.gpus.has(i) ? run.gpus : run.other_gpus).push_back(std::move(gpu));
  }
}

void note_outcome(const Measured& measured, std::vector<Finding>& findings) {
  if (measured.interrupted_by) {
    findings.emplace_back(record::Interrupted{platform::signal_name(*measured.interrupted_by)});
  } else if (measured.timed_out) {
    findings.emplace_back(record::TimedOut{*measured.timed_out});
  } else if (measured.outcome.exit_code != 0 || measured.outcome.out_of_memory) {
    findings.emplace_back(
        record::WorkloadFailed{measured.outcome.exit_code, measured.outcome.out_of_memory, measured.outcome.note});
  }
}

void note_log(const Measured& measured, std::vector<Finding>& findings) {
  if (!measured.outcome.log_trouble.empty()) findings.emplace_back(record::LogIncomplete{measured.outcome.log_trouble});
}

void note_gpu_access(const AccountInput& input, std::vector<Finding>& findings) {
  if (!input.workload->gpu_trouble.empty()) findings.emplace_back(record::NoGpuInContainer{input.workload->gpu_trouble});
}

void note_sampling(const sampler::SamplerHealth& health, std::vector<Finding>& findings) {
  if (health.late > 0) findings.emplace_back(record::DeadlinesMissed{health.late, health.deadlines, health.worst_lateness});
  if (std::chrono::abs(health.wall_clock_step) > kClockStepWorthSaying)
    findings.emplace_back(record::WallClockStepped{health.wall_clock_step});
}

record::BenchmarkRecord benchmark_record(const workload::WorkloadDescription& workload,
                                         const workload::WorkloadOutcome& outcome) {
  record::BenchmarkRecord benchmark;
  benchmark.kind = workload.kind == workload::WorkloadDescription::Kind::container ? "container" : "command";
  benchmark.name = workload.name;
  benchmark.command_line = workload.command_line;
  benchmark.image_id = workload.image_id;
  benchmark.engine = workload.engine;
  benchmark.gpu_access = workload.gpu_access;
  benchmark.exit_code = outcome.exit_code;
  benchmark.out_of_memory = outcome.out_of_memory;
  return benchmark;
}

// The energy of the part's own GPUs over its own time; nothing where one of them is not known.
void add_energy(record::PartRecord& part, const AccountInput& input, const workload::WorkloadDescription& workload) {
  base::Energy sum;
  std::vector<energy::Uncertainty> uncertainties;
  for (std::size_t i = 0; i < input.series->size(); ++i) {
    const meter::GpuDescription& gpu = input.meter->gpus()[i];
    if (std::find(part.gpus.begin(), part.gpus.end(), gpu.index) == part.gpus.end()) continue;
    const energy::GpuEnergy measured = energy::measure_energy((*input.series)[i], part.ran, known_of(gpu, workload));
    if (measured.best() == nullptr) return;
    sum += measured.best()->energy;
    uncertainties.push_back(measured.best()->uncertainty);
  }
  if (uncertainties.empty()) return;
  part.energy = sum;
  part.uncertainty = energy::of_sum(uncertainties);
}

void take_score(record::BenchmarkRecord& benchmark, const BenchmarkScore& score) {
  benchmark.score = score.seconds;
  benchmark.work = score.work;
}

void add_parts(record::RunRecord& run, const AccountInput& input) {
  const auto& workloads = input.workload->parts;
  const auto& outcomes = input.measured->outcome.parts;
  for (std::size_t i = 0; i < std::min(workloads.size(), outcomes.size()); ++i) {
    record::PartRecord part;
    part.benchmark = benchmark_record(workloads[i], outcomes[i]);
    part.benchmark.interrupted = outcomes[i].stopped_by_us;
    if (i < input.scores.size()) take_score(part.benchmark, input.scores[i]);
    part.ran = outcomes[i].ran;
    part.gpus = workloads[i].gpus;
    part.note = outcomes[i].note;
    part.log = numbered_log(i);
    if (part.ran != base::Window{}) add_energy(part, input, workloads[i]);
    run.parts.push_back(std::move(part));
  }
}

// The sum over the benchmark's GPUs, unless one is not known.
void add_total(record::RunRecord& run) {
  if (run.gpus.empty()) return;
  base::Energy total;
  std::vector<energy::Uncertainty> parts;
  for (const record::GpuRecord& gpu : run.gpus) {
    if (gpu.energy.best() == nullptr) return;
    total += gpu.energy.best()->energy;
    parts.push_back(gpu.energy.best()->uncertainty);
  }
  run.total_energy = total;
  run.total_uncertainty = energy::of_sum(parts);
}

void add_emissions(record::RunRecord& run, const std::vector<series::GpuSeries>& series, const CarbonLookup::Answer& answer,
                   const CarbonChoice& choice) {
  if (!choice.fallback && !carbon::covers(answer.slots, run.start_time(), run.end_time())) {
    run.findings.emplace_back(record::CarbonUnknown{answer.trouble});
    return;
  }
  run.emissions = account_carbon(run, series, answer.slots, choice.fallback.value_or(carbon::great_britain()));
  if (*run.total_energy > base::Energy{})
    run.emissions->uncertainty = run.emissions->total * (run.total_uncertainty.absolute() / *run.total_energy);
  if (run.emissions->used_yearly_factor && choice.ask)  // not where the factor is what was asked for
    run.findings.emplace_back(record::CarbonFallback{answer.trouble.empty() ? "no forecast" : answer.trouble});
}

// The energy of all GPUs above their idle levels, as a share; empty if one has no such level.
std::optional<base::Ratio> share_above_idle(const record::RunRecord& run) {
  base::Energy above;
  for (const record::GpuRecord& gpu : run.gpus) {
    if (!gpu.energy.idle.above) return std::nullopt;
    above += *gpu.energy.idle.above;
  }
  if (*run.total_energy <= base::Energy{}) return std::nullopt;
  return base::Ratio::from_fraction(above / *run.total_energy);
}

// The user's figure for each GPU, else the published ones; empty where there is none for one of the GPUs.
std::optional<carbon::EmbodiedShare> embodied_share(const record::RunRecord& run, const CarbonOptions& options) {
  carbon::EmbodiedShare share;
  share.reserved = run.elapsed();
  share.lifetime = base::from_seconds(base::to_seconds(carbon::kSciYear) * options.lifetime_years);
  if (options.embodied) {
    share.making = *options.embodied * static_cast<double>(run.gpus.size());
    share.source = "user value (--embodied_kg)";
    return share;
  }
  for (const record::GpuRecord& gpu : run.gpus) {
    const auto figure = carbon::find_embodied_figure(gpu.gpu.name);
    if (!figure) return std::nullopt;
    share.making += figure->making;
    const std::string source = std::string(figure->source) + " (" + std::string(figure->basis) + ")";
    if (share.source.find(source) == std::string::npos) share.source += (share.source.empty() ? "" : "; ") + source;
  }
  return run.gpus.empty() ? std::nullopt : std::optional(share);
}

void add_footprint(record::RunRecord& run, const CarbonOptions& options) {
  carbon::FootprintInput input;
  input.grid = run.emissions->total;
  input.grid_uncertainty = run.emissions->uncertainty;
  input.pue = options.pue;
  input.above_idle = share_above_idle(run);
  input.embodied = embodied_share(run, options);
  input.functional_units = options.functional_units;
  input.functional_unit = options.functional_unit;
  run.footprint = carbon::make_footprint(input);
}

}  // namespace

void cost(record::RunRecord& run, const std::vector<series::GpuSeries>& series, const CarbonLookup::Answer& answer,
          const CarbonChoice& choice, const CarbonOptions& options) {
  std::erase_if(run.findings, [](const record::Finding& finding) {
    const std::string name = record::finding_name(finding);
    return name == record::finding_name(record::CarbonFallback{}) || name == record::finding_name(record::CarbonUnknown{});
  });
  run.carbon_region = choice.place;
  run.emissions.reset();
  run.footprint.reset();
  if (run.total_energy) add_emissions(run, series, answer, choice);
  if (run.emissions) add_footprint(run, options);
}

carbon::EmissionsAccount account_carbon(const record::RunRecord& run, const std::vector<series::GpuSeries>& series,
                                        const std::vector<carbon::IntensitySlot>& slots,
                                        const carbon::YearlyFactor& fallback) {
  std::vector<base::SteadyTime> boundaries;
  for (const base::WallTime boundary : carbon::cut_times(run.start_time(), run.end_time(), slots))
    boundaries.push_back(run.anchor.to_steady(boundary));
  std::vector<base::Energy> parts(boundaries.size() + 1);
  for (const record::GpuRecord& gpu : run.gpus) {
    const energy::EnergyEstimate* best = gpu.energy.best();
    if (best == nullptr) continue;
    const auto own = energy::split_energy(series[gpu.position], run.ran, *best, boundaries);
    for (std::size_t part = 0; part < parts.size(); ++part) parts[part] += own[part];
  }
  return carbon::account_emissions(run.start_time(), run.end_time(), parts, slots, fallback);
}

record::RunRecord make_account(const AccountInput& input, CarbonLookup& carbon) {
  record::RunRecord run;
  run.run_id = input.run_id;
  run.tool_version = kVersion;
  run.host = input.host;
  run.source = input.meter->source();
  run.benchmark = benchmark_record(*input.workload, input.measured->outcome);
  run.benchmark.interrupted = input.measured->interrupted_by || input.measured->timed_out;
  if (input.workload->parts.empty() && !input.scores.empty()) take_score(run.benchmark, input.scores.front());
  run.interval = input.interval;
  run.ran = input.measured->outcome.ran;
  run.anchor = input.anchor;
  run.carbon_region = carbon.choice().place;
  run.findings = input.findings;
  if (run.source.kind == meter::SourceKind::replay) run.findings.emplace_back(record::Replayed{run.source.trace});
  note_outcome(*input.measured, run.findings);
  note_log(*input.measured, run.findings);
  note_sampling(input.measured->health, run.findings);
  note_gpu_access(input, run.findings);
  note_gpu_choice(input, run.findings);
  add_gpus(run, input);
  add_parts(run, input);
  add_total(run);
  if (run.total_energy)
    cost(run, *input.series, carbon.answer(run.start_time(), run.end_time()), carbon.choice(), input.carbon);
  run.cost.deadlines = input.measured->health.deadlines;
  run.cost.late_deadlines = input.measured->health.late;
  run.cost.worst_lateness = input.measured->health.worst_lateness;
  run.cost.driver = input.measured->health.driver;
  run.wall_clock_step = input.measured->health.wall_clock_step;
  return run;
}

}  // namespace gpubench::app
