#include "sampler/sampler.h"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "sampler/readout.h"
#include "sampler/schedule.h"

namespace gpubench::sampler {
namespace {

base::Duration wall_offset(const base::ClockAnchor& anchor) {
  return anchor.wall.time_since_epoch() - anchor.steady.time_since_epoch();
}

base::Duration size_of(base::Duration duration) {
  return duration < base::Duration::zero() ? -duration : duration;
}

SamplerOptions with_sensor_of(const meter::GpuMeter& meter, SamplerOptions options) {
  if (!meter.gpus().empty()) options.sensor = meter.gpus().front().sensor;
  return options;
}

}  // namespace

// The thread and what it shares. The mutex is never held during a call of the meter, a series or the observer.
class Sampler::Loop {
 public:
  Loop(meter::GpuMeter& meter, const platform::Clock& clock, std::vector<series::GpuSeries>& series, SamplerOptions options,
       ReadingObserver observer)
      : clock_(clock),
        options_(with_sensor_of(meter, options)),
        gpus_(series.size()),
        readout_(meter, clock, series, std::move(observer)) {}
  ~Loop() { stop(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void start() {
    {
      const std::lock_guard lock(mutex_);
      if (schedule_) return;
      first_offset_ = wall_offset(options_.anchor.value_or(clock_.anchor()));
      schedule_.emplace(options_, gpus_, clock_.now());
    }
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "sampler");
  }

  void idle(Idle where, base::Duration length) {
    change([&](Schedule& schedule) { schedule.idle(where, clock_.now(), length); });
  }

  void restart_interval() {
    change([&](Schedule& schedule) { schedule.restart(clock_.now()); });
  }

  void stop() {
    change([&](Schedule&) { stopping_ = true; });
    if (thread_.joinable()) thread_.join();
  }

  SamplerHealth health() const {
    const std::lock_guard lock(mutex_);
    SamplerHealth health = schedule_ ? schedule_->health() : SamplerHealth{};
    health.wall_clock_step = wall_clock_step_;
    health.driver = driver_calls_;
    health.impossible = impossible_;
    return health;
  }

 private:
  template <class Change>
  void change(Change apply) {
    {
      const std::lock_guard lock(mutex_);
      if (!schedule_) return;
      apply(*schedule_);
    }
    woken_.notify_one();
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (const std::optional<Step> step = schedule_->next(clock_.now())) {
        lock.unlock();
        const std::optional<meter::CounterReading> counter = readout_.perform(*step);
        lock.lock();
        if (counter) schedule_->counter_read(step->gpu, *counter);
        driver_calls_ = readout_.driver_calls();
        if (step->call == Call::drain) schedule_->without_samples(readout_.lacks_samples());
        if (step->call == Call::drain && step->gpu == 0) note_health();
      } else {
        woken_.wait_for(lock, schedule_->wake() - clock_.now());
      }
    }
    const std::size_t tick = schedule_->extra_tick();
    lock.unlock();
    readout_.perform_all(tick);
    lock.lock();
    driver_calls_ = readout_.driver_calls();
    note_health();
  }

  void note_health() {
    impossible_ = readout_.impossible();
    compare_clocks();
  }

  void compare_clocks() {
    const base::Duration step = wall_offset(clock_.anchor()) - first_offset_;
    if (size_of(step) > size_of(wall_clock_step_)) wall_clock_step_ = step;
  }

  const platform::Clock& clock_;
  const SamplerOptions options_;
  const std::size_t gpus_;
  Readout readout_;  // the thread's own
  std::thread thread_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable woken_;
  std::optional<Schedule> schedule_;  // there from start() on
  bool stopping_ = false;
  base::Duration first_offset_{};
  base::Duration wall_clock_step_{};
  meter::DriverCalls driver_calls_;
  std::vector<Impossible> impossible_;
};

Sampler::Sampler(meter::GpuMeter& meter, const platform::Clock& clock, std::vector<series::GpuSeries>& series,
                 SamplerOptions options, ReadingObserver observer)
    : loop_(std::make_unique<Loop>(meter, clock, series, options, std::move(observer))) {}
Sampler::~Sampler() = default;

void Sampler::start() {
  loop_->start();
}
void Sampler::idle(Idle where, base::Duration length) {
  loop_->idle(where, length);
}
void Sampler::restart_interval() {
  loop_->restart_interval();
}
void Sampler::stop() {
  loop_->stop();
}
SamplerHealth Sampler::health() const {
  return loop_->health();
}

SamplerOptions trace_sampling() {
  SamplerOptions sampling;
  sampling.interval = std::chrono::milliseconds(100);
  sampling.drain_period = std::chrono::milliseconds(20);
  sampling.counter_period = sampling.drain_period;  // it moves every 100 ms
  return sampling;
}

}  // namespace gpubench::sampler
