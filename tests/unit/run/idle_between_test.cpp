#include "run/idle_between.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <utility>

#include "support/simulated_sampler.h"

namespace gpubench::run {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kRollByItself = 1500ms;
constexpr base::Duration kSampleEvery = 20ms;

// One GPU that draws what it is said to, on the real clock.
class SteadyMeter final : public meter::GpuMeter {
 public:
  using Watts = std::function<double(base::SteadyTime)>;
  SteadyMeter(Watts watts, base::SteadyTime from) : watts_(std::move(watts)), next_(from) {
    gpus_.resize(1);
    gpus_.front().power_limit = base::Power::from_watts(700);
  }
  [[nodiscard]] const meter::MeterSource& source() const override { return source_; }
  [[nodiscard]] const std::vector<meter::GpuDescription>& gpus() const override { return gpus_; }
  meter::GpuReading read(std::size_t /*gpu*/) override {
    meter::GpuReading reading;
    reading.time = clock_.now();
    reading.utilization = base::Ratio::from_fraction(watts_(reading.time) > 300 ? 1 : 0);
    reading.power_limit = base::Power::from_watts(limit);
    return reading;
  }
  meter::Field<meter::CounterReading> read_energy_counter(std::size_t /*gpu*/) override {
    const base::SteadyTime now = clock_.now();
    return meter::CounterReading{now, now, base::Power::from_watts(100) * now.time_since_epoch()};
  }
  meter::Field<std::vector<meter::PowerSample>> drain_power(std::size_t /*gpu*/) override {
    std::vector<meter::PowerSample> samples;
    for (; next_ <= clock_.now(); next_ += kSampleEvery) samples.push_back({next_, base::Power::from_watts(watts_(next_))});
    return samples;
  }
  void close() override { closed = true; }
  [[nodiscard]] bool was_silent() const override { return silent; }
  void lose_gpus() { gpus_.clear(); }

  std::atomic<double> limit = 700;
  std::atomic<bool> closed = false;
  bool silent = false;
  meter::MeterSource source_;

 private:
  const platform::SystemClock clock_;
  const Watts watts_;
  base::SteadyTime next_;
  std::vector<meter::GpuDescription> gpus_;
};

// A run that ended a while ago: its series reach until now.
class IdleBetweenTest : public testing::Test {
 protected:
  void begin(const SteadyMeter::Watts& watts, IdleBetween& idle) {
    meter_ = std::make_shared<SteadyMeter>(watts, ended_ - 500ms);
    const auto samples = meter_->drain_power(0);
    for (const meter::PowerSample& sample : *samples) run_.front().power->append(sample);
    idle.begin(meter_, run_, ended_);
  }
  base::Duration hand_over(IdleBetween& idle) { return idle.hand_over(next_, gpus_, -1); }

