// usage: day_journal FOLDER [GPUS [SECONDS [RUN_ID [END]]]]     makes a run's folder with the journal of a long run
// (default: 8 GPUs, 24 hours, power 50 times a second, readings every 5 s; END in seconds since 1970, default: a minute
// ago), for `iris-gpubench report` and `export`.
//        day_journal --append FOLDER                      prints what appending to a journal costs
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "carbon/emissions.h"
#include "exporting/journal/results.h"
#include "runs/journal_notes.h"
#include "series/journal/journal.h"

namespace {

using namespace gpubench;
using namespace std::chrono_literals;

constexpr base::SteadyTime kStart{1000s};
constexpr int kDay = 86400;

meter::GpuDescription gpu(int index) {
  meter::GpuDescription gpu;
  gpu.index = index;
  gpu.name = "Synthetic GPU";
  gpu.uuid = "GPU-synthetic-" + std::to_string(index);
  gpu.power_limit = base::Power::from_watts(700);
  gpu.memory_total = base::Bytes::from_mebibytes(143771);
  gpu.max_sm_clock = base::Frequency::from_megahertz(1980);
  gpu.max_memory_clock = base::Frequency::from_megahertz(3201);
  gpu.slowdown_temperature = base::Temperature::from_celsius(89);
  gpu.shutdown_temperature = base::Temperature::from_celsius(92);
  return gpu;
}

// The load of a day: hours of work with a check every 20 minutes; from noon to two the power cap holds it down.
enum class Phase : std::uint8_t { idle, check, work, capped };

Phase phase_at(base::SteadyTime time, base::SteadyTime end) {
  if (time < kStart || time >= end) return Phase::idle;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time - kStart).count();
  if (seconds % 1200 >= 1140) return Phase::check;
  return seconds >= 12 * 3600 && seconds < 14 * 3600 ? Phase::capped : Phase::work;
}

// One peak of 20 ms, six hours in.
constexpr base::SteadyTime kPeak = kStart + 6h + 10min;

double watts(base::SteadyTime time, base::SteadyTime end, int index) {
  const double seconds = base::to_seconds(time - kStart);
  if (time == kPeak && index == 0) return 695;
  switch (phase_at(time, end)) {
    case Phase::idle:
      return 80;
    case Phase::check:
      return 210 + 4 * index + 10 * std::sin(seconds * 2);
    case Phase::capped:
      return 640 + 2 * index + 5 * std::sin(seconds * 3);
    case Phase::work:
      break;
  }
  return 500 + 10 * index + 40 * std::sin(seconds / 5000 + index) + 20 * std::sin(seconds * 3);
}

meter::GpuReading reading(base::SteadyTime time, base::SteadyTime end, int index) {
  const Phase phase = phase_at(time, end);
  const bool busy = phase == Phase::work || phase == Phase::capped;
  const double power = watts(time, end, index);
  meter::GpuReading value;
  value.time = time;
  value.utilization = base::Ratio::from_percent(phase == Phase::idle ? 0 : (busy ? 97 : 35));
  value.power = base::Power::from_watts(power);
  value.temperature = base::Temperature::from_celsius(std::round(32 + power / 20 + index));
  value.memory_used = base::Bytes::from_mebibytes(phase == Phase::idle ? 500 : 90000 + 1500 * index);
  value.sm_clock = base::Frequency::from_megahertz(phase == Phase::capped ? 1530 : (busy ? 1755 : 1980));
  value.memory_clock = base::Frequency::from_megahertz(3201);
  const std::uint64_t cap = meter::ThrottleReasons::software_power_cap;
  value.throttle_reasons = meter::ThrottleReasons{phase == Phase::capped ? cap : 0};
  return value;
}

// Into files without the journal's own thread, so that nothing has to be waited for.
class LongRun {
 public:
  LongRun(const std::filesystem::path& folder, int gpus, base::SteadyTime end, const std::string& run_id)
      : gpus_(gpus),
        end_(end),
        joules_(static_cast<std::size_t>(gpus), 1e6),
        files_(series::SegmentFiles::create(folder, run_id).value()),
        buffer_(64U << 20U) {}

  void note(const std::string& text) { buffer_.add_note(text); }
  void second(base::SteadyTime time, bool with_reading) {
    for (int index = 0; index < gpus_; ++index) {
      double& joules = joules_[static_cast<std::size_t>(index)];
      if (with_reading) add(index, reading(time, end_, index));
      add(index, meter::CounterReading{time, time + 3ms, base::Energy::from_joules(joules)});
      for (int i = 0; i < 50; ++i) {
        const base::SteadyTime at = time + i * 20ms;
        const double power = watts(at, end_, index);
        add(index, meter::PowerSample{at, base::Power::from_watts(power)});
        joules += power * 0.02;
      }
    }
    write();
  }
  void write() {
    std::size_t done = 0;
    buffer_.take(batch_);
    files_->write(batch_, done);
  }

