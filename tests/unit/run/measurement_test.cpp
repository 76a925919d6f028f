#include "run/measurement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "support/scripted_meter.h"
#include "support/simulated_sampler.h"

namespace gpubench::run {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Not raise(): the thread of SignalQueue takes what is sent to the process.
void send_to_this_process(int signal) {
  ::kill(::getpid(), signal);
}

// Runs until it is told to end, or for a time.
class ScriptedWorkload final : public workload::Workload {
 public:
  explicit ScriptedWorkload(const platform::Clock& clock) : clock_(clock) {}

  base::Result<void> prepare() override { return {}; }
  [[nodiscard]] const workload::WorkloadDescription& description() const override { return description_; }
  base::Result<void> start() override {
    if (start_fails) return base::failure("it does not start");
    outcome_.ran.start = clock_.now();
    if (signal_at_start != 0) send_to_this_process(signal_at_start);
    return {};
  }
  base::Result<std::optional<workload::WorkloadOutcome>> poll(base::Duration timeout, int /*wake_fd*/) override {
    std::this_thread::sleep_for(std::min<base::Duration>(timeout, 10ms));
    if (poll_fails) return base::failure("it is lost");
    if (stopped_ > 0 && ignores_stop && killed_ == 0) {
      if (signal_at_stop != 0 && clock_.now() >= outcome_.ran.start + signal_after)
        send_to_this_process(std::exchange(signal_at_stop, 0));
      return std::optional<workload::WorkloadOutcome>();
    }
    if (stopped_ + killed_ == 0 && clock_.now() < outcome_.ran.start + lasts)
      return std::optional<workload::WorkloadOutcome>();
    outcome_.ran.end = clock_.now();
    outcome_.exit_code = stopped_ + killed_ == 0 ? 0 : 143;
    return std::optional(outcome_);
  }
  void hand_on(int signal) override { handed_on_.push_back(signal); }
  void stop() override { ++stopped_; }
  void kill() override { ++killed_; }
  base::Result<bool> collect_results(const std::filesystem::path& /*directory*/) override { return false; }
  base::Result<void> cleanup() override { return {}; }

  base::Duration lasts = 100ms;
  bool start_fails = false;
  bool poll_fails = false;
  bool ignores_stop = false;
  int signal_at_start = 0;
  int signal_at_stop = 0;
  base::Duration signal_after{};  // from its start
  std::vector<int> handed_on_;
  int stopped_ = 0;
  int killed_ = 0;

 private:
  const platform::Clock& clock_;
  workload::WorkloadDescription description_;
  workload::WorkloadOutcome outcome_;
};

std::vector<support::ScriptedGpu> idle_gpu(const platform::Clock& clock) {
  std::vector<support::ScriptedGpu> gpus(1);
  gpus.front().script =
      support::power_script([](base::SteadyTime) { return base::Power::from_watts(100); }, clock.now() - 10s);
  return gpus;
}

class MeasurementTest : public testing::Test {
 protected:
  MeasurementTest() {
    plan_.sampling.interval = 50ms;
    plan_.say = [this](const std::string& line) { said_.push_back(line); };
    plan_.started = [this](base::SteadyTime) { events_ += "started "; };
    plan_.ended = [this](base::SteadyTime) { events_ += "ended"; };
  }
  base::Result<Measured> go() { return measure(workload_, meter_, clock_, signals_, series_, plan_, interrupted_); }

