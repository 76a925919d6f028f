// The head's benchmark, with programs in place of Slurm's.
#include "agents/head_workload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "platform/clock.h"

namespace gpubench::agents {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

// Runs until it is stopped.
class Stoppable final : public workload::Workload {
 public:
  base::Result<void> prepare() override { return {}; }
  [[nodiscard]] const workload::WorkloadDescription& description() const override { return description_; }
  base::Result<void> start() override { return {}; }
  base::Result<std::optional<workload::WorkloadOutcome>> poll(base::Duration /*timeout*/, int /*wake_fd*/) override {
    return std::optional<workload::WorkloadOutcome>();
  }
  void hand_on(int /*signal*/) override {}
  void stop() override { ++stops; }
  void kill() override { ++kills; }
  base::Result<bool> collect_results(const fs::path& /*directory*/) override { return false; }
  base::Result<void> cleanup() override { return {}; }

  int stops = 0;
  int kills = 0;

 private:
  workload::WorkloadDescription description_;
};

class NobodyThere final : public Channel {
 public:
  void send(std::string_view /*bytes*/) override {}
  std::optional<std::string> receive(base::Duration /*patience*/, int /*interrupt_fd*/) override { return ""; }
};

class HeadWorkloadTest : public testing::Test {
 protected:
  HeadWorkloadTest() {
    fs::create_directories(folder_);
    const char* const path = getenv("PATH");
    path_ = path == nullptr ? "" : path;
    setenv("PATH", (folder_.string() + ":" + path_).c_str(), 1);
    program("scancel", "echo \"$@\" >>" + log().string());
    auto command = std::make_unique<Stoppable>();
    command_ = command.get();
    workload_ = make_head_workload(std::move(command), {crew_, job_, 10s, -1, losses_}, clock_);
  }
  ~HeadWorkloadTest() override {
    setenv("PATH", path_.c_str(), 1);
    fs::remove_all(folder_);
  }
  HeadWorkloadTest(const HeadWorkloadTest&) = delete;
  HeadWorkloadTest& operator=(const HeadWorkloadTest&) = delete;

  void program(const std::string& name, const std::string& line) const {
    std::ofstream(folder_ / name) << "#!/bin/sh\n" << line << "\n";
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }
  // What squeue does before the benchmark runs, and while it does.
  void squeue(const std::string& first, const std::string& then) const {
    const std::string mark = (folder_ / "mark").string();
    program("squeue", "[ -e " + mark + " ] || { touch " + mark + "; " + first + "; exit; }\n" + then);
  }
  [[nodiscard]] fs::path log() const { return folder_ / "log"; }
  [[nodiscard]] std::string signalled() const {
    std::ostringstream text;
    if (std::ifstream file(log()); file) text << file.rdbuf();
    return text.str();
  }

  const fs::path folder_ = fs::temp_directory_path() / ("gpubench-head-" + std::to_string(getpid()));
  std::string path_;
  platform::SystemClock clock_;
  NobodyThere channel_;
  Crew crew_{{}, channel_, clock_};
  const SlurmJob job_{"7"};
  Losses losses_;
  Stoppable* command_ = nullptr;
  std::unique_ptr<workload::Workload> workload_;
};

TEST_F(HeadWorkloadTest, StepsThatBeganAfterItAreAskedToEndBeforeIt) {
  squeue("echo 7.0", "echo 7.0; echo 7.1");
  ASSERT_TRUE(workload_->start());
  workload_->stop();
  EXPECT_EQ(signalled(), "--signal=TERM 7.1\n");
  EXPECT_EQ(command_->stops, 0);
  workload_->kill();
  EXPECT_THAT(signalled(), HasSubstr("--signal=KILL 7.1\n"));
  EXPECT_THAT(signalled(), Not(HasSubstr("7.0")));
  EXPECT_EQ(command_->kills, 1);
}

// The agents' own step must be there: a list without any is none.
TEST_F(HeadWorkloadTest, WhereTheStepsBeforeItAreNotKnownNoneIsSignalled) {
  for (const char* const first : {"exit 1", "true", "echo 7.batch"}) {
    fs::remove(folder_ / "mark");
    squeue(first, "echo 7.0; echo 7.1");
    ASSERT_TRUE(workload_->start());
    workload_->stop();
    workload_->kill();
    EXPECT_TRUE(workload_->cleanup());
    EXPECT_EQ(signalled(), "") << first;
  }
  EXPECT_EQ(command_->stops, 3);
  EXPECT_EQ(command_->kills, 3);
}

}  // namespace
}  // namespace gpubench::agents