 private:
  template <class T>
  void add(int gpu, const T& value) {
    std::array<std::byte, series::journal_format::Entry<T>::kBytes> bytes;
    series::journal_format::Entry<T>::encode(value, bytes.data());
    buffer_.add(series::journal_format::Entry<T>::kKind, static_cast<std::uint16_t>(gpu), bytes);
  }
  int gpus_;
  base::SteadyTime end_;
  std::vector<double> joules_;  // of each GPU's counter
  std::unique_ptr<series::SegmentFiles> files_;
  series::RecordBuffer buffer_;
  series::RecordBatch batch_;
};

// Half-hours of a grid with the sun in it.
carbon::EmissionsAccount grid(base::WallTime from, base::WallTime to) {
  carbon::EmissionsAccount account;
  for (base::WallTime slot = std::chrono::floor<std::chrono::hours>(from); slot < to; slot += 30min) {
    const double hour = base::to_seconds(slot - std::chrono::floor<std::chrono::days>(slot)) / 3600;
    carbon::SlotEmissions part;
    part.intensity = {
        slot,
        slot + 30min,
        base::CarbonIntensity::from_grams_per_kilowatt_hour(std::round(150 + 60 * std::cos(hour / 24 * 6.2832))),
        carbon::IntensityKind::forecast,
        "synthetic",
        slot};
    part.from = slot;
    part.to = slot + 30min;
    account.slots.push_back(part);
  }
  return account;
}

void write_run(const std::filesystem::path& folder, int gpus, int seconds, const std::string& run_id, base::WallTime end) {
  record::RunFacts run;
  run.run_id = run_id;
  run.tool_version = "synthetic";
  run.host = "nowhere";
  run.interval = 5s;
  run.anchor = {kStart, end - std::chrono::seconds(seconds)};
  run.carbon_region = "South England";
  run.source = {meter::kReplay, "REPLAY of a synthetic day (not a measurement)", "", "synthetic"};
  for (int index = 0; index < gpus; ++index) {
    run.gpus.push_back(gpu(index));
    run.benchmark_gpus.positions.push_back(static_cast<std::size_t>(index));
  }
  workload::WorkloadDescription workload;
  workload.name = "synthetic";
  record::Measured measured;
  measured.workload = workload;
  measured.outcome.ran = {kStart, kStart + std::chrono::seconds(seconds)};
  measured.outcome.exit_code = 0;
  LongRun out(folder, gpus, measured.outcome.ran.end, run_id);
  out.note(runs::facts_note(run, workload));
  for (int second = -2; second < seconds + 2; ++second) out.second(kStart + std::chrono::seconds(second), second % 5 == 0);
  out.note(runs::ended_note(measured));
  record::RunRecord closing;
  closing.facts = run;
  closing.carbon_place = run.carbon_region;
  closing.ran = measured.outcome.ran;
  closing.emissions = grid(closing.start_time(), closing.end_time());
  out.note(exporting::results_note(closing));
  out.note(runs::closing_note(closing));
  out.write();
}

void time_appends(const std::filesystem::path& folder) {
  constexpr int kCount = 400000;  // less than what may wait in memory
  auto journal = series::Journal::create(folder, "append").value();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kCount; ++i) journal->append(0, meter::PowerSample{kStart + i * 20ms, base::Power::from_watts(500)});
  const auto end = std::chrono::steady_clock::now();
  constexpr int kReadings = 20000;
  for (int i = 0; i < kReadings; ++i)
    journal->append(static_cast<std::uint16_t>(i % 8), reading(kStart + i * 1s, kStart + 24h, i % 8));
  const auto last = std::chrono::steady_clock::now();
  journal->close();
  std::printf("append: %.0f ns a power sample, %.0f ns a reading; lost: %s\n",
              static_cast<double>((end - begin).count()) / kCount, static_cast<double>((last - end).count()) / kReadings,
              journal->error() ? journal->error()->message.c_str() : "nothing");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::string first = argv[1];
  const std::filesystem::path folder = first == "--append" && argc > 2 ? argv[2] : first;
  std::filesystem::create_directories(folder);
  if (first == "--append") {
    time_appends(folder);
    return 0;
  }
  // Databases refuse what is of the future, and some what is of long ago.
  const base::WallTime end = argc > 5 ? base::WallTime(std::chrono::seconds(std::atoll(argv[5])))
                                      : std::chrono::system_clock::now() - std::chrono::seconds(60);
  write_run(folder, argc > 2 ? std::atoi(argv[2]) : 8, argc > 3 ? std::atoi(argv[3]) : kDay,
            argc > 4 ? argv[4] : "20261122t000000z-synthetic", end);
  return 0;
}
