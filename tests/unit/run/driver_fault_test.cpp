// A driver that fails in every way that is known, under the real meter, the sampler's schedule and the account: the energy
// lies within its stated interval, or the run says that it cannot be given; GPUs add up to the total, parts to the whole.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "energy/split_energy.h"
#include "record/account.h"
#include "record/costs.h"
#include "support/simulated_sampler.h"
#include "unit/meter/fake_driver.h"

namespace gpubench::run {
namespace {

using namespace std::chrono_literals;
using meter::FakeDriver;

constexpr double kIdle = 120;
constexpr std::size_t kGpus = 2;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr unsigned kSeeds = 2;  // five times as slow; the statistics are made without them
#else
constexpr unsigned kSeeds = 12;
#endif
constexpr base::Duration kRoll = 1500ms;
constexpr const char* kNoCounter = "fail nvmlDeviceGetTotalEnergyConsumption 3\nfail field:83 3\n";

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
  std::function<void(FakeDriver&)> event = {};
  // When it happens, in seconds since the driver was opened: a third into the run if nothing is said.
  std::function<double(double start, double length)> at = [](double start, double length) { return start + length / 3; };
};

struct Outcome {
  record::RunRecord run;
  std::vector<series::GpuSeries> series;
  std::vector<double> truth;  // joules of each GPU
  std::string words;
};

carbon::Answer fixed_intensity(const record::RunRecord& run) {
  carbon::Answer answer;
  answer.slots = {{run.start_time() - 24h, run.end_time() + 24h, base::CarbonIntensity::from_grams_per_kilowatt_hour(100),
                   carbon::IntensityKind::user_value, "test", run.start_time()}};
  answer.fallback = carbon::great_britain();
  return answer;
}

record::RunRecord account_of(const std::vector<series::GpuSeries>& series, const meter::GpuMeter& meter, base::Window ran,
                             base::ClockAnchor anchor) {
  record::Measured measured;
  measured.outcome.ran = ran;
  measured.outcome.exit_code = 0;
  record::RunFacts facts;
  facts.anchor = anchor;
  facts.gpus = meter.gpus();
  for (std::size_t gpu = 0; gpu < series.size(); ++gpu) facts.benchmark_gpus.positions.push_back(gpu);
  record::RunRecord run = record::make_account(facts, measured, series);
  if (run.total_energy) record::cost(run, series, fixed_intensity(run));
  return run;
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
  const base::SteadyTime event_at = driver.now() + base::from_seconds(plan.at(start, length));
  bool happened = !plan.event;
  const auto run_until = [&](base::SteadyTime time) {
    if (!happened && event_at <= time) {
      sampler.run_until(event_at);
      plan.event(driver);
      happened = true;
    }
    sampler.run_until(time);
  };
  sampler.idle(sampler::Idle::before_the_workload, ran.start - driver.now());
  run_until(ran.start);
  sampler.restart_interval();
  run_until(ran.end);
  sampler.idle(sampler::Idle::after_the_workload, kRoll);
  run_until(std::max(ran.end, driver.now()) + kRoll);
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

std::string terms_of(const energy::EnergyEstimate& estimate) {
  std::string text;
  for (const energy::UncertaintyTerm& term : estimate.uncertainty.terms)
    text += "\n  " + std::string(term.name) + " " + std::to_string(term.standard.joules()) + " J: " + term.explanation;
  return text;
}

// How many energies there are, and how many of them are farther off than their interval (k = 2) says.
struct Held {
  int energies = 0;
  int outside = 0;
};

// The interval is one of 95 % of cases, so a few of many may lie beyond it, but none beyond that for k = 3.
void expect_inside_or_unknown(const Outcome& outcome, Held& held) {
  for (const record::GpuRecord& gpu : outcome.run.gpus) {
    const energy::EnergyEstimate* best = gpu.energy.best();
    if (best == nullptr) continue;
    const double truth = outcome.truth[gpu.position];
    const double off = std::abs(best->energy.joules() - truth);
    const double interval = best->uncertainty.comparative().joules();
    ++held.energies;
    if (off > interval) ++held.outside;
    EXPECT_LE(off, interval * 3 / 2) << outcome.words << ", GPU " << gpu.position << ": " << best->energy.joules()
                                     << " J by " << energy::method_text(*best) << ", truth " << truth << " J, counter "
                                     << energy::state_text(gpu.energy.check.state) << " " << gpu.energy.check.reason
                                     << terms_of(*best);
  }
}

void expect_mostly_inside(const std::string& what, const Held& held) {
  if (kSeeds < 12) return;
  EXPECT_LE(held.outside * 20, held.energies) << what << ": " << held.outside << " of " << held.energies << " outside";
}

void drive_all(const std::string& what, const Plan& plan, Held& held, const std::function<void(const Outcome&)>& more = {}) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    Outcome outcome = drive(seed, plan);
    outcome.words = what + ", " + outcome.words;
    expect_inside_or_unknown(outcome, held);
    expect_sums(outcome);
    if (more) more(outcome);
  }
}

void expect_honest(const std::string& what, const Plan& plan, const std::function<void(const Outcome&)>& more = {}) {
  Held held;
  drive_all(what, plan, held, more);
  expect_mostly_inside(what, held);
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
  expect_honest("unsupported", always(kNoCounter), expect_ring);
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
  expect_honest("overwritten, no counter", always(std::string("ring depth 25\n") + kNoCounter), expect_known);
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
    plan.script = [](double, double) { return std::string(kNoCounter); };
    expect_honest(what + " without a counter", plan);
  }
}

