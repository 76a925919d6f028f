// usage: day_journal FOLDER [GPUS [SECONDS [RUN_ID]]]     makes a run's folder with the journal of a long run (default: 8
// GPUs, 24 hours, power 50 times a second, readings every 5 s), for `iris-gpubench report` and `export`.
//        day_journal --append FOLDER                      tells what appending to a journal costs
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/export_results.h"
#include "app/run_journal.h"
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
  return gpu;
}

double watts(base::SteadyTime time, int index) {
  const double seconds = base::to_seconds(time - kStart);
  return seconds < 0 ? 80 : 500 + 10 * index + 100 * std::sin(seconds / 60) + 20 * std::sin(seconds * 3);
}

meter::GpuReading reading(base::SteadyTime time, int index) {
  meter::GpuReading value;
  value.time = time;
  value.utilization = base::Ratio::from_percent(97);
  value.power = base::Power::from_watts(watts(time, index));
  value.temperature = base::Temperature::from_celsius(55 + index);
  value.memory_used = base::Bytes::from_mebibytes(90000);
  value.sm_clock = base::Frequency::from_megahertz(1755);
  value.memory_clock = base::Frequency::from_megahertz(3201);
  value.throttle_reasons = meter::ThrottleReasons{};
  return value;
}

// Into files without the journal's own thread, so that nothing has to be waited for.
class LongRun {
 public:
  LongRun(const std::filesystem::path& folder, int gpus, const std::string& run_id)
      : gpus_(gpus), files_(series::SegmentFiles::create(folder, run_id).value()), buffer_(64U << 20U) {}

  void note(const std::string& text) { buffer_.add_note(text); }
  void second(base::SteadyTime time, bool with_reading) {
    for (int index = 0; index < gpus_; ++index) {
      if (with_reading) add(index, reading(time, index));
      for (int i = 0; i < 50; ++i) {
        const base::SteadyTime at = time + i * 20ms;
        add(index, meter::PowerSample{at, base::Power::from_watts(watts(at, index))});
      }
      joules_ += time < kStart ? 80 : 500;
      add(index, meter::CounterReading{time, time + 3ms, base::Energy::from_joules(joules_ / gpus_)});
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
  std::unique_ptr<series::SegmentFiles> files_;
  series::RecordBuffer buffer_;
  series::RecordBatch batch_;
  double joules_ = 1e6;
};

void write_run(const std::filesystem::path& folder, int gpus, int seconds, const std::string& run_id) {
  app::RunIdentity run;
  run.run_id = run_id;
  run.tool_version = "synthetic";
  run.host = "nowhere";
  run.interval = 5s;
  // Ended a minute ago: databases refuse what is of the future, and some what is of long ago.
  run.anchor = {kStart, std::chrono::system_clock::now() - std::chrono::seconds(seconds + 60)};
  run.carbon_region = "South England";
  run.source = {meter::SourceKind::replay, "REPLAY of a synthetic day (not a measurement)", "", "synthetic"};
  for (int index = 0; index < gpus; ++index) run.gpus.push_back(gpu(index));
  workload::WorkloadDescription workload;
  workload.name = "synthetic";
  app::Measured measured;
  measured.outcome.ran = {kStart, kStart + std::chrono::seconds(seconds)};
  measured.outcome.exit_code = 0;
  LongRun out(folder, gpus, run_id);
  out.note(app::identity_note(run, workload));
  for (int second = -2; second < seconds + 2; ++second) out.second(kStart + std::chrono::seconds(second), second % 5 == 0);
  out.note(app::ended_note(measured, workload));
  record::RunRecord closing;
  closing.carbon_region = run.carbon_region;
  closing.run_id = run_id;
  closing.host = run.host;
  closing.anchor = run.anchor;
  closing.ran = measured.outcome.ran;
  out.note(app::results_note(closing));
  out.note(app::closing_note(closing));
  out.write();
}

void time_appends(const std::filesystem::path& folder) {
  constexpr int kCount = 400000;  // less than what may wait in memory
  auto journal = series::Journal::create(folder, "append").value();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kCount; ++i) journal->append(0, meter::PowerSample{kStart + i * 20ms, base::Power::from_watts(500)});
  const auto end = std::chrono::steady_clock::now();
  constexpr int kReadings = 20000;
  for (int i = 0; i < kReadings; ++i) journal->append(static_cast<std::uint16_t>(i % 8), reading(kStart + i * 1s, i % 8));
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
  write_run(folder, argc > 2 ? std::atoi(argv[2]) : 8, argc > 3 ? std::atoi(argv[3]) : kDay,
            argc > 4 ? argv[4] : "20261122t000000z-synthetic");
  return 0;
}
