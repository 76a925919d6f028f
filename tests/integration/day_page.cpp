// The page of a run of 24 hours on 8 GPUs with power at 50 Hz, from series that are made up while they are read:
//   day_page FILE.html [HOURS] [GPUS]
// A peak of 20 ms (PEAK W on GPU 0, an hour before the end) must survive.
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "report/html/html_report.h"

namespace {

using namespace gpubench;
using namespace std::chrono_literals;

constexpr double kPeakWatts = 1234;

// Value number i is made when it is asked for.
template <class T, class Make>
class MadeUpSeries final : public series::Series<T> {
 public:
  MadeUpSeries(std::size_t size, Make make) : size_(size), make_(make) {}
  void append(const T&) override {}
  [[nodiscard]] std::size_t size() const override { return size_; }
  [[nodiscard]] std::size_t read(std::size_t first, std::span<T> out) const override {
    const std::size_t count = first < size_ ? std::min(out.size(), size_ - first) : 0;
    for (std::size_t i = 0; i < count; ++i) out[i] = make_(first + i);
    return count;
  }

 private:
  std::size_t size_;
  Make make_;
};

template <class T, class Make>
std::unique_ptr<series::Series<T>> made_up(std::size_t size, Make make) {
  return std::make_unique<MadeUpSeries<T, Make>>(size, make);
}

constexpr base::SteadyTime kStart{1000s};

double load(double seconds, std::size_t gpu) {
  const double phase = seconds / 600 + 0.13 * static_cast<double>(gpu);
  return 0.5 + 0.5 * std::tanh(6 * std::sin(phase));
}

series::GpuSeries gpu_series(std::size_t gpu, std::size_t seconds) {
  series::GpuSeries made;
  const std::size_t samples = seconds * 50;
  made.power = made_up<meter::PowerSample>(samples, [=](std::size_t i) {
    const double at = static_cast<double>(i) / 50;
    const double noise = static_cast<double>((i * 2654435761U) % 1000) / 25;
    const bool peak = gpu == 0 && i + 3600 * 50 == samples;
    return meter::PowerSample{kStart + base::from_seconds(at),
                              base::Power::from_watts(peak ? kPeakWatts : 90 + 560 * load(at, gpu) + noise)};
  });
  made.readings = made_up<meter::GpuReading>(seconds / 5, [=](std::size_t i) {
    const double at = 5 * static_cast<double>(i);
    meter::GpuReading reading;
    reading.time = kStart + base::from_seconds(at);
    reading.utilization = base::Ratio::from_fraction(load(at, gpu));
    reading.temperature = base::Temperature::from_celsius(std::round(35 + 30 * load(at - 60, gpu)));
    reading.memory_used = base::Bytes::from_mebibytes(1000 + 60000 * load(at, gpu));
    reading.sm_clock = base::Frequency::from_megahertz(std::round(1980 - 300 * load(at, gpu)));
    reading.memory_clock = base::Frequency::from_megahertz(3201);
    reading.throttle_reasons = meter::ThrottleReasons{load(at, gpu) > 0.9 ? meter::ThrottleReasons::software_power_cap : 0};
    return reading;
  });
  return made;
}

record::RunRecord run_of(std::size_t gpus, std::size_t seconds) {
  record::RunRecord run;
  run.facts.run_id = "20261122t000000z-day";
  run.facts.tool_version = "0.1.0";
  run.facts.host = "made-up-host";
  run.facts.source.description = "made up for a test";
  run.benchmark.kind = "command";
  run.benchmark.name = "A day on 8 GPUs";
  run.benchmark.exit_code = 0;
  run.facts.interval = 5s;
  run.facts.anchor = {kStart, base::WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22))};
  run.ran = {kStart + 2s, kStart + base::from_seconds(static_cast<double>(seconds) - 2)};
  for (std::size_t i = 0; i < gpus; ++i) {
    record::GpuRecord gpu;
    gpu.gpu.index = static_cast<int>(i);
    gpu.gpu.name = "NVIDIA H200";
    gpu.gpu.power_limit = base::Power::from_watts(700);
    gpu.gpu.memory_total = base::Bytes::from_mebibytes(143771);
    gpu.gpu.max_sm_clock = base::Frequency::from_megahertz(1980);
    run.gpus.push_back(gpu);
  }
  return run;
}

std::size_t number(int count, char** arguments, int position, std::size_t otherwise) {
  return position < count ? static_cast<std::size_t>(std::strtoul(arguments[position], nullptr, 10)) : otherwise;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const std::size_t seconds = 3600 * number(count, arguments, 2, 24);
  const std::size_t gpus = number(count, arguments, 3, 8);
  const record::RunRecord run = run_of(gpus, seconds);
  std::vector<series::GpuSeries> series;
  for (std::size_t gpu = 0; gpu < gpus; ++gpu) series.push_back(gpu_series(gpu, seconds));
  std::ofstream out(arguments[1], std::ios::binary);
  report::write_html_report(out, {&run, &series, {}, {}});
  out.close();
  return out ? 0 : 1;
}