  platform::SignalQueue signals_;
  platform::SystemClock clock_;
  support::ScriptedMeter meter_{clock_, idle_gpu(clock_)};
  std::vector<series::GpuSeries> series_ = support::memory_series(1);
  ScriptedWorkload workload_{clock_};
  MeasurementPlan plan_;
  std::optional<int> interrupted_;
  std::vector<std::string> said_;
  std::string events_;
};

TEST_F(MeasurementTest, ASignalEndsTheWatchingOfWhatIsAttached) {
  plan_.attached = true;
  workload_.lasts = 10s;
  workload_.signal_at_start = SIGINT;
  const auto measured = go();
  ASSERT_TRUE(measured) << measured.error().message;
  EXPECT_FALSE(measured->interrupted_by);
  EXPECT_EQ(said_, std::vector<std::string>{"measuring ends; the process goes on"});
  EXPECT_EQ(workload_.killed_, 0);
}

TEST_F(MeasurementTest, ATimeoutEndsTheWatchingOfWhatIsAttached) {
  plan_.attached = true;
  plan_.timeout = 50ms;
  workload_.lasts = 10s;
  const auto measured = go();
  ASSERT_TRUE(measured) << measured.error().message;
  EXPECT_FALSE(measured->timed_out);
  EXPECT_TRUE(said_.empty());
}

TEST_F(MeasurementTest, AWorkloadThatEndsByItself) {
  plan_.idle_before = 60ms;
  const auto measured = go();
  ASSERT_TRUE(measured) << measured.error().message;
  EXPECT_EQ(measured->outcome.exit_code, 0);
  EXPECT_FALSE(measured->interrupted_by);
  EXPECT_FALSE(measured->timed_out);
  EXPECT_EQ(events_, "started ended");
  EXPECT_TRUE(said_.empty());
  EXPECT_EQ(workload_.stopped_ + workload_.killed_, 0);
}

TEST_F(MeasurementTest, ASignalBeforeTheStartMeasuresNothing) {
  plan_.idle_before = 10s;
  send_to_this_process(SIGTERM);
  const auto measured = go();
  ASSERT_FALSE(measured);
  EXPECT_EQ(measured.error().message, "SIGTERM before the benchmark was started");
  ASSERT_TRUE(interrupted_);
  EXPECT_EQ(*interrupted_, SIGTERM);
  EXPECT_EQ(events_, "");
}

TEST_F(MeasurementTest, TheFirstSignalStopsGently) {
  workload_.lasts = 10s;
  workload_.signal_at_start = SIGINT;
  const auto measured = go();
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->interrupted_by, SIGINT);
  EXPECT_EQ(measured->outcome.exit_code, 143);
  EXPECT_EQ(workload_.stopped_, 1);
  EXPECT_EQ(workload_.killed_, 0);
  EXPECT_THAT(said_.front(), HasSubstr("SIGINT: stopping the benchmark (press Ctrl-C again to kill it)"));
}

TEST_F(MeasurementTest, TheSecondSignalKills) {
  workload_.lasts = 10s;
  workload_.ignores_stop = true;
  workload_.signal_at_start = SIGTERM;
  workload_.signal_at_stop = SIGINT;
  const auto measured = go();
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->interrupted_by, SIGTERM);  // the first counts
  EXPECT_EQ(workload_.killed_, 1);
  EXPECT_EQ(said_.back(), "killing the benchmark");
}

TEST_F(MeasurementTest, WhatIsForTheBenchmarkIsHandedOnAndEndsNothing) {
  workload_.lasts = 300ms;
  workload_.signal_at_start = SIGUSR1;
  const auto measured = go();
  ASSERT_TRUE(measured);
  EXPECT_EQ(workload_.handed_on_, std::vector<int>{SIGUSR1});
  EXPECT_EQ(workload_.stopped_ + workload_.killed_, 0);
  EXPECT_EQ(measured->outcome.exit_code, 0);
  EXPECT_FALSE(measured->interrupted_by);
}

TEST_F(MeasurementTest, ASignalForTheBenchmarkBeforeItsStartIsDroppedAloud) {
  plan_.idle_before = 60ms;
  send_to_this_process(SIGUSR2);
  const auto measured = go();
  ASSERT_TRUE(measured);
  EXPECT_TRUE(workload_.handed_on_.empty());
  EXPECT_THAT(said_.front(), HasSubstr("came before its start"));
}

TEST_F(MeasurementTest, TheTimeLimitStopsAsASignalDoes) {
  workload_.lasts = 10s;
  plan_.timeout = 100ms;
  const auto measured = go();
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->timed_out, 100ms);
  EXPECT_FALSE(measured->interrupted_by);
  EXPECT_EQ(workload_.stopped_, 1);
  EXPECT_THAT(said_.front(), HasSubstr("--timeout: stopping the benchmark (press Ctrl-C to kill it)"));
}

