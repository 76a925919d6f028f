#include "energy/idle_baseline.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

#include "energy/power_energy.h"
#include "energy/series_search.h"

namespace gpubench::energy {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kBefore = 1500ms;
constexpr base::Duration kBaselineUntil = 1000ms;  // power falls for seconds after a load
constexpr base::Duration kReadings = 5s;           // on either side of the run that readings are taken from
constexpr double kSettled = 2;                     // degrees
constexpr double kSteadyShare = 0.1;               // of the power
constexpr double kEnoughSamples = 0.9;
// Where the level after the run is not known: an H200's and an H100's rose by a third to two thirds in a load of some
// seconds.
constexpr double kUnknownChange = 2.0 / 3.0;

std::optional<base::Power> mean_power(const series::Series<meter::PowerSample>& power, base::Window window) {
  const auto estimate = energy_from_power(power, window);
  if (!estimate || estimate->coverage.fraction() < kEnoughSamples) return std::nullopt;
  return estimate->energy / window.length();
}

// Mean power of the window, with the drift between its halves as its uncertainty.
std::optional<IdleLevel> idle_level_of(const series::Series<meter::PowerSample>& power, base::Window window) {
  const base::SteadyTime middle = window.start + window.length() / 2;
  const auto early = mean_power(power, {window.start, middle});
  const auto late = mean_power(power, {middle, window.end});
  if (!early || !late) return std::nullopt;
  IdleLevel level;
  level.power = (*early + *late) / 2;
  level.uncertainty = base::Power::from_watts(std::abs((*late - *early).watts()));
  return level;
}

void add_readings(IdleLevel& level, const series::Series<meter::GpuReading>& readings, base::Window window, bool last_only) {
  const std::size_t first = first_not_before(readings, window.start, [](const auto& reading) { return reading.time; });
  std::optional<base::Temperature> coldest;
  visit_while(readings, first, [&](const meter::GpuReading& reading) {
    if (reading.time >= window.end) return false;
    if (last_only) level.utilization.reset();
    if (reading.utilization)
      level.utilization = std::max(level.utilization.value_or(*reading.utilization), *reading.utilization);
    if (reading.temperature) {
      if (!coldest) coldest = *reading.temperature;
      level.temperature = *reading.temperature;
      level.warming = *reading.temperature - *coldest;
    }
    return true;
  });
}

bool steady(const IdleLevel& level) {
  return level.uncertainty <= level.power * kSteadyShare;
}

std::string doubt_of(const IdleLevel& level) {
  if (!level.utilization) return "the utilisation before the run is not known";
  if (level.utilization->fraction() > 0) return "the GPU was in use before the run";
  if (level.warming && std::abs(level.warming->celsius()) > kSettled) return "the temperature was not settled";
  if (!steady(level)) return "the power before the run was not steady";
  return {};
}

UncertaintyTerm baseline_term(const IdleBaseline& idle, base::Window run) {
  const base::Power drift = idle.after ? idle.after->power - idle.before->power : idle.before->power * kUnknownChange;
  const double watts = std::hypot(idle.before->uncertainty.watts(), drift.watts() / std::numbers::sqrt3);
  UncertaintyTerm term;
  term.name = "idle_baseline";
  term.standard = base::Power::from_watts(watts) * run.length();
  term.explanation =
      idle.after
          ? "idle power times the length of the run: its drift before the run, and its change from before to after"
          : "idle power times the length of the run. The level after the run is not known: it may have changed by two "
            "thirds";
  return term;
}

}  // namespace

IdleBaseline idle_baseline(const series::GpuSeries& gpu, base::Window run, const EnergyEstimate* best) {
  IdleBaseline idle;
  if (gpu.power) {
    idle.before = idle_level_of(*gpu.power, {run.start - kBefore, run.start});
    idle.after = idle_level_of(*gpu.power, {run.end + gpu.sensor.load_tail, run.end + kBaselineUntil});
  }
  idle.doubt = "the power before the run is not known";
  if (gpu.readings && idle.before) add_readings(*idle.before, *gpu.readings, {run.start - kReadings, run.start}, false);
  if (gpu.readings && idle.after)
    add_readings(*idle.after, *gpu.readings, {run.end + gpu.sensor.utilization_window, run.end + kReadings}, true);
  const bool used_after = idle.after && idle.after->utilization && idle.after->utilization->fraction() > 0;
  if (used_after) idle.after.reset();  // no idle level
  if (!idle.before) return idle;
  idle.doubt = doubt_of(*idle.before);
  if (idle.doubt.empty() && used_after) idle.doubt = "the GPU was in use after the run";
  idle.settled = idle.doubt.empty();
  const bool in_use = idle.before->utilization && idle.before->utilization->fraction() > 0;
  if (best == nullptr || in_use || !steady(*idle.before)) return idle;
  idle.above = best->energy - idle.before->power * run.length();
  for (const UncertaintyTerm& term : best->uncertainty.terms)
    if (!term.absolute_only) idle.uncertainty.terms.push_back(term);
  idle.uncertainty.terms.push_back(baseline_term(idle, run));
  idle.uncertainty.terms.push_back(gain_term(*idle.above));
  return idle;
}

}  // namespace gpubench::energy
