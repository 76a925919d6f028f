#include "gpus/event_monitor.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

#include "platform/process.h"

namespace gpubench::gpus {
namespace {

using namespace std::chrono_literals;
using record::UserKind;

constexpr base::Duration kFirstPoll = 2s;  // after the start
constexpr base::Duration kPollEvery = 15s;
constexpr std::size_t kMostUsers = 32;  // listed, per GPU
constexpr int kMostAncestors = 64;
constexpr base::Duration kCountersMayLead = 1s;  // a count that rises more than time passes is none of time

// How much more there is, if both tell and it did not fall.
std::optional<std::uint64_t> rise(const meter::Field<std::uint64_t>& from, const meter::Field<std::uint64_t>& to) {
  if (!from || !to || *to < *from) return std::nullopt;
  return *to - *from;
}

struct ThrottleReason {
  std::string_view name;
  meter::Field<base::Duration> meter::ThrottleTimes::* time;
  bool slowdown;
};
constexpr std::array<ThrottleReason, 5> kThrottleReasons{{
    {"software_power_cap", &meter::ThrottleTimes::software_power_cap, false},
    {"software_thermal", &meter::ThrottleTimes::software_thermal, true},
    {"sync_boost", &meter::ThrottleTimes::sync_boost, false},
    {"board_limit", &meter::ThrottleTimes::board_limit, false},
    {"reliability", &meter::ThrottleTimes::reliability, false},
}};

void note_throttle_times(record::GpuEvents& events, const meter::EventReading& first, const meter::EventReading& last) {
  events.throttle_times.clear();
  events.throttle_times_known = false;
  for (const ThrottleReason& reason : kThrottleReasons) {
    const auto& from = first.throttled.*reason.time;
    const auto& to = last.throttled.*reason.time;
    if (!from || !to || *to < *from || *to - *from > last.time - first.time + kCountersMayLead) continue;
    events.throttle_times.push_back({reason.name, *to - *from, reason.slowdown});
    if (reason.slowdown) events.throttle_times_known = true;
  }
}

bool lists(const meter::EventReading& reading, unsigned id) {
  return reading.processes && std::any_of(reading.processes->begin(), reading.processes->end(),
                                          [&](const meter::GpuProcess& process) { return process.id == id; });
}

}  // namespace

WorkloadProcesses processes_of(const workload::WorkloadDescription& workload, const std::filesystem::path& results) {
  WorkloadProcesses processes;
  std::vector<int> all{workload.process_id};
  if (!workload.parts.empty()) all.clear();
  for (const workload::WorkloadDescription& part : workload.parts) all.push_back(part.process_id);
  for (const int first : all)
    if (first > 0) processes.first.push_back(first);
  processes.all_known = processes.first.size() == all.size();
  processes.container = workload.kind == workload::WorkloadDescription::Kind::container;
  processes.goes_on = workload.attached;
  if (!processes.container && !workload.attached) processes.variable = "IRIS_GPUBENCH_RESULTS=" + results.string();
  return processes;
}

EventMonitor::EventMonitor(meter::GpuMeter& meter) : meter_(meter), events_(meter.gpus().size()) {
  if (platform::sees_all_processes()) return;
  for (record::GpuEvents& events : events_)
    events.users_untold = "this tool runs in a container or process namespace of its own: processes outside it are hidden";
}

void EventMonitor::begin() {
  check(meter::EventScope::everything);
}

void EventMonitor::workload_started(const WorkloadProcesses& processes, base::SteadyTime time) {
  const auto own = platform::look_at_process(platform::own_process_id());
  std::vector<std::string> cgroups;
  for (const int first : processes.first) {
    const auto facts = platform::look_at_process(first);
    const bool telling = facts && own && facts->cgroup.size() > 1 && facts->cgroup != own->cgroup;
    if (telling && processes.container) cgroups.push_back(facts->cgroup);
  }
  const std::lock_guard lock(mutex_);
  workload_ = processes;
  workload_cgroups_ = std::move(cgroups);
  next_poll_ = time + kFirstPoll;
}

void EventMonitor::poll(base::SteadyTime now) {
  {
    const std::lock_guard lock(mutex_);
    if (!next_poll_ || now < *next_poll_) return;
    next_poll_ = now + kPollEvery;
  }
  check(meter::EventScope::users_and_events);
}

void EventMonitor::end() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  check(meter::EventScope::everything);
}

