#include "workload/several/several_workload.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

namespace gpubench::workload {
namespace {

using namespace std::chrono_literals;

// What the test sees of a scripted workload, and how it makes it end.
struct Script {
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::optional<int> exit_with;  // it ends once this is there
  std::string cannot_start;
  std::string cannot_poll;
  bool started = false;
  bool cleaned = false;
  int number = 0;
  int handed_on = 0;
  std::thread::id thread;

  void end(int code) {
    const std::lock_guard lock(mutex);
    exit_with = code;
    changed.notify_all();
  }
  bool has_started() const {
    const std::lock_guard lock(mutex);
    return started;
  }
  void wait_for_start() {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, 10s, [this] { return started; }));
  }
};

class ScriptedWorkload final : public Workload {
 public:
  explicit ScriptedWorkload(Script& script) : script_(script) { description_.name = "w" + std::to_string(script.number); }
  base::Result<void> prepare() override { return {}; }
  [[nodiscard]] const WorkloadDescription& description() const override { return description_; }
  base::Result<void> start() override {
    const std::lock_guard lock(script_.mutex);
    if (!script_.cannot_start.empty()) return base::failure(script_.cannot_start);
    script_.thread = std::this_thread::get_id();
    description_.process_id = 100 + script_.number;
    script_.started = true;
    script_.changed.notify_all();
    return {};
  }
  base::Result<std::optional<WorkloadOutcome>> poll(base::Duration /*timeout*/, int /*wake_fd*/) override {
    std::unique_lock lock(script_.mutex);
    if (!script_.cannot_poll.empty()) return base::failure(script_.cannot_poll);
    script_.changed.wait_for(lock, 1ms, [this] { return script_.exit_with.has_value(); });
    if (!script_.exit_with) return std::optional<WorkloadOutcome>();
    WorkloadOutcome outcome;
    outcome.ran = {base::SteadyTime(std::chrono::seconds(script_.number)),
                   base::SteadyTime(std::chrono::seconds(10 + script_.number))};
    outcome.exit_code = script_.exit_with;
    outcome.stopped_by_us = asked_;
    return std::optional(outcome);
  }
  void hand_on(int signal) override {
    const std::lock_guard lock(script_.mutex);
    script_.handed_on = signal;
    script_.changed.notify_all();
  }
  void stop() override { ask(143); }
  void kill() override { ask(137); }
  base::Result<bool> collect_results(const std::filesystem::path& directory) override {
    return directory.filename() == std::to_string(script_.number);
  }
  base::Result<void> cleanup() override {
    script_.cleaned = true;
    return {};
  }

 private:
  void ask(int code) {
    asked_ = true;
    script_.end(code);
  }
  Script& script_;
  WorkloadDescription description_;
  bool asked_ = false;
};

class SeveralWorkloadTest : public ::testing::Test {
 protected:
  std::unique_ptr<Workload> make(Order order) {
    std::vector<Part> parts;
    for (std::size_t i = 0; i < 3; ++i) {
      scripts_[i].number = static_cast<int>(i) + 1;
      parts.push_back({std::make_unique<ScriptedWorkload>(scripts_[i]), std::to_string(i + 1), {static_cast<int>(i)}});
    }
    auto all = make_several_workload(std::move(parts), order);
    EXPECT_TRUE(all->prepare());
    return all;
  }
  static WorkloadOutcome end_of(Workload& all) {
    for (int i = 0; i < 1000; ++i)
      if (auto polled = all.poll(10ms, -1); polled && *polled) return **polled;
    ADD_FAILURE() << "no end";
    return {};
  }

  std::array<Script, 3> scripts_;
};

TEST_F(SeveralWorkloadTest, ASignalForTheBenchmarkGoesToEach) {
  auto all = make(Order::side_by_side);
  ASSERT_TRUE(all->start());
  all->hand_on(SIGUSR1);
  for (Script& script : scripts_) {
    std::unique_lock lock(script.mutex);
    EXPECT_TRUE(script.changed.wait_for(lock, 10s, [&] { return script.handed_on == SIGUSR1; }));
  }
  for (Script& script : scripts_) script.end(0);
  EXPECT_FALSE(end_of(*all).stopped_by_us);
}

TEST_F(SeveralWorkloadTest, SideBySideAllRunAtOnceOnThreadsOfTheirOwn) {
  const auto all = make(Order::side_by_side);
  EXPECT_EQ(all->description().name, "w1 + w2 + w3");
  ASSERT_TRUE(all->start());
  for (Script& script : scripts_) script.wait_for_start();
  EXPECT_NE(scripts_[0].thread, scripts_[1].thread);
  EXPECT_EQ(all->description().parts.at(2).process_id, 103) << "as it is after the start";
  EXPECT_EQ(all->description().parts.at(2).gpus, std::vector<int>{2});
  EXPECT_FALSE(*all->poll(1ms, -1));
  for (Script& script : scripts_) script.end(0);
  const WorkloadOutcome outcome = end_of(*all);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.ran.start, base::SteadyTime(1s));
  EXPECT_EQ(outcome.ran.end, base::SteadyTime(13s));
  EXPECT_EQ(outcome.parts.at(1).ran.end, base::SteadyTime(12s));
}

