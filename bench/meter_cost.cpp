// What each call of the meter costs on this machine: wall time and the CPU time of the calling thread, and how many of the
// calls each takes. usage: meter_cost [SECONDS_PER_CALL_TYPE]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "meter/nvml/nvml_meter.h"
#include "platform/clock.h"

namespace {

using namespace gpubench;

double now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

// Calls at the given spacing for `seconds`, like the sampler does.
void measure(const std::string& name, double spacing, double seconds, const std::function<bool()>& call) {
  std::vector<double> wall;
  std::vector<double> cpu;
  std::size_t failed = 0;
  for (double due = now(CLOCK_MONOTONIC), end = due + seconds; due < end; due += spacing) {
    while (now(CLOCK_MONOTONIC) < due) {
      const timespec pause{0, 200'000};
      nanosleep(&pause, nullptr);
    }
    const double wall_before = now(CLOCK_MONOTONIC);
    const double cpu_before = now(CLOCK_THREAD_CPUTIME_ID);
    if (!call()) ++failed;
    cpu.push_back(now(CLOCK_THREAD_CPUTIME_ID) - cpu_before);
    wall.push_back(now(CLOCK_MONOTONIC) - wall_before);
  }
  std::printf(
      "%-28s every %6.3f s  n %5zu  failed %zu  wall median %8.1f us  p99 %8.1f us  CPU median %8.1f us  p99 %8.1f us\n",
      name.c_str(), spacing, wall.size(), failed, quantile(wall, 0.5) * 1e6, quantile(wall, 0.99) * 1e6,
      quantile(cpu, 0.5) * 1e6, quantile(cpu, 0.99) * 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 5.0;
  const platform::SystemClock clock;
  const double before = now(CLOCK_MONOTONIC);
  const double cpu_before = now(CLOCK_PROCESS_CPUTIME_ID);
  auto meter = meter::open_nvml_meter(clock);
  if (!meter) {
    std::fprintf(stderr, "meter_cost: %s\n", meter.error().message.c_str());
    return 1;
  }
  std::printf("opening: wall %.1f ms, CPU %.1f ms, %zu GPU(s)\n", (now(CLOCK_MONOTONIC) - before) * 1e3,
              (now(CLOCK_PROCESS_CPUTIME_ID) - cpu_before) * 1e3, (*meter)->gpus().size());
  for (const double spacing : {0.005, 0.05, 1.0})
    measure("read_energy_counter", spacing, seconds, [&] { return (*meter)->read_energy_counter(0).has_value(); });
  for (const double spacing : {0.1, 1.0, 2.0})
    measure("drain_power", spacing, seconds, [&] { return (*meter)->drain_power(0).has_value(); });
  for (const double spacing : {0.1, 1.0})
    measure("read", spacing, seconds, [&] { return (*meter)->read(0).power.has_value(); });
  return 0;
}