  platform::SystemClock clock_;
  base::SteadyTime ended_ = clock_.now() - 2s;
  std::shared_ptr<SteadyMeter> meter_;
  std::vector<series::GpuSeries> run_ = support::memory_series(1);
  std::vector<series::GpuSeries> next_ = support::memory_series(1);
  record::BenchmarkGpus gpus_{{0}, "", ""};
  const meter::MeterSpec none_{"replay:/nonexistent", "", ""};  // cannot be opened
};

// On a busy machine the first reading may come too late: then the idle time rightly does not serve both.
base::Duration first_that_serves(const std::function<base::Duration()>& missing) {
  base::Duration left = kRollByItself;
  for (int tries = 0; left == kRollByItself && tries < 20; ++tries) left = missing();
  return left;
}

double idle_power(base::SteadyTime /*time*/) {
  return 100;
}

TEST_F(IdleBetweenTest, ServesTheNextRunAsWell) {
  const base::Duration missing = first_that_serves([&] {
    IdleBetween idle(kRollByItself);
    begin(idle_power, idle);
    return hand_over(idle);
  });
  EXPECT_LE(missing, 200ms);
  std::vector<base::SteadyTime> times;
  series::for_each(*next_.front().power, [&](const meter::PowerSample& sample) { times.push_back(sample.time); });
  ASSERT_GT(times.size(), 75U);
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_EQ(times[i] - times[i - 1], kSampleEvery) << i;
  EXPECT_GE(times.front(), ended_ + 150ms) << "nothing of the load before it";
  EXPECT_GE(times.back(), clock_.now() - 100ms);
  EXPECT_GE(next_.front().counter->size(), 1U);
  EXPECT_EQ(next_.front().readings->size(), 0U);
}

TEST_F(IdleBetweenTest, PowerThatStillFallsDoesNot) {
  IdleBetween idle(kRollByItself);
  begin([this](base::SteadyTime time) { return 250 - 60 * base::to_seconds(time - ended_); }, idle);
  EXPECT_EQ(hand_over(idle), kRollByItself);
  EXPECT_EQ(next_.front().power->size(), 0U);
}

TEST_F(IdleBetweenTest, AGpuInUseDoesNot) {
  IdleBetween idle(kRollByItself);
  begin([](base::SteadyTime) { return 400; }, idle);
  EXPECT_EQ(hand_over(idle), kRollByItself);
}

TEST_F(IdleBetweenTest, AnotherGpuInUseIsOfNoConcern) {
  IdleBetween idle(kRollByItself);
  gpus_.positions.clear();
  begin([](base::SteadyTime) { return 400; }, idle);
  EXPECT_LE(hand_over(idle), 200ms);
}

TEST_F(IdleBetweenTest, AShortRollLeavesNothingToShare) {
  IdleBetween idle(300ms);
  begin(idle_power, idle);
  EXPECT_TRUE(meter_->closed);
  EXPECT_EQ(hand_over(idle), 300ms);
}

TEST_F(IdleBetweenTest, WhatCannotBeReadOnIsClosed) {
  const auto is_closed = [this](const std::function<void(SteadyMeter&)>& change) {
    IdleBetween idle(kRollByItself);
    auto meter = std::make_shared<SteadyMeter>(idle_power, ended_);
    change(*meter);
    idle.begin(meter, run_, ended_);
    EXPECT_EQ(hand_over(idle), kRollByItself);
    return meter->closed.load();
  };
  EXPECT_TRUE(is_closed([](SteadyMeter& meter) { meter.source_.name = meter::kReplay; }))
      << "each run plays it from its start";
  EXPECT_TRUE(is_closed([](SteadyMeter& meter) { meter.silent = true; })) << "a call of the driver may still hang";
  EXPECT_TRUE(is_closed([](SteadyMeter& meter) { meter.lose_gpus(); }));
}

TEST_F(IdleBetweenTest, ASignalEndsTheWaitForTheRestOfIt) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  ended_ = clock_.now() + 60s;  // a minute is missing
  IdleBetween idle(kRollByItself);
  begin(idle_power, idle);
  const base::SteadyTime before = clock_.now();
  EXPECT_EQ(idle.hand_over(next_, gpus_, ends[0]), kRollByItself);
  EXPECT_LT(clock_.now() - before, 30s);
  close(ends[0]);
  close(ends[1]);
}

TEST_F(IdleBetweenTest, WithoutARunBeforeItARunTakesItsOwn) {
  IdleBetween idle(kRollByItself);
  EXPECT_EQ(hand_over(idle), kRollByItself);
  begin(idle_power, idle);
  idle.end();
  EXPECT_EQ(hand_over(idle), kRollByItself);
}

TEST_F(IdleBetweenTest, TheMeterIsKeptWhileItsLimitsHold) {
  const base::Duration missing = first_that_serves([&] {
    IdleBetween idle(kRollByItself);
    begin(idle_power, idle);
    const auto kept = idle.open_meter(none_, -1);
    EXPECT_TRUE(kept && kept->get() == meter_.get());
    const base::Duration left = hand_over(idle);
    EXPECT_FALSE(idle.open_meter(none_, -1)) << "it has been handed over";
    return left;
  });
  EXPECT_LE(missing, 200ms) << "it was read on meanwhile";
}

TEST_F(IdleBetweenTest, AChangedLimitIsDescribedAgain) {
  IdleBetween idle(kRollByItself);
  begin(idle_power, idle);
  meter_->limit = 500;
  EXPECT_FALSE(idle.open_meter(none_, -1)) << "a new one is opened";
  EXPECT_EQ(hand_over(idle), kRollByItself);
}

}  // namespace
}  // namespace gpubench::run
