#include "app/measurement.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

namespace gpubench::app {
namespace {

using namespace std::chrono_literals;

// The energy counter moves every 100 ms: a burst must see several of its steps just before the start, and just after the
// end enough for one that lies clear of the load's own tail.
constexpr base::Duration kBurstBefore = 600ms;
constexpr base::Duration kBurstAfter = 1200ms;
constexpr base::Duration kPollPatience = 500ms;

// The signals of one run: the first asks the workload to end, the second makes it.
class Interruption {
 public:
  explicit Interruption(platform::SignalQueue& signals) : signals_(signals) {}

  void act_on_signals(workload::Workload& workload) {
    while (const auto signal = signals_.next()) {
      if (++count_ == 1) {
        first_ = signal;
        std::cerr << "\n" << platform::signal_name(*signal) << ": stopping the benchmark (again to kill it)\n";
        workload.stop();
      } else {
        std::cerr << "\nkilling the benchmark\n";
        workload.kill();
      }
    }
  }
  [[nodiscard]] std::optional<int> first() const { return first_; }

 private:
  platform::SignalQueue& signals_;
  std::optional<int> first_;
  int count_ = 0;
};

// Idle before the start, the last part of it with bursts. Returns a signal that cut it short.
std::optional<int> idle_before(sampler::Sampler& sampler, platform::SignalQueue& signals, base::Duration roll) {
  const base::Duration burst = std::min(kBurstBefore, roll);
  if (const auto signal = signals.wait(roll - burst)) return signal;
  sampler.burst(burst);
  return signals.wait(burst);
}

void idle_after(sampler::Sampler& sampler, platform::SignalQueue& signals, base::Duration roll) {
  if (roll <= base::Duration::zero()) return;
  sampler.burst(std::min(kBurstAfter, roll));
  static_cast<void>(signals.wait(roll));
}

base::Result<workload::WorkloadOutcome> follow(workload::Workload& workload, platform::SignalQueue& signals,
                                               Interruption& interruption) {
  for (;;) {
    interruption.act_on_signals(workload);
    auto outcome = workload.poll(kPollPatience, signals.fd());
    if (!outcome) return base::failure(outcome.error());
    if (*outcome) return **outcome;
  }
}

}  // namespace

base::Result<Measured> measure(workload::Workload& workload, meter::GpuMeter& meter, const platform::Clock& clock,
                               platform::SignalQueue& signals, std::vector<series::GpuSeries>& series,
                               const MeasurementPlan& plan, std::optional<InterruptedBeforeStart>& interrupted) {
  sampler::Sampler sampler(meter, clock, series, plan.sampling, plan.observer);
  sampler.start();
  if (const auto signal = idle_before(sampler, signals, plan.idle_roll)) {
    interrupted = InterruptedBeforeStart{*signal};
    return base::failure(platform::signal_name(*signal) + " before the benchmark was started");
  }
  sampler.restart_interval();
  if (const auto started = workload.start(); !started) return base::failure(started.error());
  if (plan.started) plan.started(clock.now());
  Interruption interruption(signals);
  auto outcome = follow(workload, signals, interruption);
  if (!outcome) return base::failure(outcome.error());
  if (plan.ended) plan.ended(outcome->ran.end);
  idle_after(sampler, signals, plan.idle_roll);
  sampler.stop();
  return Measured{*outcome, sampler.health(), interruption.first()};
}

}  // namespace gpubench::app
