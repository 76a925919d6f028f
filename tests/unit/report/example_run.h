// Records of runs for the tests of the reports: plain figures, each different from the others.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "record/run_record.h"

namespace gpubench::report::example {

using namespace std::chrono_literals;

inline constexpr base::SteadyTime kStart{100s};
inline base::WallTime wall(base::Duration after_start) {
  return base::WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h + 5min + 12'345ms) + after_start;
}

inline meter::GpuDescription h200(int index) {
  meter::GpuDescription gpu;
  gpu.index = index;
  gpu.name = "NVIDIA H200";
  gpu.uuid = "GPU-00000000-0000-0000-0000-00000000000" + std::to_string(index);
  gpu.pci_bus_id = "00000000:0" + std::to_string(index) + ":00.0";
  gpu.power_limit = base::Power::from_watts(700);
  gpu.max_power_limit = base::Power::from_watts(700);
  gpu.memory_total = base::Bytes::from_mebibytes(143771);
  gpu.max_sm_clock = base::Frequency::from_megahertz(1980);
  gpu.max_memory_clock = base::Frequency::from_megahertz(3201);
  gpu.max_operating_temperature = base::Temperature::from_celsius(87);
  gpu.slowdown_temperature = base::Temperature::from_celsius(92);
  gpu.shutdown_temperature = base::Temperature::from_celsius(95);
  return gpu;
}

inline energy::EnergyEstimate estimate(double joules, energy::EnergyMethod method, double coverage, base::Duration gap,
                                       std::size_t samples) {
  energy::EnergyEstimate result;
  result.energy = base::Energy::from_joules(joules);
  result.method = method;
  result.coverage = base::Ratio::from_fraction(coverage);
  result.longest_gap = gap;
  result.samples = samples;
  result.uncertainty.terms = {{"edges", base::Energy::from_joules(joules * 0.0005), "idle on both sides"},
                              energy::gain_term(result.energy)};
  return result;
}

inline record::GpuRecord gpu_record(int index) {
  record::GpuRecord gpu;
  gpu.gpu = h200(index);
  const double joules = 20811.4 + 100 * index;
  gpu.energy.counter = estimate(joules, energy::EnergyMethod::counter_idle_anchored, 1, 1002ms, 33);
  gpu.energy.ring = estimate(joules * 1.0123, energy::EnergyMethod::power_ring, 0.9991, 31ms, 1499);
  gpu.energy.ring->spacing = 20ms;
  gpu.energy.average = estimate(joules * 0.93, energy::EnergyMethod::average_power, 0.98, 1001ms, 30);
  gpu.energy.check.state = energy::CounterState::trusted;
  gpu.energy.check.against = "power samples (20 ms)";
  gpu.energy.check.difference = gpu.energy.ring->energy - gpu.energy.counter->energy;
  gpu.energy.check.slope = base::Ratio::from_fraction(0.9975);
  gpu.energy.idle.before = energy::IdleLevel{base::Power::from_watts(78.4 + index), base::Power::from_watts(0.3),
                                             base::Ratio{}, base::Temperature::from_celsius(37), base::Temperature{}};
  gpu.energy.idle.after = energy::IdleLevel{base::Power::from_watts(124.1 + index), base::Power::from_watts(2)};
  gpu.energy.idle.settled = true;
  gpu.energy.idle.above = base::Energy::from_joules(joules - 78.4 * 30);
  gpu.energy.idle.uncertainty.terms = {{"idle_baseline", base::Energy::from_joules(460), "drift"}};
  gpu.quality.ring = {1499, 1, 20ms, 3ms, base::Power::from_watts(698.731 + index)};
  gpu.quality.reading_jitter = 412us;
  gpu.quality.counter_readings = 33;
  gpu.utilized_time = 28s;
  gpu.utilized_energy = base::Energy::from_joules(joules * 0.97);
  gpu.average_power = base::Power::from_watts(joules / 30.004117);
  gpu.peak_power = base::Power::from_watts(698.731 + index);
  gpu.statistics.readings = 30;
  gpu.statistics[meter::ValueKind::utilization] = record::Statistics{98.5 - index, 92.25, 100, 28};
  gpu.statistics[meter::ValueKind::power] = record::Statistics{690.12345 + index, 655.5, 699.9, 28};
  gpu.statistics[meter::ValueKind::temperature] = record::Statistics{51.33333, 50.1, 56, 28};
  gpu.statistics[meter::ValueKind::memory_used] = record::Statistics{6500.00595, 6400.5, 6612, 28};
  gpu.statistics[meter::ValueKind::sm_clock] = record::Statistics{1754.2, 1760, 1980, 28};
  gpu.statistics[meter::ValueKind::memory_clock] = record::Statistics{3201, 3201, 3201, 28};
  gpu.statistics.throttling = {{"software_power_cap", base::Ratio::from_percent(93.333333), false}};
  return gpu;
}

inline carbon::IntensitySlot forecast(base::WallTime from, base::WallTime to, double grams) {
  return {from,
          to,
          base::CarbonIntensity::from_grams_per_kilowatt_hour(grams),
          carbon::IntensityKind::forecast,
          "Carbon Intensity API, South England (region 12)",
          wall(-5s)};
}

inline carbon::SlotEmissions slot(base::WallTime from, base::WallTime to, base::Energy energy,
                                  carbon::IntensitySlot intensity) {
  return {from, to, energy, intensity, energy * intensity.intensity};
}

// One half-hour, all of the energy at 143 g/kWh.
inline carbon::EmissionsAccount emissions_of(base::Energy energy, base::WallTime from, base::WallTime to) {
  carbon::EmissionsAccount account;
  account.slots = {slot(from, to, energy, forecast(from, to, 143))};
  account.total = account.slots.front().emissions;
  account.average = base::CarbonIntensity::from_grams_per_kilowatt_hour(143);
  return account;
}

// A container on `gpus` GPUs of an H200 host.
inline record::RunRecord container_run(int gpus) {
  record::RunRecord run;
  run.facts.run_id = "20261122T120512Z-synthetic_regression";
  run.facts.tool_version = "0.1.0";
  run.facts.host = "gpu-host";
  run.facts.source = {"nvml", "NVML 13.580.159.04", "580.159.04", ""};
  run.benchmark.kind = "container";
  run.benchmark.name = "synthetic_regression";
  run.benchmark.image_id = "sha256:0123456789abcdef";
  run.benchmark.engine = "Docker 20.10.24";
  run.benchmark.gpu_access = "runtime";
  run.benchmark.exit_code = 0;
  run.benchmark.score = 12.4366;
  run.benchmark.work = record::Work{60000, "images"};
  run.facts.interval = 1s;
  run.ran = {kStart, kStart + 30'004'117us};
  run.facts.anchor = {kStart, wall(0s)};
  run.carbon_place = "South England";
  base::Energy total;
  std::vector<energy::Uncertainty> uncertainties;
  for (int i = 0; i < gpus; ++i) {
    run.gpus.push_back(gpu_record(i));
    total += run.gpus.back().energy.counter->energy;
    uncertainties.push_back(run.gpus.back().energy.counter->uncertainty);
  }
  run.total_uncertainty = energy::of_sum(uncertainties);
  run.total_energy = total;
  run.emissions = emissions_of(total, run.start_time(), run.end_time());
  run.cost = {0.31, base::Bytes::from_mebibytes(21.5)};
  run.sampling = {30, 0, 412us};
  return run;
}

// A command under a replayed trace, without network, over one half-hour boundary.
inline record::RunRecord replayed_command_run() {
  record::RunRecord run = container_run(1);
  run.facts.source = {meter::kReplay, "REPLAY of traces/h200.trace (not a measurement)", "", "traces/h200.trace"};
  run.benchmark = {};
  run.benchmark.kind = "command";
  run.benchmark.name = "matmul";
  run.benchmark.command_line = "./matmul --size 8192 --seconds 1800";
  run.benchmark.exit_code = 0;
  run.ran.end = run.ran.start + 1800s;
  const base::WallTime boundary = wall(0s) + (24min + 47'655ms);
  carbon::IntensitySlot factor{run.start_time(),
                               run.end_time(),
                               base::CarbonIntensity::from_grams_per_kilowatt_hour(124),
                               carbon::IntensityKind::yearly_factor,
                               "Great Britain, yearly average",
                               wall(0s)};
  const base::Energy half = *run.total_energy / 2;
  carbon::EmissionsAccount account;
  account.slots = {slot(run.start_time(), boundary, half, forecast(run.start_time(), boundary, 143)),
                   slot(boundary, run.end_time(), half, factor)};
  account.total = account.slots[0].emissions + account.slots[1].emissions;
  account.average = base::CarbonIntensity::from_grams_per_kilowatt_hour(139.7);
  account.used_yearly_factor = true;
  run.emissions = account;
  run.findings = {record::Replayed{"traces/h200.trace"},
                  record::CarbonFallback{"could not reach api.carbonintensity.org.uk"}};
  return run;
}

// An old GPU that reports little, and a run too short for an interval reading on the second one.
inline record::RunRecord unsupported_run() {
  record::RunRecord run = container_run(2);
  record::GpuRecord& old = run.gpus[0];
  old = {};
  old.gpu.name = "Tesla K80";
  old.statistics.readings = 30;
  old.quality.reading_jitter = 412us;
  old.statistics[meter::ValueKind::temperature] = record::Statistics{0, 40, 41, 0};
  record::GpuRecord& silent = run.gpus[1];
  silent = {};
  silent.gpu.index = 1;
  silent.gpu.name = "Tesla K80";
  run.benchmark.score.reset();
  run.facts.source.driver_version.clear();
  run.total_energy.reset();
  run.emissions.reset();
  run.carbon_place.clear();
  run.findings = {record::EnergyUnknown{0, "no counter, no power samples and no power readings"},
                  record::EnergyUnknown{1, ""}};
  return run;
}

// Ctrl-C during a container that had run out of memory; a hot GPU whose counter restarted.
inline record::RunRecord failed_run() {
  record::RunRecord run = container_run(1);
  run.benchmark.exit_code = 137;
  run.benchmark.out_of_memory = true;
  run.benchmark.interrupted = true;
  run.benchmark.score.reset();
  run.benchmark.work.reset();
  run.gpus[0].energy.counter.reset();
  run.gpus[0].energy.check = {};
  run.gpus[0].quality.counter_restarts = 1;
  run.gpus[0].energy.ring->coverage = base::Ratio::from_percent(99.999);
  run.gpus[0].statistics.throttling.push_back({"hardware_thermal", base::Ratio::from_percent(12.5), true});
  run.total_energy = run.gpus[0].energy.ring->energy;
  run.emissions = emissions_of(*run.total_energy, run.start_time(), run.end_time());
  run.findings = {record::Interrupted{"SIGINT"}, record::WorkloadFailed{137, true, ""},
                  record::CounterUnusable{0, "it restarted during the run"},
                  record::Throttled{0, "hardware thermal slowdown", base::Ratio::from_percent(12.5)}};
  return run;
}

}  // namespace gpubench::report::example
