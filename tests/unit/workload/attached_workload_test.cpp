#include "workload/attached/attached_workload.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "workload/open.h"

namespace gpubench::workload {
namespace {

using namespace std::chrono_literals;

// A child that sleeps until it is killed.
class Sleeper {
 public:
  Sleeper() : id_(fork()) {
    if (id_ == 0) {
      execlp("sleep", "sleep", "60", nullptr);
      _exit(127);
    }
  }
  ~Sleeper() { end(); }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  void kill_only() const { ::kill(id_, SIGKILL); }
  void end() {
    if (id_ <= 0) return;
    kill_only();
    waitpid(id_, nullptr, 0);
    id_ = 0;
  }
  [[nodiscard]] int id() const { return id_; }
  [[nodiscard]] bool runs() const { return ::kill(id_, 0) == 0; }

 private:
  pid_t id_;
};

struct Watch {
  explicit Watch(int id) {
    Running running;
    running.process_id = id;
    running.name = "sleeper";
    workload = make_attached_workload(running, clock);
  }
  platform::SystemClock clock;
  std::unique_ptr<Workload> workload;
};

TEST(AttachedWorkload, LastsUntilTheProcessEndsEvenIfItsParentDoesNotAsk) {
  Sleeper sleeper;
  Watch watch(sleeper.id());
  ASSERT_TRUE(watch.workload->prepare());
  EXPECT_TRUE(watch.workload->description().attached);
  EXPECT_EQ(watch.workload->description().process_id, sleeper.id());
  ASSERT_TRUE(watch.workload->start());
  EXPECT_FALSE(*watch.workload->poll(1ms, -1));
  sleeper.kill_only();
  const auto outcome = watch.workload->poll(10s, -1);
  ASSERT_TRUE(outcome && *outcome);
  EXPECT_EQ((*outcome)->exit_code, std::nullopt);
  EXPECT_FALSE((*outcome)->stopped_by_us);
  EXPECT_LT((*outcome)->ran.start, (*outcome)->ran.end);
}

TEST(AttachedWorkload, AnExitCodeThatTheEngineDoesNotSayIsADoubt) {
  Sleeper sleeper;
  Running running;
  running.process_id = sleeper.id();
  running.container = "training";
  const platform::SystemClock clock;
  const auto workload = make_attached_workload(running, clock, [] { return std::optional<int>(); });
  ASSERT_TRUE(workload->prepare());
  ASSERT_TRUE(workload->start());
  sleeper.kill_only();
  const auto outcome = workload->poll(10s, -1);
  ASSERT_TRUE(outcome && *outcome);
  EXPECT_EQ((*outcome)->exit_code, std::nullopt);
  EXPECT_NE((*outcome)->note, "");
  EXPECT_TRUE(needs_exit_code(workload->description(), **outcome));
}

TEST(AttachedWorkload, StoppingLeavesTheProcessAlone) {
  const Sleeper sleeper;
  Watch watch(sleeper.id());
  ASSERT_TRUE(watch.workload->prepare());
  ASSERT_TRUE(watch.workload->start());
  watch.workload->stop();
  const auto outcome = watch.workload->poll(10s, -1);
  ASSERT_TRUE(outcome && *outcome);
  EXPECT_TRUE((*outcome)->stopped_by_us);
  EXPECT_FALSE(needs_exit_code(watch.workload->description(), **outcome));
  ASSERT_TRUE(watch.workload->cleanup());
  EXPECT_TRUE(sleeper.runs());
}

TEST(AttachedWorkload, NoSuchProcessIsAnError) {
  Sleeper sleeper;
  const int id = sleeper.id();
  sleeper.end();
  EXPECT_FALSE(Watch(id).workload->prepare());
  EXPECT_FALSE(find_running_process(id));
}

TEST(FindRunningProcess, KnowsItsProgramAndArguments) {
  const auto running = find_running_process(getpid());
  ASSERT_TRUE(running);
  EXPECT_EQ(running->name, "unit_workload");
  EXPECT_NE(running->command_line.find("unit_workload"), std::string::npos);
}

}  // namespace
}  // namespace gpubench::workload