TEST(DriverFaults, WallClockSteppedByAnHour) {
  for (const base::Duration by : {base::Duration(1h), base::Duration(-1h)}) {
    Plan plan;
    plan.event = [=](FakeDriver& driver) { driver.step_wall(by); };
    expect_honest("wall clock", plan, expect_counter);
    plan.script = [](double, double) { return std::string(kNoCounter); };
    expect_honest("wall clock without a counter", plan, expect_ring);
  }
}

// Moments relative to the run's start and end: in the idle time, and at the edges, where the counter is timed.
const std::vector<std::pair<bool, double>> kMoments{{false, -1.2}, {false, -0.4}, {false, -0.05}, {false, 0.02},
                                                    {false, 0.3},  {true, -0.3},  {true, -0.02},  {true, 0.02},
                                                    {true, 0.3},   {true, 1.2}};

Plan at_moment(std::pair<bool, double> moment, std::function<void(FakeDriver&)> event) {
  Plan plan;
  plan.event = std::move(event);
  plan.at = [=](double start, double length) { return start + (moment.first ? length : 0) + moment.second; };
  return plan;
}

std::string words_of(std::pair<bool, double> moment) {
  return (moment.first ? " at the end " : " at the start ") + std::to_string(moment.second);
}

TEST(DriverFaults, SamplerStalledInIdleTimeAndAtTheEdges) {
  for (const char* script : {"", kNoCounter}) {
    for (const base::Duration stall : {base::Duration(300ms), base::Duration(3s)}) {
      const std::string what =
          "stall of " + std::to_string(base::to_seconds(stall)) + " s" + (*script == 0 ? "" : " without a counter");
      Held held;
      for (const auto& moment : kMoments) {
        Plan plan = at_moment(moment, [=](FakeDriver& driver) { driver.advance(stall); });
        plan.script = [=](double, double) { return std::string(script); };
        drive_all(what + words_of(moment), plan, held);
      }
      expect_mostly_inside(what, held);
    }
  }
}

TEST(DriverFaults, WallClockSteppedInIdleTimeAndAtTheEdges) {
  for (const auto& moment : kMoments) {
    for (const base::Duration by : {base::Duration(1h), base::Duration(-1h)}) {
      Plan plan = at_moment(moment, [=](FakeDriver& driver) { driver.step_wall(by); });
      expect_honest("wall clock" + words_of(moment), plan, expect_counter);
      plan.script = [](double, double) { return std::string(kNoCounter); };
      expect_honest("wall clock without a counter" + words_of(moment), plan, expect_ring);
    }
  }
}

// A driver before R510, R520, R535, and so on: the calls that came with them are not there.
TEST(DriverFaults, OldDrivers) {
  std::string missing;
  for (const char* symbol : {"nvmlDeviceGetTemperatureV", "nvmlDeviceGetMemoryInfo_v2",
                             "nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetFieldValues"}) {
    missing += std::string("missing ") + symbol + "\n";
    expect_honest(std::string("without ") + symbol, always(std::string("missing ") + symbol + "\n"), expect_known);
  }
  expect_honest("without any of them", always(missing), expect_known);
}

TEST(DriverFaults, OneGpuOfTwo) {
  const auto other_is_well = [](const Outcome& outcome) {
    expect_known(outcome);
    EXPECT_EQ(outcome.run.gpus[0].energy.best()->method, energy::EnergyMethod::counter_idle_anchored) << outcome.words;
  };
  for (const char* fault : {"counter frozen_at ", "counter restart_at "})
    expect_honest(std::string("GPU 1: ") + fault, at_half(std::string("gpu 1 ") + fault), other_is_well);
  for (const char* fault : {"counter rate 339", "ring zero 100", "ring future 5", "ring depth 25"})
    expect_honest(std::string("GPU 1: ") + fault, always(std::string("gpu 1 ") + fault + "\n"), other_is_well);
}

TEST(DriverFaults, SeveralAtOnce) {
  const std::string now_and_then =
      "fail nvmlDeviceGetSamples 999 every 3\nfail nvmlDeviceGetTotalEnergyConsumption 999 every 4\n";
  expect_honest("both fail now and then", always(now_and_then), expect_known);
  expect_honest("an overwritten ring and a counter that freezes", at_half("ring depth 25\ncounter frozen_at "));
  expect_honest("an overwritten ring and a counter that restarts", at_half("ring depth 25\ncounter restart_at "));
  // Where only one value a second is left to hold the counter against, a jump of a few hundred joules cannot be seen.
  expect_honest("a ring from the future and a counter that jumps", at_half("ring future 5\ncounter jump_at ", " 3000"));
  expect_honest("no ring and a counter that restarts", at_half("fail nvmlDeviceGetSamples 3\ncounter restart_at "));
  expect_honest("no ring and a counter that jumps", at_half("fail nvmlDeviceGetSamples 3\ncounter jump_at ", " 700"));
  for (const base::Duration stall : {base::Duration(300ms), base::Duration(3s)}) {
    Plan plan = at_half("counter restart_at ");
    plan.event = [=](FakeDriver& driver) { driver.advance(stall); };
    expect_honest("a stall of " + std::to_string(base::to_seconds(stall)) + " s and a counter that restarts", plan);
    plan = at_half("counter frozen_at ");
    plan.event = [=](FakeDriver& driver) {
      driver.advance(stall);
      driver.step_wall(1h);
    };
    expect_honest("a stall, a step of the wall clock and a counter that freezes", plan);
    plan = always(now_and_then);
    plan.event = [=](FakeDriver& driver) { driver.advance(stall); };
    expect_honest("a stall while both fail now and then", plan);
  }
}

}  // namespace
}  // namespace gpubench::run
