// The GPUs of the fake driver while it is initialised: what they do follows from the script and the time.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/fake_nvml/script.h"

namespace gpubench::fake_nvml {

// All that lives from nvmlInit_v2 to nvmlShutdown. `mutex` guards everything after it.
struct Machine {
  std::mutex mutex;
  bool initialised = false;
  Script script;
  double start = 0.0;
  std::vector<std::pair<double, double>> offsets;  // from (s since start), wall minus monotonic (s)
  std::map<std::string, int> calls;
  bool clock_is_set = false;
  std::int64_t set_monotonic_ns = 0;
  std::int64_t set_realtime_ns = 0;
  std::atomic<bool> stop_watching{false};
  std::thread watcher;

  ~Machine() { end_watch(); }
  void end_watch() {
    stop_watching = true;
    if (watcher.joinable()) watcher.join();
  }
  double monotonic() { return clock_is_set ? static_cast<double>(set_monotonic_ns) / 1e9 : read_clock(CLOCK_MONOTONIC); }
  // Seconds since nvmlInit_v2; notices steps of the wall clock on the way.
  double now() {
    const double t = monotonic();
    const double wall = clock_is_set ? static_cast<double>(set_realtime_ns) / 1e9 : read_clock(CLOCK_REALTIME);
    const double offset = wall - t;
    if (offsets.empty() || std::abs(offset - offsets.back().second) > 1e-3) offsets.emplace_back(t - start, offset);
    return t - start;
  }
  [[nodiscard]] std::uint64_t stamp_us(double t) const {
    double offset = offsets.front().second;
    for (const auto& [from, value] : offsets) {
      if (from < t) offset = value;
    }
    return static_cast<std::uint64_t>(std::llround((start + t + offset) * 1e6));
  }
  static double read_clock(clockid_t id) {
    timespec time{};
    clock_gettime(id, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  }
};

Machine& machine();

// Adds a piece of power whenever the file of a load_file comes or goes, until it is stopped.
void watch_load_files(Machine& m);

double floor_to(double t, double period);
double mean_watts(const Gpu& gpu, double end, double length);
double share_of_load(const Gpu& gpu, double t);
double counter_millijoules(const Gpu& gpu, double t);
// A share of the time during which the power was above the lowest.
std::uint64_t held_nanoseconds(const Gpu& gpu, double t, double share);
std::vector<NvmlSample> ring_samples(const Machine& m, const Gpu& gpu, double t);

}  // namespace gpubench::fake_nvml