TEST_F(SeveralWorkloadTest, InTurnTheNextStartsWhenOneHasEndedHoweverItDid) {
  const auto all = make(Order::in_turn);
  ASSERT_TRUE(all->start());
  EXPECT_FALSE(scripts_[1].has_started());
  scripts_[0].end(3);
  while (!scripts_[1].has_started()) static_cast<void>(all->poll(1ms, -1));
  EXPECT_FALSE(scripts_[2].has_started());
  scripts_[1].end(0);
  scripts_[2].end(4);
  const WorkloadOutcome outcome = end_of(*all);
  EXPECT_EQ(outcome.exit_code, 3) << "the first that failed";
  EXPECT_EQ(outcome.note, "w1: exit code 3; w3: exit code 4");
}

TEST_F(SeveralWorkloadTest, WhatCannotStartLaterIsSaidAndTheRestRuns) {
  scripts_[1].cannot_start = "no such file";
  const auto all = make(Order::in_turn);
  ASSERT_TRUE(all->start());
  for (Script& script : scripts_) script.end(0);
  const WorkloadOutcome outcome = end_of(*all);
  EXPECT_TRUE(scripts_[2].has_started());
  EXPECT_FALSE(outcome.exit_code) << "not known, so not 0";
  EXPECT_EQ(outcome.note, "w2: no such file");
  EXPECT_EQ(outcome.parts[1].ran, base::Window{});
  EXPECT_EQ(outcome.ran.start, base::SteadyTime(1s));
}

TEST_F(SeveralWorkloadTest, InTurnOneWhoseEndIsNotKnownIsSaidAndTheRestRuns) {
  scripts_[1].cannot_poll = "no such program";
  const auto all = make(Order::in_turn);
  ASSERT_TRUE(all->start());
  scripts_[0].end(0);
  scripts_[2].end(0);
  const WorkloadOutcome outcome = end_of(*all);
  EXPECT_TRUE(scripts_[2].has_started());
  EXPECT_FALSE(outcome.exit_code) << "not known, so not 0";
  EXPECT_EQ(outcome.note, "w2: no such program");
  EXPECT_EQ(outcome.ran, (base::Window{base::SteadyTime(1s), base::SteadyTime(13s)}));
  EXPECT_EQ(scripts_[1].exit_with, 137) << "what may still run is killed";
}

TEST_F(SeveralWorkloadTest, InTurnNothingThatRanIsAnError) {
  for (Script& script : scripts_) script.cannot_poll = "no such program";
  const auto all = make(Order::in_turn);
  ASSERT_TRUE(all->start());
  for (int i = 0; i < 1000; ++i)
    if (const auto polled = all->poll(10ms, -1); !polled) {
      EXPECT_EQ(polled.error().message, "no such program");
      return;
    }
  FAIL() << "no error";
}

TEST_F(SeveralWorkloadTest, InTurnASignalIsForTheOneThatRuns) {
  const auto all = make(Order::in_turn);
  ASSERT_TRUE(all->start());
  all->hand_on(SIGUSR1);
  {
    std::unique_lock lock(scripts_[0].mutex);
    EXPECT_TRUE(scripts_[0].changed.wait_for(lock, 10s, [&] { return scripts_[0].handed_on == SIGUSR1; }));
  }
  for (Script& script : scripts_) script.end(0);
  EXPECT_EQ(end_of(*all).exit_code, 0);
  EXPECT_EQ(scripts_[1].handed_on, 0) << "it could not expect a signal when it began";
  EXPECT_EQ(scripts_[2].handed_on, 0);
}

TEST_F(SeveralWorkloadTest, SideBySideOneThatCannotStartEndsAll) {
  scripts_[1].cannot_start = "no such file";
  const auto all = make(Order::side_by_side);
  const auto started = all->start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message, "no such file");
  EXPECT_TRUE(all->cleanup());
  EXPECT_TRUE(scripts_[0].cleaned && scripts_[2].cleaned);
  EXPECT_EQ(scripts_[0].exit_with, 137);
}

TEST_F(SeveralWorkloadTest, StopEndsAllAndStartsNoMore) {
  for (const Order order : {Order::side_by_side, Order::in_turn}) {
    for (Script& script : scripts_) script.exit_with.reset(), script.started = false;
    const auto all = make(order);
    ASSERT_TRUE(all->start());
    all->stop();
    const WorkloadOutcome outcome = end_of(*all);
    EXPECT_EQ(outcome.exit_code, 143);
    EXPECT_TRUE(outcome.stopped_by_us);
    const auto started =
        std::count_if(scripts_.begin(), scripts_.end(), [](const Script& script) { return script.has_started(); });
    EXPECT_EQ(started, order == Order::in_turn ? 1 : 3);
    EXPECT_EQ(outcome.parts[2].note, order == Order::in_turn ? "it was not started" : "");
  }
}

TEST_F(SeveralWorkloadTest, ResultsGoToFoldersOfTheirOwn) {
  const auto all = make(Order::side_by_side);
  EXPECT_EQ(all->collect_results("/tmp/anywhere"), true) << "each asked for its own folder";
}

TEST_F(SeveralWorkloadTest, TakenDownWhileTheyRun) {
  const auto all = make(Order::side_by_side);
  ASSERT_TRUE(all->start());  // the destructor kills and waits
}

}  // namespace
}  // namespace gpubench::workload