TEST_F(MeasurementTest, ATimeLimitThatPassesWhileASignalStopsItIsNotTheReason) {
  workload_.lasts = 10s;
  workload_.ignores_stop = true;
  workload_.signal_at_start = SIGTERM;
  workload_.signal_at_stop = SIGINT;  // kills it, after the time limit
  workload_.signal_after = 300ms;
  plan_.timeout = 100ms;
  const auto measured = go();
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->interrupted_by, SIGTERM);
  EXPECT_FALSE(measured->timed_out);
  EXPECT_EQ(workload_.stopped_, 1);
}

TEST_F(MeasurementTest, AfterTheTimeLimitTheFirstSignalKills) {
  workload_.lasts = 10s;
  workload_.ignores_stop = true;
  workload_.signal_at_stop = SIGINT;
  plan_.timeout = 50ms;
  const auto measured = go();
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->timed_out, 50ms);
  EXPECT_FALSE(measured->interrupted_by) << "it was stopped already";
  EXPECT_EQ(workload_.killed_, 1);
}

TEST_F(MeasurementTest, ASignalInTheIdleTimeAfterItEndsThatAndWhatWaitsLater) {
  plan_.idle_after = 50s;
  plan_.ended = [](base::SteadyTime) { send_to_this_process(SIGINT); };
  const base::SteadyTime begin = clock_.now();
  const auto measured = go();
  ASSERT_TRUE(measured);
  EXPECT_LT(clock_.now() - begin, 40s);
  EXPECT_EQ(measured->outcome.exit_code, 0);
  EXPECT_FALSE(measured->interrupted_by) << "the benchmark was over";
  EXPECT_EQ(signals_.next(), SIGINT) << "for those who wait after it";
}

TEST_F(MeasurementTest, TheGpuIsReadBeforeAndAfterTheBenchmark) {
  plan_.idle_before = 1s;
  plan_.idle_after = 1s;
  const auto measured = go();
  ASSERT_TRUE(measured);
  const base::Window ran = measured->outcome.ran;
  std::size_t before = 0;
  std::size_t after = 0;
  series::for_each(*series_.front().counter, [&](const meter::CounterReading& reading) {
    before += reading.after < ran.start ? 1U : 0U;
    after += reading.before > ran.end ? 1U : 0U;
  });
  EXPECT_GE(before, 1U);
  EXPECT_GE(after, 1U);
}

TEST_F(MeasurementTest, AMeterThatVanishesEndsNoBenchmark) {
  workload_.lasts = 200ms;
  plan_.observer = [this](std::size_t /*tick*/, const std::vector<meter::GpuReading>& /*readings*/) {
    support::ScriptedGpu& gpu = meter_.script(0);  // the sampler's thread, as the meter
    gpu.read_fails = gpu.counter_fails = gpu.drain_fails = meter::Absent::failed;
  };
  const auto measured = go();
  ASSERT_TRUE(measured) << measured.error().message;
  EXPECT_EQ(measured->outcome.exit_code, 0);
  EXPECT_EQ(workload_.stopped_ + workload_.killed_, 0);
}

TEST_F(MeasurementTest, WhatCannotBeStartedOrFollowedIsAnError) {
  workload_.start_fails = true;
  EXPECT_EQ(go().error().message, "it does not start");
  EXPECT_FALSE(interrupted_);
  workload_.start_fails = false;
  workload_.poll_fails = true;
  EXPECT_EQ(go().error().message, "it is lost");
}

TEST_F(MeasurementTest, ReadingsComeWhileItRuns) {
  std::size_t ticks = 0;
  plan_.observer = [&](std::size_t, const std::vector<meter::GpuReading>& readings) { ticks += readings.size(); };
  workload_.lasts = 300ms;
  ASSERT_TRUE(go());
  EXPECT_GE(ticks, 2U);
}

}  // namespace
}  // namespace gpubench::run
