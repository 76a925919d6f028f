#include "meter/nvml/guarded_meter.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "meter/value_facts.h"
#include "platform/process.h"
#include "platform/readable.h"

namespace gpubench::meter {

namespace {
constexpr base::Duration kBetweenLooks = std::chrono::milliseconds(100);
std::atomic<int> calls_left_behind{0};

enum class Made : std::uint8_t {
  answered,
  given_up,  // it goes on, and may be answered late
  not_made,  // a call before it goes on
};
}  // namespace

// The thread and what it may still use when nobody waits for it any more.
class GuardedMeter::Caller {
 public:
  using Call = std::function<void(std::unique_ptr<GpuMeter>&)>;

  static std::shared_ptr<Caller> start(std::shared_ptr<const platform::Clock> clock) {
    auto caller = std::make_shared<Caller>();
    caller->clock_ = std::move(clock);
    caller->thread_ = std::thread([caller] { caller->run(); });
    pthread_setname_np(caller->thread_.native_handle(), "driver");
    return caller;
  }

  // Given up: not answered within `patience` or until `interrupt_fd` became readable.
  Made make(Call call, base::Duration patience, int interrupt_fd = -1) {
    std::unique_lock lock(mutex_);
    if (call_) return Made::not_made;
    call_ = std::move(call);
    changed_.notify_all();
    for (base::Duration waited{}; waited < patience; waited += kBetweenLooks) {
      if (changed_.wait_for(lock, std::min(kBetweenLooks, patience - waited), [&] { return !call_; })) return Made::answered;
      if (platform::is_readable(interrupt_fd)) break;
    }
    return Made::given_up;
  }

  // Ends the thread, or leaves it behind in a call that does not return.
  void finish() {
    std::unique_lock lock(mutex_);
    ending_ = true;
    const bool idle = !call_;
    changed_.notify_all();
    if (idle) {
      lock.unlock();
      thread_.join();
    } else {
      // The destructors of the driver's library may wait for the call.
      if (calls_left_behind++ == 0) platform::skip_destructors_if([] { return calls_left_behind > 0; });
      is_left_behind_ = true;
      thread_.detach();
    }
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return call_ || ending_; });
      if (!call_) break;
      lock.unlock();
      call_(meter_);  // nobody else changes call_ until it is done
      lock.lock();
      call_ = nullptr;
      changed_.notify_all();
    }
    const bool was_left_behind = is_left_behind_;
    lock.unlock();
    meter_.reset();
    if (was_left_behind) --calls_left_behind;
  }

  std::shared_ptr<const platform::Clock> clock_;  // the meter refers to it
  std::unique_ptr<GpuMeter> meter_;               // the thread's own
  std::mutex mutex_;                              // guards what follows
  std::condition_variable changed_;
  Call call_;  // under way, or to be made
  bool ending_ = false;
  bool is_left_behind_ = false;
  std::thread thread_;
};

base::Result<std::unique_ptr<GpuMeter>> GuardedMeter::open(const Open& open,
                                                           const std::shared_ptr<const platform::Clock>& clock,
                                                           Patience patience) {
  auto caller = Caller::start(clock);
  std::unique_ptr<GuardedMeter> guarded(new GuardedMeter(caller, clock, patience.call));
  struct Opened {
    base::Result<void> result;
    MeterSource source;
    std::vector<GpuDescription> gpus;
  };
  auto opened = std::make_shared<Opened>();
  const auto call = [opened, open, clock](std::unique_ptr<GpuMeter>& meter) {
    auto made = open(*clock);
    if (!made) {
      opened->result = base::failure(made.error());
      return;
    }
    meter = std::move(*made);
    opened->source = meter->source();
    opened->gpus = meter->gpus();
  };
  if (caller->make(call, patience.open, patience.interrupt_fd) != Made::answered) {
    if (platform::is_readable(patience.interrupt_fd)) return base::failure("interrupted before the GPU driver answered");
    return base::failure("the GPU driver does not answer",
                         "nvidia-smi will probably hang, too. See dmesg; a reboot may help");
  }
  if (!opened->result) return base::failure(opened->result.error());
  guarded->source_ = opened->source;
  guarded->gpus_ = opened->gpus;
  return std::unique_ptr<GpuMeter>(std::move(guarded));
}

GuardedMeter::~GuardedMeter() {
  caller_->finish();
}

template <class Answer>
std::unique_ptr<Answer> GuardedMeter::ask(std::function<Answer(GpuMeter&)> call, Late<Answer>* late) {
  auto answer = std::make_shared<std::unique_ptr<Answer>>();
  const Made made =
      caller_->make([answer, call = std::move(call)](
                        std::unique_ptr<GpuMeter>& meter) { *answer = std::make_unique<Answer>(call(*meter)); },
                    patience_);
  silent_ = silent_ || made != Made::answered;
  if (made == Made::given_up && late != nullptr) *late = answer;
  return made == Made::answered ? std::move(*answer) : nullptr;
}

GpuReading GuardedMeter::read(std::size_t gpu) {
  const auto answer = ask<GpuReading>([gpu](GpuMeter& meter) { return meter.read(gpu); });
  if (answer) return *answer;
  GpuReading reading;
  reading.time = clock_->now();
  for_each_field(reading, [](auto& field) { field = absent(Absent::failed); });
  return reading;
}

Field<CounterReading> GuardedMeter::read_energy_counter(std::size_t gpu) {
  const auto answer = ask<Field<CounterReading>>([gpu](GpuMeter& meter) { return meter.read_energy_counter(gpu); });
  if (!answer) return absent(Absent::failed);
  return *answer;
}

Field<std::vector<PowerSample>> GuardedMeter::drain_power(std::size_t gpu) {
  auto answer = ask<Field<std::vector<PowerSample>>>([gpu](GpuMeter& meter) { return meter.drain_power(gpu); });
  if (!answer) return absent(Absent::failed);
  return std::move(*answer);
}

EventReading GuardedMeter::read_events(std::size_t gpu, EventScope scope) {
  Late<EventReading> late;
  auto answer = ask<EventReading>([gpu, scope](GpuMeter& meter) { return meter.read_events(gpu, scope); }, &late);
  if (late) late_events_.emplace_back(gpu, std::move(late));
  if (answer) {
    add_late_xids(gpu, *answer);
    return std::move(*answer);
  }
  EventReading reading;
  reading.time = clock_->now();
  reading.processes = absent(Absent::failed);
  reading.xids = absent(Absent::failed);
  return reading;
}

// The driver gives each event once. Calls are answered one after another, so those that were given up have ended by now.
void GuardedMeter::add_late_xids(std::size_t gpu, EventReading& reading) {
  for (const auto& [of_gpu, late] : late_events_) {
    if (of_gpu != gpu || !*late || !(*late)->xids) continue;
    if (!reading.xids) reading.xids.emplace();
    reading.xids->insert(reading.xids->begin(), (*late)->xids->begin(), (*late)->xids->end());
  }
  std::erase_if(late_events_, [gpu](const auto& entry) { return entry.first == gpu; });
}

void GuardedMeter::close() {
  ask<bool>([](GpuMeter& meter) {
    meter.close();
    return true;
  });
}

}  // namespace gpubench::meter
