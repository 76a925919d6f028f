// A driver that fails in every way that is known, under the real meter, the sampler's schedule and the account: the energy
// lies within its stated interval, or it is said that it can not be given; GPUs add up to the total, parts to the whole.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "app/account.h"
#include "support/simulated_sampler.h"
#include "unit/meter/fake_driver.h"

namespace gpubench::app {
namespace {

using namespace std::chrono_literals;
using meter::FakeDriver;

constexpr double kIdle = 120;
constexpr std::size_t kGpus = 2;
constexpr unsigned kSeeds = 12;
constexpr base::Duration kRoll = 1500ms;

// A load of steps, and its exact energy.
struct Steps {
  std::vector<std::pair<double, double>> steps;  // from (s), watts
  [[nodiscard]] double joules(double from, double to) const {
    double sum = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const double start = std::max(from, steps[i].first);
      const double end = std::min(to, i + 1 < steps.size() ? steps[i + 1].first : to);
      if (end > start) sum += (end - start) * steps[i].second;
    }
    return sum;
  }
  [[nodiscard]] std::string text() const {
    std::string text = "profile steps";
    for (const auto& [from, watts] : steps) text += " " + std::to_string(from) + ":" + std::to_string(watts);
    return text;
  }
};

Steps random_load(std::mt19937& random, double start, double length) {
  Steps load{{{0, kIdle}}};
  for (double at = start; at < start + length; at += std::uniform_real_distribution(0.05, 2.0)(random))
    load.steps.emplace_back(at, std::uniform_real_distribution(200.0, 690.0)(random));
  load.steps.emplace_back(start + length, kIdle);
  return load;
}

// What goes wrong, and where a fault needs to know when the run is.
struct Plan {
  std::function<std::string(double start, double length)> script = [](double, double) { return std::string(); };
  std::function<void(FakeDriver&)> event = {};  // a third into the run
};

struct Outcome {
  record::RunRecord run;
  std::vector<series::GpuSeries> series;
  std::vector<double> truth;  // joules of each GPU
  std::string words;
};

CarbonChoice fixed_intensity() {
  CarbonChoice choice;
  choice.ask = [](base::WallTime from, base::WallTime to, base::Duration /*patience*/) -> CarbonChoice::Slots {
    return std::vector<carbon::IntensitySlot>{{from - 24h, to + 24h,
                                               base::CarbonIntensity::from_grams_per_kilowatt_hour(100),
                                               carbon::IntensityKind::user_value, "test", from}};
  };
  return choice;
}

record::RunRecord account_of(const std::vector<series::GpuSeries>& series, const meter::GpuMeter& meter, base::Window ran,
                             base::ClockAnchor anchor) {
  static const platform::SystemClock clock;
  CarbonLookup carbon(fixed_intensity(), clock);
  Measured measured;
  measured.outcome.ran = ran;
  measured.outcome.exit_code = 0;
  const workload::WorkloadDescription workload;
  AccountInput input;
  input.anchor = anchor;
  input.meter = &meter;
  input.workload = &workload;
  input.measured = &measured;
  input.series = &series;
  for (std::size_t gpu = 0; gpu < series.size(); ++gpu) input.gpus.positions.push_back(gpu);
  return make_account(input, carbon);
}

Outcome drive(unsigned seed, const Plan& plan) {
  std::mt19937 random(seed);
  const double length = std::vector{3.0, 8.0, 20.0}[seed % 3] + std::uniform_real_distribution(0.0, 1.0)(random);
  const double start = base::to_seconds(kRoll) + std::uniform_real_distribution(0.0, 0.1)(random);
  std::string script = "gpus " + std::to_string(kGpus) + "\n";
  Outcome outcome;
  for (std::size_t gpu = 0; gpu < kGpus; ++gpu) {
    const Steps load = random_load(random, start, length);
    script += "gpu " + std::to_string(gpu) + " " + load.text() + "\n";
    outcome.truth.push_back(load.joules(start, start + length));
  }
  FakeDriver driver;
  const auto meter = driver.open(script + plan.script(start, length));
  const base::ClockAnchor anchor{driver.now(), driver.wall_now()};
  const base::Window ran{driver.now() + base::from_seconds(start), driver.now() + base::from_seconds(start + length)};
  outcome.series = support::memory_series(kGpus);
  sampler::SamplerOptions options;
  options.interval = 1s;
  options.drain_period = 800ms;
  support::SimulatedSampler sampler(*meter, driver, outcome.series, options);
  sampler.idle(sampler::Idle::before_the_workload, ran.start - driver.now());
  sampler.run_until(ran.start);
  sampler.restart_interval();
  sampler.run_until(ran.start + ran.length() / 3);
  if (plan.event) plan.event(driver);
  sampler.run_until(ran.end);
  sampler.idle(sampler::Idle::after_the_workload, kRoll);
  sampler.run_until(std::max(ran.end, driver.now()) + kRoll);
  sampler.stop();
  outcome.run = account_of(outcome.series, *meter, ran, anchor);
  outcome.words = "seed " + std::to_string(seed);
  return outcome;
}

bool has_finding(const record::RunRecord& run, std::string_view name) {
  return std::any_of(run.findings.begin(), run.findings.end(),
                     [&](const record::Finding& finding) { return record::finding_name(finding) == name; });
}

void expect_sums(const Outcome& outcome) {
  base::Energy sum;
  bool all = true;
  for (const record::GpuRecord& gpu : outcome.run.gpus) {
    const energy::EnergyEstimate* best = gpu.energy.best();
    all = all && best != nullptr;
    if (best == nullptr) continue;
    sum += best->energy;
    const base::Duration third = outcome.run.elapsed() / 3;
    const std::vector<base::SteadyTime> cuts{outcome.run.ran.start + third, outcome.run.ran.start + third + 1ms,
                                             outcome.run.ran.end - third};
    base::Energy parts;
    for (const base::Energy part : energy::split_energy(outcome.series[gpu.position], outcome.run.ran, *best, cuts))
      parts += part;
    EXPECT_NEAR(parts / best->energy, 1, 1e-9) << outcome.words;
  }
  EXPECT_EQ(outcome.run.total_energy.has_value(), all) << outcome.words;
  EXPECT_EQ(has_finding(outcome.run, "energy_unknown"), !all) << outcome.words;
  if (!outcome.run.total_energy) return;
  EXPECT_NEAR(*outcome.run.total_energy / sum, 1, 1e-12) << outcome.words;
  ASSERT_TRUE(outcome.run.emissions) << outcome.words;
  base::Energy slots;
  for (const carbon::SlotEmissions& slot : outcome.run.emissions->slots) slots += slot.energy;
  EXPECT_NEAR(slots / sum, 1, 1e-9) << outcome.words;
}

void expect_inside_or_unknown(const Outcome& outcome) {
  for (const record::GpuRecord& gpu : outcome.run.gpus) {
    const energy::EnergyEstimate* best = gpu.energy.best();
    if (best == nullptr) continue;
    const double truth = outcome.truth[gpu.position];
    EXPECT_LE(std::abs(best->energy.joules() - truth), best->uncertainty.comparative().joules())
        << outcome.words << ", GPU " << gpu.position << ": " << best->energy.joules() << " J by "
        << energy::method_text(best->method) << ", truth " << truth << " J, counter "
        << energy::state_text(gpu.energy.check.state) << " " << gpu.energy.check.reason;
  }
}

void expect_honest(const std::string& what, const Plan& plan, const std::function<void(const Outcome&)>& more = {}) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    Outcome outcome = drive(seed, plan);
    outcome.words = what + ", " + outcome.words;
    expect_inside_or_unknown(outcome);
    expect_sums(outcome);
    if (more) more(outcome);
  }
}

