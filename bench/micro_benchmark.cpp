// What the tool's own arithmetic costs a sample, without a driver: draining the power ring (our part of it), appending to a
// run's series, integrating. Google Benchmark; "BigO" says how each grows with the number of samples.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "energy/power_energy.h"
#include "meter/nvml/power_ring.h"
#include "series/journal/journal_series.h"
#include "series/spool/file_series.h"
#include "support/manual_clock.h"

namespace {

using namespace gpubench;
using namespace std::chrono_literals;

constexpr base::SteadyTime kStart{1h};
constexpr base::Duration kSpacing = 20ms;

// A ring that holds as many samples as it is asked to, the newest of them of this moment.
struct Ring {
  const support::ManualClock* clock;
  unsigned depth;
};
Ring* ring = nullptr;

int ring_samples(meter::NvmlHandle, int, meter::NvmlApi::Long, int* type, meter::NvmlApi::Count* count,
                 meter::NvmlSample* samples) {
  *type = meter::kNvmlUnsignedInt;
  *count = ring->depth;
  if (samples == nullptr) return meter::kNvmlSuccess;
  const auto newest = static_cast<std::uint64_t>(ring->clock->wall_now().time_since_epoch() / 1us);
  for (unsigned i = 0; i < ring->depth; ++i) {
    samples[i] = {};
    samples[i].stamp_us = newest - (ring->depth - 1 - i) * 20'000ULL;
    samples[i].value.unsigned_32 = 300'000 + i;
  }
  return meter::kNvmlSuccess;
}

void drain(benchmark::State& state) {
  const support::ManualClock clock;
  Ring here{&clock, static_cast<unsigned>(state.range(0))};
  ring = &here;
  meter::NvmlApi api;
  api.samples = ring_samples;
  meter::PowerRing power(api, nullptr, clock);
  std::size_t drained = 0;
  for (auto _ : state) {
    clock.advance(state.range(0) * kSpacing);
    const auto samples = power.drain();
    drained += samples ? samples->size() : 0;
  }
  if (drained != state.iterations() * static_cast<std::size_t>(state.range(0))) state.SkipWithError("samples were lost");
  state.SetItemsProcessed(static_cast<std::int64_t>(drained));
  state.SetComplexityN(state.range(0));
}

meter::PowerSample sample_at(std::int64_t i) {
  return {kStart + i * kSpacing, base::Power::from_watts(400 + 290 * std::sin(static_cast<double>(i) * 0.7))};
}

void count_samples(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetComplexityN(state.range(0));
}

void integrate(benchmark::State& state) {
  series::MemorySeries<meter::PowerSample> power;
  for (std::int64_t i = 0; i < state.range(0); ++i) power.append(sample_at(i));
  const base::Window run{kStart + 5ms, kStart + (state.range(0) - 1) * kSpacing - 5ms};
  for (auto _ : state) benchmark::DoNotOptimize(energy::energy_from_power(power, run));
  count_samples(state);
}

// As in a run: to the spooled series and to the journal, until the journal is on the disk; CPU time of both threads.
void append(benchmark::State& state) {
  const auto folder = std::filesystem::temp_directory_path() / ("iris-micro-" + std::to_string(getpid()));
  for (auto _ : state) {
    state.PauseTiming();
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    auto journal = series::Journal::create(folder, "micro");
    auto spool = series::FileSeries<meter::PowerSample>::create(folder);
    if (!journal || !spool) return state.SkipWithError("no temporary files");
    series::JournalSeries<meter::PowerSample> kept(std::move(*spool), **journal, 0);
    state.ResumeTiming();
    for (std::int64_t i = 0; i < state.range(0); ++i) kept.append(sample_at(i));
    (*journal)->close();
    if ((*journal)->error()) state.SkipWithError("the journal lost samples");
  }
  std::filesystem::remove_all(folder);
  count_samples(state);
}

BENCHMARK(drain)->Arg(8)->Arg(16)->Arg(32)->Arg(64)->Arg(119)->Complexity(benchmark::oN)->Unit(benchmark::kMicrosecond);
BENCHMARK(append)
    ->RangeMultiplier(4)
    ->Range(1 << 10, 1 << 16)
    ->Iterations(40)  // a file each
    ->MeasureProcessCPUTime()
    ->Complexity(benchmark::oN)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(integrate)->RangeMultiplier(4)->Range(1 << 10, 1 << 20)->Complexity(benchmark::oN)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
