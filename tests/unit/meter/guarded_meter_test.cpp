#include "meter/nvml/guarded_meter.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "support/manual_clock.h"

namespace gpubench::meter {
namespace {

using namespace std::chrono_literals;

// What a driver that hangs waits for.
struct Gate {
  std::mutex mutex;
  std::condition_variable opened;
  bool is_open = true;
  void pass() {
    std::unique_lock lock(mutex);
    opened.wait(lock, [&] { return is_open; });
  }
  void set(bool open) {
    {
      const std::lock_guard lock(mutex);
      is_open = open;
    }
    opened.notify_all();
  }
};

class HangingMeter final : public GpuMeter {
 public:
  explicit HangingMeter(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) { source_.description = "hanging"; }
  [[nodiscard]] const MeterSource& source() const override { return source_; }
  [[nodiscard]] const std::vector<GpuDescription>& gpus() const override { return gpus_; }
  GpuReading read(std::size_t /*gpu*/) override {
    gate_->pass();
    GpuReading reading;
    reading.power = base::Power::from_watts(100);
    return reading;
  }
  Field<CounterReading> read_energy_counter(std::size_t /*gpu*/) override {
    gate_->pass();
    return CounterReading{};
  }
  Field<std::vector<PowerSample>> drain_power(std::size_t /*gpu*/) override {
    gate_->pass();
    return std::vector<PowerSample>(2);
  }
  EventReading read_events(std::size_t /*gpu*/, EventScope /*scope*/) override {
    gate_->pass();
    EventReading reading;
    reading.xids = std::exchange(xids_, {});
    return reading;
  }
  void close() override { gate_->pass(); }

 private:
  std::shared_ptr<Gate> gate_;
  MeterSource source_;
  std::vector<GpuDescription> gpus_{GpuDescription{}};
  std::vector<std::uint64_t> xids_{119};
};

base::Result<std::unique_ptr<GpuMeter>> guarded(const std::shared_ptr<Gate>& gate, base::Duration call,
                                                base::Duration open = 10s, int interrupt_fd = -1) {
  return GuardedMeter::open(
      [gate](const platform::Clock&) -> base::Result<std::unique_ptr<GpuMeter>> {
        gate->pass();
        return std::make_unique<HangingMeter>(gate);
      },
      std::make_shared<support::ManualClock>(), {open, call, interrupt_fd});
}

TEST(GuardedMeter, GivesWhatTheDriverSays) {
  const auto gate = std::make_shared<Gate>();
  const auto meter = guarded(gate, 10s);
  ASSERT_TRUE(meter);
  EXPECT_EQ((*meter)->source().description, "hanging");
  EXPECT_EQ((*meter)->gpus().size(), 1U);
  EXPECT_EQ((*meter)->read(0).power, base::Power::from_watts(100));
  EXPECT_TRUE((*meter)->read_energy_counter(0));
  EXPECT_EQ((*meter)->drain_power(0)->size(), 2U);
  (*meter)->close();
  EXPECT_FALSE((*meter)->was_silent());
}

TEST(GuardedMeter, WaitsForNoDriverThatHangs) {
  const auto gate = std::make_shared<Gate>();
  {
    const auto meter = guarded(gate, 1ms);
    ASSERT_TRUE(meter);
    gate->set(false);
    EXPECT_EQ((*meter)->read(0).power, absent(Absent::failed));
    EXPECT_EQ((*meter)->read_energy_counter(0).error(), Absent::failed);
    EXPECT_EQ((*meter)->drain_power(0).error(), Absent::failed);
    EXPECT_EQ((*meter)->read_events(0, EventScope::everything).processes.error(), Absent::failed);
    (*meter)->close();
    EXPECT_TRUE((*meter)->was_silent());
  }
  gate->set(true);  // the thread left behind ends
}

TEST(GuardedMeter, ErrorEventsThatCameLateAreInTheNextAnswer) {
  const auto gate = std::make_shared<Gate>();
  const auto meter = guarded(gate, 20ms);
  ASSERT_TRUE(meter);
  const auto events = [&] {  // a call that was given up may still go on
    for (;;)
      if (const auto reading = (*meter)->read_events(0, EventScope::everything); reading.xids) return *reading.xids;
  };
  gate->set(false);
  EXPECT_FALSE((*meter)->read_events(0, EventScope::everything).xids);
  gate->set(true);
  EXPECT_EQ(events(), std::vector<std::uint64_t>{119});
  EXPECT_EQ(events(), std::vector<std::uint64_t>{});
}

TEST(GuardedMeter, NorWhileItIsOpened) {
  const auto gate = std::make_shared<Gate>();
  gate->set(false);
  const auto meter = guarded(gate, 1ms, 1ms);
  ASSERT_FALSE(meter);
  EXPECT_NE(meter.error().message.find("does not answer"), std::string::npos);
  gate->set(true);
}

TEST(GuardedMeter, OpeningIsGivenUpAtTheFirstSignal) {
  const auto gate = std::make_shared<Gate>();
  gate->set(false);
  const int signal = eventfd(1, EFD_CLOEXEC);
  const auto meter = guarded(gate, 1ms, 1h, signal);
  ASSERT_FALSE(meter);
  EXPECT_NE(meter.error().message.find("interrupted"), std::string::npos);
  close(signal);
  gate->set(true);
}

// As the real library does that keeps a lock of its own during a call.
TEST(GuardedMeterDeathTest, TheProcessEndsThoughTheDriversDestructorsWaitForTheCall) {
  const auto end_in_a_call = [] {
    alarm(60);
    const auto gate = std::make_shared<Gate>();
    static const auto* const forever = new std::shared_ptr<Gate>(gate);
    std::atexit([] { (*forever)->pass(); });
    auto meter = guarded(gate, 1ms);
    gate->set(false);
    (*meter)->read(0);
    meter->reset();
    std::exit(3);
  };
  EXPECT_EXIT(end_in_a_call(), testing::ExitedWithCode(3), "");
}

TEST(GuardedMeter, SaysWhyItCouldNotBeOpened) {
  const auto meter = GuardedMeter::open(
      [](const platform::Clock&) -> base::Result<std::unique_ptr<GpuMeter>> { return base::failure("no driver"); },
      std::make_shared<support::ManualClock>(), {});
  ASSERT_FALSE(meter);
  EXPECT_EQ(meter.error().message, "no driver");
}

}  // namespace
}  // namespace gpubench::meter