std::vector<record::GpuEvents> EventMonitor::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

void EventMonitor::check(meter::EventScope scope) {
  const bool first = first_.empty();
  for (std::size_t gpu = 0; gpu < meter_.gpus().size(); ++gpu) {
    const meter::EventReading reading = meter_.read_events(gpu, scope);
    if (first) first_.push_back(reading);
    const std::lock_guard lock(mutex_);
    record::GpuEvents& events = events_[gpu];
    ++events.checks;
    events.xids_told = events.xids_told || reading.xids.has_value();
    // Events that came before the first look are another run's.
    if (reading.xids && !first) events.xids.insert(events.xids.end(), reading.xids->begin(), reading.xids->end());
    note_users(events, gpu, reading);
    if (first || scope != meter::EventScope::everything) continue;
    note_throttle_times(events, first_[gpu], reading);
    events.corrected_errors = rise(first_[gpu].errors.corrected, reading.errors.corrected);
    events.uncorrected_errors = rise(first_[gpu].errors.uncorrected, reading.errors.uncorrected);
    events.remapped_rows = rise(first_[gpu].errors.remapped_rows, reading.errors.remapped_rows);
  }
}

void EventMonitor::note_users(record::GpuEvents& events, std::size_t gpu, const meter::EventReading& reading) {
  if (!reading.processes) {
    if (events.users_untold.empty()) events.users_untold = "the driver does not list the GPU's processes";
    return;
  }
  for (const meter::GpuProcess& process : *reading.processes) {
    const auto facts = platform::look_at_process(static_cast<int>(process.id));
    if (!facts && has_ended(events, gpu, process.id)) continue;
    note_user(events, process, facts ? facts->name : std::string(),
              facts ? kind_of(static_cast<int>(process.id)) : UserKind::unknown);
  }
}

// A process that nothing is known of may be gone from the list by now.
bool EventMonitor::has_ended(record::GpuEvents& events, std::size_t gpu, unsigned id) {
  const meter::EventReading again = meter_.read_events(gpu, meter::EventScope::users_and_events);
  if (again.xids) events.xids.insert(events.xids.end(), again.xids->begin(), again.xids->end());
  return !lists(again, id);
}

void EventMonitor::note_user(record::GpuEvents& events, const meter::GpuProcess& process, const std::string& name,
                             UserKind kind) const {
  auto user =
      std::find_if(events.users.begin(), events.users.end(), [&](const record::GpuUser& u) { return u.id == process.id; });
  if (user == events.users.end() && events.users.size() >= kMostUsers) {
    ++events.more_users;
    return;
  }
  if (user == events.users.end()) user = events.users.insert(user, {process.id, name, kind, process.memory});
  if (process.memory && (!user->most_memory || *user->most_memory < *process.memory)) user->most_memory = process.memory;
  user->left_running = over_ && kind == UserKind::benchmark && !workload_->goes_on;
}

UserKind EventMonitor::kind_of(int id) const {
  if (!workload_) return UserKind::foreign;  // the benchmark does not run yet
  if (!workload_->variable.empty() && platform::was_started_with(id, workload_->variable)) return UserKind::benchmark;
  if (descends_from_benchmark(id)) return UserKind::benchmark;
  return workload_->all_known ? UserKind::foreign : UserKind::unknown;
}

bool EventMonitor::descends_from_benchmark(int id) const {
  const auto is_first = [&](int process) {
    return std::find(workload_->first.begin(), workload_->first.end(), process) != workload_->first.end();
  };
  for (int step = 0; step < kMostAncestors && id > 1; ++step) {
    if (is_first(id)) return true;
    const auto facts = platform::look_at_process(id);
    if (!facts) return false;
    const bool in_cgroup = std::any_of(workload_cgroups_.begin(), workload_cgroups_.end(), [&](const std::string& group) {
      return facts->cgroup == group || facts->cgroup.starts_with(group + "/");
    });
    if (in_cgroup || is_first(facts->group)) return true;
    id = facts->parent;
  }
  return false;
}

}  // namespace gpubench::gpus
