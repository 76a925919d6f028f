// Who used the GPUs and what their driver counted.
#include "gpus/event_monitor.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace gpubench::gpus {
namespace {

using namespace std::chrono_literals;
using base::SteadyTime;
using record::UserKind;

// Gives what the test has put into `next`.
class ToldMeter final : public meter::GpuMeter {
 public:
  [[nodiscard]] const meter::MeterSource& source() const override { return source_; }
  [[nodiscard]] const std::vector<meter::GpuDescription>& gpus() const override { return gpus_; }
  meter::GpuReading read(std::size_t /*gpu*/) override { return {}; }
  meter::Field<meter::CounterReading> read_energy_counter(std::size_t /*gpu*/) override {
    return meter::absent(meter::Absent::unsupported);
  }
  meter::Field<std::vector<meter::PowerSample>> drain_power(std::size_t /*gpu*/) override {
    return meter::absent(meter::Absent::unsupported);
  }
  meter::EventReading read_events(std::size_t /*gpu*/, meter::EventScope scope) override {
    ++checks;
    meter::EventReading reading = next;
    if (scope != meter::EventScope::everything) reading.throttled = {};
    if (next.xids) next.xids->clear();
    return reading;
  }
  meter::EventReading next;
  int checks = 0;

 private:
  meter::MeterSource source_;
  std::vector<meter::GpuDescription> gpus_{1};
};

// A process that sleeps until the test is over.
class Sleeper {
 public:
  explicit Sleeper(bool in_own_group) : id_(fork()) {
    if (id_ != 0) return;
    if (in_own_group) setpgid(0, 0);
    pause();
    _exit(0);
  }
  ~Sleeper() {
    kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  [[nodiscard]] int id() const { return id_; }

 private:
  pid_t id_;
};

std::vector<meter::GpuProcess> running(std::initializer_list<int> ids) {
  std::vector<meter::GpuProcess> processes;
  for (const int id : ids) processes.push_back({static_cast<unsigned>(id), base::Bytes::from_mebibytes(64)});
  return processes;
}

UserKind kind_of(const EventMonitor& watch, int id) {
  const std::vector<record::GpuEvents> events = watch.events();
  for (const record::GpuUser& user : events.at(0).users)
    if (user.id == static_cast<unsigned>(id)) return user.kind;
  ADD_FAILURE() << "process " << id << " was not noted";
  return UserKind::unknown;
}

TEST(EventMonitor, WhoIsThereBeforeTheBenchmarkIsForeign) {
  const Sleeper early(false);
  ToldMeter meter;
  meter.next.processes = running({early.id()});
  EventMonitor watch(meter);
  watch.begin();
  watch.workload_started({{early.id()}, true, false, ""}, SteadyTime(10s));
  watch.end();
  EXPECT_EQ(kind_of(watch, early.id()), UserKind::foreign);
}

TEST(EventMonitor, TheBenchmarksDescendantsAreItsOwn) {
  const Sleeper other(true);
  ToldMeter meter;
  meter.next.processes = running({});
  EventMonitor watch(meter);
  watch.begin();
  watch.workload_started({{getpid()}, true, false, ""}, SteadyTime(10s));
  meter.next.processes = running({other.id(), getppid()});
  watch.poll(SteadyTime(13s));
  EXPECT_EQ(kind_of(watch, other.id()), UserKind::benchmark) << "a child";
  EXPECT_EQ(kind_of(watch, getppid()), UserKind::foreign);
  EXPECT_EQ(watch.events().at(0).users.at(0).most_memory, base::Bytes::from_mebibytes(64));
}

TEST(EventMonitor, AnOrphanIsKnownByItsEnvironment) {
  ToldMeter meter;
  meter.next.processes = running({});
  EventMonitor watch(meter);
  watch.begin();
  const std::string path = std::string("PATH=") + getenv("PATH");
  watch.workload_started({{1 << 30}, true, false, path}, SteadyTime(10s));
  meter.next.processes = running({getpid()});
  watch.end();
  EXPECT_EQ(kind_of(watch, getpid()), UserKind::benchmark);
}

TEST(EventMonitor, WhatTheBenchmarkLeftRunningIsMarked) {
  const Sleeper left(true);
  const Sleeper gone(true);
  ToldMeter meter;
  meter.next.processes = running({});
  EventMonitor watch(meter);
  watch.begin();
  watch.workload_started({{getpid()}, true, false, ""}, SteadyTime(10s));
  meter.next.processes = running({left.id(), gone.id(), getppid()});
  watch.poll(SteadyTime(13s));
  const auto during = watch.events();
  for (const record::GpuUser& user : during.at(0).users) EXPECT_FALSE(user.left_running);
  meter.next.processes = running({left.id(), getppid()});
  watch.end();
  const auto events = watch.events();
  for (const record::GpuUser& user : events.at(0).users)
    EXPECT_EQ(user.left_running, user.id == static_cast<unsigned>(left.id())) << user.id;
}

TEST(EventMonitor, WhatIsOnlyWatchedMayGoOn) {
  const Sleeper watched(true);
  ToldMeter meter;
  meter.next.processes = running({watched.id()});
  EventMonitor watch(meter);
  watch.workload_started({{watched.id()}, true, false, "", true}, SteadyTime(10s));  // before the first look
  watch.begin();
  watch.end();
  EXPECT_EQ(kind_of(watch, watched.id()), UserKind::benchmark);
  EXPECT_FALSE(watch.events().at(0).users.at(0).left_running);
}

TEST(EventMonitor, WithoutAFirstProcessNothingCanBeTold) {
  const Sleeper other(true);
  ToldMeter meter;
  meter.next.processes = running({});
  EventMonitor watch(meter);
  watch.begin();
  watch.workload_started({{}, false, true, ""}, SteadyTime(10s));
  meter.next.processes = running({other.id()});
  watch.end();
  EXPECT_EQ(kind_of(watch, other.id()), UserKind::unknown);
}

TEST(EventMonitor, AProcessThatIsHiddenIsUnknown) {
  ToldMeter meter;
  meter.next.processes = running({1 << 30});
  EventMonitor watch(meter);
  watch.begin();
  EXPECT_EQ(kind_of(watch, 1 << 30), UserKind::unknown);
}

TEST(EventMonitor, PollsSeldom) {
  ToldMeter meter;
  EventMonitor watch(meter);
  watch.begin();
  watch.poll(SteadyTime(1s));
  EXPECT_EQ(meter.checks, 1) << "the benchmark does not run";
  watch.workload_started({}, SteadyTime(10s));
  for (int tenths = 100; tenths < 700; ++tenths) watch.poll(SteadyTime(tenths * 100ms));
  EXPECT_EQ(meter.checks, 1 + 4) << "at 2, 17, 32, 47 s";
}

TEST(EventMonitor, CountsWhatRoseAndTakesNoEventsOfBefore) {
  ToldMeter meter;
  meter.next.throttled.software_power_cap = 100s;
  meter.next.throttled.software_thermal = 7s;
  meter.next.errors.corrected = 5;
  meter.next.xids = std::vector<std::uint64_t>{13};
  meter.next.time = SteadyTime(0s);
  EventMonitor watch(meter);
  watch.begin();
  meter.next.xids = std::vector<std::uint64_t>{79};
  watch.workload_started({}, SteadyTime(10s));
  watch.poll(SteadyTime(12s));
  meter.next.throttled.software_power_cap = 104s;
  meter.next.throttled.software_thermal = 6s;
  meter.next.throttled.sync_boost = 3s;
  meter.next.errors.corrected = 7;
  meter.next.time = SteadyTime(30s);
  watch.end();
  const record::GpuEvents events = watch.events().at(0);
  EXPECT_EQ(events.xids, (std::vector<std::uint64_t>{79}));
  EXPECT_EQ(events.corrected_errors, 2U);
  EXPECT_FALSE(events.uncorrected_errors) << "not reported";
  ASSERT_EQ(events.throttle_times.size(), 1U) << "heat fell: the driver was loaded again; sync boost has no beginning";
  EXPECT_EQ(events.throttle_times[0].time, base::Duration(4s));
  EXPECT_FALSE(events.throttle_times_known) << "of slowdowns only the readings tell";
  EXPECT_EQ(events.users_untold.empty(), false) << "this meter lists no processes";
}

TEST(EventMonitor, ACountThatRisesFasterThanTimeIsNone) {
  ToldMeter meter;
  meter.next.throttled.software_thermal = 0s;
  meter.next.time = SteadyTime(0s);
  EventMonitor watch(meter);
  watch.begin();
  meter.next.throttled.software_thermal = 4000s;
  meter.next.time = SteadyTime(30s);
  watch.end();
  EXPECT_TRUE(watch.events().at(0).throttle_times.empty());
}

}  // namespace
}  // namespace gpubench::gpus