Plan always(const std::string& script) {
  return {[script](double, double) { return script; }};
}

// The fault in mid-run: `script` ends where the time belongs.
Plan at_half(const std::string& before, const std::string& after = "") {
  return {[=](double start, double length) { return before + std::to_string(start + length / 2) + after + "\n"; }};
}

void expect_known(const Outcome& outcome) {
  EXPECT_TRUE(outcome.run.total_energy) << outcome.words;
}

void expect_method(const Outcome& outcome, energy::EnergyMethod method) {
  for (const record::GpuRecord& gpu : outcome.run.gpus) {
    ASSERT_NE(gpu.energy.best(), nullptr) << outcome.words;
    EXPECT_EQ(gpu.energy.best()->method, method) << outcome.words;
  }
}

void expect_ring(const Outcome& outcome) {
  expect_method(outcome, energy::EnergyMethod::power_ring);
  EXPECT_TRUE(has_finding(outcome.run, "counter_unusable")) << outcome.words;
}

void expect_counter(const Outcome& outcome) {
  expect_method(outcome, energy::EnergyMethod::counter_idle_anchored);
}

TEST(DriverFaults, None) {
  expect_honest("no fault", always(""), [](const Outcome& outcome) {
    expect_counter(outcome);
    EXPECT_TRUE(outcome.run.findings.empty()) << outcome.words << ": " << record::finding_text(outcome.run.findings.front());
  });
}

TEST(DriverFaults, CounterUnsupportedFrozenOrOfConstantRate) {
  expect_honest("unsupported", always("fail nvmlDeviceGetTotalEnergyConsumption 3\nfail field:83 3\n"), expect_ring);
  expect_honest("frozen", at_half("counter frozen_at "), expect_ring);
  for (const char* rate : {"50", "339", "600"})
    expect_honest(std::string("constant rate ") + rate, always(std::string("counter rate ") + rate + "\n"), expect_known);
}

