#include "app/account.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/version.h"
#include "platform/signals.h"
#include "record/statistics.h"

namespace gpubench::app {
namespace {

using record::Finding;

// Counter and ring are two views of one sensor chain: on an H200 they agree within 0.5 % on a load that is not locked to the
// sensor's period. More than 2 % apart, beyond one or two 20 ms samples at each edge, is worth a word.
constexpr double kAgreement = 0.02;
constexpr base::Duration kEdge = std::chrono::milliseconds(50);
constexpr double kEnoughCoverage = 0.99;
constexpr base::Duration kClockStepWorthSaying = std::chrono::milliseconds(500);

void note_energy(const record::GpuRecord& gpu, const series::GpuSeries& series, base::Window run,
                 std::vector<Finding>& findings) {
  const energy::GpuEnergy& energy = gpu.energy;
  if (energy.best() == nullptr)
    findings.emplace_back(record::EnergyUnknown{gpu.gpu.index, "neither an energy counter nor power samples over the run"});
  if (!energy.counter) {
    const auto why = energy::energy_from_counter(*series.counter, run);
    findings.emplace_back(record::CounterUnusable{gpu.gpu.index, why ? "not usable" : why.error().message});
  }
  if (!energy.ring) return;
  if (energy.ring->coverage.fraction() < kEnoughCoverage) {
    findings.emplace_back(record::PowerGap{gpu.gpu.index, energy.ring->coverage, energy.ring->longest_gap});
  } else if (energy.counter) {
    const double difference = std::abs((energy.counter->energy - energy.ring->energy).joules());
    const double edges = gpu.peak_power ? (*gpu.peak_power * kEdge).joules() : 0.0;
    if (difference > kAgreement * energy.counter->energy.joules() + edges)
      findings.emplace_back(record::MethodsDisagree{gpu.gpu.index, energy.counter->energy, energy.ring->energy});
  }
}

void note_lost_gpu(const record::GpuRecord& gpu, const series::GpuSeries& series, std::vector<Finding>& findings) {
  bool lost = false;
  series::for_each(*series.readings, [&](const meter::GpuReading& reading) {
    lost = lost || (!reading.power && reading.power.error() == meter::Absent::gpu_lost);
  });
  if (lost) findings.emplace_back(record::GpuLost{gpu.gpu.index});
}

void note_throttling(const record::GpuRecord& gpu, std::vector<Finding>& findings) {
  if (auto finding = record::throttling_finding(gpu.gpu.index, gpu.throttling)) findings.emplace_back(*finding);
}

void note_outcome(const Measured& measured, std::vector<Finding>& findings) {
  if (measured.interrupted_by) {
    findings.emplace_back(record::Interrupted{platform::signal_name(*measured.interrupted_by)});
  } else if (measured.outcome.exit_code != 0 || measured.outcome.out_of_memory) {
    findings.emplace_back(
        record::WorkloadFailed{measured.outcome.exit_code, measured.outcome.out_of_memory, measured.outcome.note});
  }
}

void note_gpu_access(const AccountInput& input, std::vector<Finding>& findings) {
  const workload::WorkloadDescription& workload = *input.workload;
  if (workload.kind == workload::WorkloadDescription::Kind::container && workload.gpu_access == "none" &&
      input.meter->source().kind == meter::SourceKind::nvml)
    findings.emplace_back(record::NoGpuInContainer{
        workload.notes.empty() ? "the engine has no NVIDIA runtime and the host no NVIDIA device nodes"
                               : workload.notes.front()});
}

// A note of a workload that ended well is about its log: the engine was lost while it ran.
void note_log(const Measured& measured, std::vector<Finding>& findings) {
  const workload::WorkloadOutcome& outcome = measured.outcome;
  if (outcome.exit_code == 0 && !outcome.note.empty()) findings.emplace_back(record::LogIncomplete{outcome.note});
}

void note_sampling(const sampler::SamplerHealth& health, std::vector<Finding>& findings) {
  if (health.late > 0) findings.emplace_back(record::DeadlinesMissed{health.late, health.deadlines, health.worst_lateness});
  if (std::chrono::abs(health.wall_clock_step) > kClockStepWorthSaying)
    findings.emplace_back(record::WallClockStepped{health.wall_clock_step});
}

record::BenchmarkRecord benchmark_record(const AccountInput& input) {
  const workload::WorkloadDescription& workload = *input.workload;
  record::BenchmarkRecord benchmark;
  benchmark.kind = workload.kind == workload::WorkloadDescription::Kind::container ? "container" : "command";
  benchmark.name = workload.name;
  benchmark.command_line = workload.command_line;
  benchmark.image_id = workload.image_id;
  benchmark.engine = workload.engine;
  benchmark.gpu_access = workload.gpu_access;
  benchmark.exit_code = input.measured->outcome.exit_code;
  benchmark.out_of_memory = input.measured->outcome.out_of_memory;
  benchmark.interrupted = input.measured->interrupted_by.has_value();
  benchmark.score = input.score;
  return benchmark;
}

std::optional<base::Energy> total_energy(const std::vector<record::GpuRecord>& gpus) {
  base::Energy total;
  for (const record::GpuRecord& gpu : gpus) {
    if (gpu.energy.best() == nullptr) return std::nullopt;
    total += gpu.energy.best()->energy;
  }
  return total;
}

void add_emissions(record::RunRecord& run, const std::vector<series::GpuSeries>& series, CarbonLookup& carbon) {
  const CarbonLookup::Answer answer = carbon.answer(run.start_time(), run.end_time());
  run.emissions = account_carbon(run, series, answer.slots);
  if (run.emissions->used_yearly_factor)
    run.findings.emplace_back(record::CarbonFallback{answer.trouble.empty() ? "no forecast" : answer.trouble});
}

}  // namespace

carbon::EmissionsAccount account_carbon(const record::RunRecord& run, const std::vector<series::GpuSeries>& series,
                                        const std::vector<carbon::IntensitySlot>& slots) {
  std::vector<base::SteadyTime> boundaries;
  for (const base::WallTime boundary : carbon::half_hour_boundaries(run.start_time(), run.end_time()))
    boundaries.push_back(run.anchor.to_steady(boundary));
  std::vector<base::Energy> parts(boundaries.size() + 1);
  for (std::size_t i = 0; i < run.gpus.size(); ++i) {
    const energy::EnergyEstimate* best = run.gpus[i].energy.best();
    if (best == nullptr) continue;
    const auto own = energy::split_energy(series[i], run.ran, *best, boundaries);
    for (std::size_t part = 0; part < parts.size(); ++part) parts[part] += own[part];
  }
  return carbon::account_emissions(run.start_time(), run.end_time(), parts, slots);
}

record::RunRecord make_account(const AccountInput& input, CarbonLookup& carbon) {
  record::RunRecord run;
  run.run_id = input.run_id;
  run.tool_version = kVersion;
  run.host = input.host;
  run.source = input.meter->source();
  run.benchmark = benchmark_record(input);
  run.interval = input.interval;
  run.ran = input.measured->outcome.ran;
  run.anchor = input.anchor;
  run.carbon_region = input.carbon_region;
  run.findings = input.findings;
  if (run.source.kind == meter::SourceKind::replay) run.findings.emplace_back(record::Replayed{run.source.trace});
  note_outcome(*input.measured, run.findings);
  note_sampling(input.measured->health, run.findings);
  note_gpu_access(input, run.findings);
  note_log(*input.measured, run.findings);
  for (std::size_t i = 0; i < input.series->size(); ++i) {
    const series::GpuSeries& series = (*input.series)[i];
    run.gpus.push_back(
        record::account_gpu(input.meter->gpus()[i], series, energy::measure_energy(series, run.ran), run.ran));
    note_energy(run.gpus.back(), series, run.ran, run.findings);
    note_throttling(run.gpus.back(), run.findings);
    note_lost_gpu(run.gpus.back(), series, run.findings);
  }
  run.total_energy = total_energy(run.gpus);
  if (run.total_energy) add_emissions(run, *input.series, carbon);
  run.cost.deadlines = input.measured->health.deadlines;
  run.cost.late_deadlines = input.measured->health.late;
  run.cost.worst_lateness = input.measured->health.worst_lateness;
  return run;
}

std::optional<double> read_score(const std::filesystem::path& results) {
  constexpr std::uintmax_t kLargest = 1 << 20;  // from outside: nothing larger is a score file
  const std::filesystem::path file = results / "metrics.yml";
  std::error_code error;
  if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(file, error)) ||
      std::filesystem::file_size(file, error) > kLargest)
    return std::nullopt;
  try {
    const YAML::Node time = YAML::LoadFile(file.string())["time"];
    const auto seconds = time.as<double>();
    return std::isfinite(seconds) ? std::optional(seconds) : std::nullopt;
  } catch (const YAML::Exception&) {
    return std::nullopt;
  }
}

}  // namespace gpubench::app
