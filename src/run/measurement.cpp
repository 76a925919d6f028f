#include "run/measurement.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <utility>

#include "base/signal_name.h"
#include "platform/readable.h"

namespace gpubench::run {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kPollPatience = 500ms;

// What ends a run before its workload has finished: the first signal or the time limit asks the workload to end, another
// signal makes it.
class Interruption {
 public:
  Interruption(platform::SignalQueue& signals, const platform::Clock& clock, const MeasurementPlan& plan)
      : signals_(signals), clock_(clock), plan_(plan) {
    if (plan_.timeout) deadline_ = clock_.now() + *plan_.timeout;
  }

  void act(workload::Workload& workload) {
    while (const auto signal = signals_.next_for_benchmark()) workload.hand_on(*signal);
    while (const auto signal = signals_.next()) {
      if (plan_.attached) {
        workload.stop();
        plan_.say("measuring ends; the process goes on");
      } else if (!asked_) {
        first_ = signal;
        ask(workload, base::signal_name(*signal));
      } else {
        workload.kill();
        plan_.say("killing the benchmark");
      }
    }
    if (asked_ || clock_.now() < deadline_) return;
    if (plan_.attached) {
      workload.stop();
      return;
    }
    timed_out_ = plan_.timeout;
    ask(workload, "--timeout");
  }
  // Time until act() has something to do, unless a signal comes.
  [[nodiscard]] base::Duration patience() const {
    return asked_ ? kPollPatience
                  : std::clamp(deadline_ - clock_.now(), base::Duration::zero(), base::Duration(kPollPatience));
  }
  [[nodiscard]] std::optional<int> first() const { return first_; }
  [[nodiscard]] std::optional<base::Duration> timed_out() const { return timed_out_; }

 private:
  void ask(workload::Workload& workload, const std::string& why) {
    asked_ = true;
    workload.stop();
    plan_.say(why + ": stopping the benchmark (" + (first_ == SIGINT ? "press Ctrl-C again" : "press Ctrl-C") +
              " to kill it)");
  }

  platform::SignalQueue& signals_;
  const platform::Clock& clock_;
  const MeasurementPlan& plan_;
  base::SteadyTime deadline_ = base::SteadyTime::max();
  std::optional<int> first_;
  std::optional<base::Duration> timed_out_;
  bool asked_ = false;
};

// Returns a signal that cut it short.
std::optional<int> idle_before(sampler::Sampler& sampler, platform::SignalQueue& signals, base::Duration roll) {
  sampler.idle(sampler::Idle::before_the_workload, roll);
  return signals.wait(roll);
}

void idle_after(sampler::Sampler& sampler, platform::SignalQueue& signals, base::Duration roll) {
  if (roll <= base::Duration::zero()) return;
  sampler.restart_interval();  // what the GPUs were doing is read at the end, too
  sampler.idle(sampler::Idle::after_the_workload, roll);
  static_cast<void>(platform::becomes_readable(signals.fd(), roll));  // whatever waits later gives up as well
}

base::Result<workload::WorkloadOutcome> follow(workload::Workload& workload, platform::SignalQueue& signals,
                                               Interruption& interruption) {
  for (;;) {
    interruption.act(workload);
    auto outcome = workload.poll(interruption.patience(), signals.fd_of_all());
    if (!outcome) return base::failure(outcome.error());
    if (*outcome) return **outcome;
  }
}

}  // namespace

base::Result<Measured> measure(workload::Workload& workload, meter::GpuMeter& meter, const platform::Clock& clock,
                               platform::SignalQueue& signals, std::vector<series::GpuSeries>& series,
                               const MeasurementPlan& plan, std::optional<int>& interrupted) {
  sampler::Sampler sampler(meter, clock, series, plan.sampling, plan.observer);
  if (plan.events != nullptr) plan.events->begin();
  sampler.start();
  if (const auto signal = idle_before(sampler, signals, plan.idle_before)) {
    interrupted = signal;
    return base::failure(base::signal_name(*signal) + " before the benchmark was started");
  }
  while (signals.next_for_benchmark()) plan.say("a signal for the benchmark came before its start and was dropped");
  sampler.restart_interval();
  if (const auto started = workload.start(); !started) return base::failure(started.error());
  if (plan.started) plan.started(clock.now());
  signals.allow(2);  // to stop it, to kill it
  Interruption interruption(signals, clock, plan);
  auto outcome = follow(workload, signals, interruption);
  if (!outcome) return base::failure(outcome.error());
  signals.allow(1);
  if (plan.ended) plan.ended(outcome->ran.end);
  idle_after(sampler, signals, plan.idle_after);
  sampler.stop();
  if (plan.events != nullptr) plan.events->end();
  Measured measured;
  measured.workload = workload.description();
  measured.outcome = *std::move(outcome);
  measured.health = sampler.health();
  measured.interrupted_by = interruption.first();
  measured.timed_out = interruption.timed_out();
  if (plan.events != nullptr) measured.events = plan.events->events();
  return measured;
}

}  // namespace gpubench::run
