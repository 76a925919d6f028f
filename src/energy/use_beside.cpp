#include "energy/use_beside.h"

#include <chrono>

#include "energy/series_search.h"

namespace gpubench::energy {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kUseBefore = 1500ms;
constexpr base::Duration kUseAfter = 5s;
constexpr double kDesktop = 0.1;  // utilisation that a screen may cause

// Whether a reading within the window shows the GPU at work.
bool is_in_use(const series::Series<meter::GpuReading>& readings, base::Window window) {
  const std::size_t first = first_not_before(readings, window.start, [](const auto& reading) { return reading.time; });
  bool in_use = false;
  visit_while(readings, first, [&](const meter::GpuReading& reading) {
    if (reading.time >= window.end) return false;
    in_use = reading.utilization && reading.utilization->fraction() > kDesktop;
    return !in_use;
  });
  return in_use;
}

}  // namespace

Beside use_beside(const series::Series<meter::GpuReading>* readings, base::Window run, const meter::SensorTiming& sensor) {
  if (readings == nullptr) return Beside::idle;
  const bool in_use = is_in_use(*readings, {run.start - kUseBefore, run.start}) ||
                      is_in_use(*readings, {run.end + sensor.utilization_window, run.end + kUseAfter});
  return in_use ? Beside::in_use : Beside::idle;
}

}  // namespace gpubench::energy
