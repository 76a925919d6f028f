// A meter whose driver may stop answering: each call is waited for so long and no longer.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "meter/gpu_meter.h"
#include "platform/clock.h"

namespace gpubench::meter {

// Makes the calls on a thread of its own. A call that is not answered in time is absent, and so is all that is asked until
// it returns. Thread, meter and clock are left behind where it never does, so neither close() nor the destructor waits for
// it.
class GuardedMeter final : public GpuMeter {
 public:
  using Open = std::function<base::Result<std::unique_ptr<GpuMeter>>(const platform::Clock&)>;

  struct Patience {
    base::Duration open = std::chrono::minutes(2);  // eight GPUs without persistence mode take half a minute
    base::Duration call = std::chrono::seconds(5);
    int interrupt_fd = -1;  // opening is given up when it becomes readable
  };

  static base::Result<std::unique_ptr<GpuMeter>> open(const Open& open, const std::shared_ptr<const platform::Clock>& clock,
                                                      Patience patience);
  ~GuardedMeter() override;
  GuardedMeter(const GuardedMeter&) = delete;
  GuardedMeter& operator=(const GuardedMeter&) = delete;

  [[nodiscard]] const MeterSource& source() const override { return source_; }
  [[nodiscard]] const std::vector<GpuDescription>& gpus() const override { return gpus_; }
  GpuReading read(std::size_t gpu) override;
  Field<CounterReading> read_energy_counter(std::size_t gpu) override;
  Field<std::vector<PowerSample>> drain_power(std::size_t gpu) override;
  EventReading read_events(std::size_t gpu, EventScope scope) override;
  void close() override;
  [[nodiscard]] bool was_silent() const override { return silent_; }

 private:
  class Caller;
  GuardedMeter(std::shared_ptr<Caller> caller, std::shared_ptr<const platform::Clock> clock, base::Duration patience)
      : caller_(std::move(caller)), clock_(std::move(clock)), patience_(patience) {}
  // Where the answer to a call that was given up will be.
  template <class Answer>
  using Late = std::shared_ptr<std::unique_ptr<Answer>>;
  // Empty: not answered. `late` is set where the call goes on.
  template <class Answer>
  std::unique_ptr<Answer> ask(std::function<Answer(GpuMeter&)> call, Late<Answer>* late = nullptr);
  void add_late_xids(std::size_t gpu, EventReading& reading);

  std::shared_ptr<Caller> caller_;
  std::shared_ptr<const platform::Clock> clock_;
  base::Duration patience_;
  MeterSource source_;
  std::vector<GpuDescription> gpus_;
  bool silent_ = false;
  std::vector<std::pair<std::size_t, Late<EventReading>>> late_events_;  // of which GPU; in the order of the calls
};

}  // namespace gpubench::meter