TEST(DriverFaults, CounterRestartsOrJumps) {
  expect_honest("restart", at_half("counter restart_at "), expect_ring);
  for (const char* by : {"100", "1500", "1000000", "-700"})
    expect_honest(std::string("jump by ") + by, at_half("counter jump_at ", std::string(" ") + by), expect_known);
}

TEST(DriverFaults, RingUnsupportedUndatedFromTheFutureOrOverwritten) {
  expect_honest("unsupported", always("fail nvmlDeviceGetSamples 3\n"), expect_known);
  expect_honest("zero dates", always("ring zero 100\n"), expect_known);
  for (const char* by : {"0.3", "5", "3600"})
    expect_honest(std::string("future by ") + by, always(std::string("ring future ") + by + "\n"), expect_known);
  expect_honest("overwritten", always("ring depth 25\n"), [](const Outcome& outcome) {
    expect_known(outcome);
    EXPECT_TRUE(has_finding(outcome.run, "power_gap")) << outcome.words;
    EXPECT_GT(outcome.run.gpus[0].quality.ring.lost, 0U) << outcome.words;
  });
}

TEST(DriverFaults, OverwrittenRingWithoutACounter) {
  expect_honest("overwritten, no counter",
                always("ring depth 25\nfail nvmlDeviceGetTotalEnergyConsumption 3\nfail field:83 3\n"), expect_known);
}

TEST(DriverFaults, EachCallFailsNowAndThen) {
  for (const char* symbol :
       {"nvmlDeviceGetUtilizationRates", "nvmlDeviceGetPowerUsage", "nvmlDeviceGetTemperatureV",
        "nvmlDeviceGetMemoryInfo_v2", "nvmlDeviceGetClockInfo", "nvmlDeviceGetEnforcedPowerLimit",
        "nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetTotalEnergyConsumption", "nvmlDeviceGetSamples"}) {
    for (const char* every : {"2", "3"})
      expect_honest(std::string(symbol) + " fails every " + every,
                    always(std::string("fail ") + symbol + " 999 every " + every + "\n"), expect_known);
  }
}

TEST(DriverFaults, EachCallFailsFromMidRunOn) {
  for (const char* symbol : {"nvmlDeviceGetPowerUsage", "nvmlDeviceGetTotalEnergyConsumption", "nvmlDeviceGetSamples"})
    expect_honest(std::string(symbol) + " fails from mid-run on", at_half(std::string("fail ") + symbol + " 999 from "),
                  expect_known);
}

// Moments relative to the run's start and end.
TEST(DriverFaults, GpuLostAtAnyMoment) {
  const auto lost = [](bool from_end, double offset) {
    return Plan{[=](double start, double length) {
      return "gpu 1 lost_at " + std::to_string(start + (from_end ? length : 0) + offset) + "\n";
    }};
  };
  for (const double offset : {-1.5, -0.7, -0.01, 0.0, 0.01, 0.35, 1.5})
    expect_honest("lost at the start " + std::to_string(offset), lost(false, offset), [](const Outcome& outcome) {
      EXPECT_TRUE(has_finding(outcome.run, "gpu_lost")) << outcome.words;
      EXPECT_FALSE(outcome.run.total_energy && outcome.run.gpus[1].energy.best()->coverage.fraction() == 1) << outcome.words;
    });
  for (const double offset : {-1.5, -0.3, -0.01, 0.0, 0.01, 0.3, 1.4})
    expect_honest("lost at the end " + std::to_string(offset), lost(true, offset),
                  [](const Outcome& outcome) { EXPECT_TRUE(has_finding(outcome.run, "gpu_lost")) << outcome.words; });
}

TEST(DriverFaults, SamplerStalled) {
  for (const base::Duration stall : {base::Duration(300ms), base::Duration(3s), base::Duration(10s)}) {
    const std::string what = "stall of " + std::to_string(base::to_seconds(stall)) + " s";
    Plan plan;
    plan.event = [=](FakeDriver& driver) { driver.advance(stall); };
    expect_honest(what, plan, expect_known);
    plan.script = [](double, double) {
      return std::string("fail nvmlDeviceGetTotalEnergyConsumption 3\nfail field:83 3\n");
    };
    expect_honest(what + " without a counter", plan);
  }
}

TEST(DriverFaults, WallClockSteppedByAnHour) {
  for (const base::Duration by : {base::Duration(1h), base::Duration(-1h)}) {
    Plan plan;
    plan.event = [=](FakeDriver& driver) { driver.step_wall(by); };
    expect_honest("wall clock", plan, expect_counter);
    plan.script = [](double, double) {
      return std::string("fail nvmlDeviceGetTotalEnergyConsumption 3\nfail field:83 3\n");
    };
    expect_honest("wall clock without a counter", plan, expect_ring);
  }
}

}  // namespace
}  // namespace gpubench::app
