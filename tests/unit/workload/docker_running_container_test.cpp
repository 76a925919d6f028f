#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <mutex>

#include "support/http_stub/http_stub.h"
#include "workload/docker/running_container.h"

namespace gpubench::workload {
namespace {

namespace fs = std::filesystem;

TEST(RunningContainer, IsTheContainersFirstProcess) {
  const auto running = parse_running_container(
      R"({"Image":"sha256:abc","Path":"python3","Args":["train.py"],"Config":{"Image":"training:1","Env":["A=1","NVIDIA_VISIBLE_DEVICES=all"]},
          "HostConfig":{"DeviceRequests":[{"Driver":"","Count":0,"DeviceIDs":["0","GPU-1"]}]},
          "State":{"Status":"running","Running":true,"Pid":4711}})",
      "mine");
  ASSERT_TRUE(running);
  EXPECT_EQ(running->process_id, 4711);
  EXPECT_EQ(running->container, "mine");
  EXPECT_EQ(running->name, "training:1");
  EXPECT_EQ(running->image_id, "sha256:abc");
  EXPECT_EQ(running->command_line, "python3 train.py");
  EXPECT_EQ(running->environment.at(1), "NVIDIA_VISIBLE_DEVICES=all");
  EXPECT_EQ(running->gpus, "device=0,GPU-1");
}

// A host with GPUs 0 and 1 at 0000:1b:00.0 and 0000:0a:00.0, and a process 7 that sees some of them.
class RunningContainerGpus : public testing::Test {
 protected:
  RunningContainerGpus() {
    for (const char* node : {"nvidia0", "nvidia1", "nvidiactl"}) file(std::string("dev/") + node);
    file("proc/driver/nvidia/gpus/0000:1b:00.0/information", "Model: X\nDevice Minor: \t 0\n");
    file("proc/driver/nvidia/gpus/0000:0a:00.0/information", "Model: X\nDevice Minor: \t 1\n");
  }
  ~RunningContainerGpus() override { fs::remove_all(root_); }
  RunningContainerGpus(const RunningContainerGpus&) = delete;
  RunningContainerGpus& operator=(const RunningContainerGpus&) = delete;

  void file(const std::string& path, const std::string& text = "") const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  [[nodiscard]] Running running(const std::string& host_config) const {
    const auto parsed = parse_running_container(
        R"({"HostConfig":)" + host_config + R"(,"State":{"Status":"running","Pid":7}})", "mine", root_.string());
    EXPECT_TRUE(parsed);
    return parsed.value_or(Running{});
  }

  fs::path root_ = fs::path(testing::TempDir()) / ("running-" + std::to_string(getpid()));
};

TEST_F(RunningContainerGpus, OfARequestByCdi) {
  EXPECT_EQ(running(R"({"DeviceRequests":[{"Driver":"cdi","DeviceIDs":["nvidia.com/gpu=1","nvidia.com/gpu=GPU-a"]}]})").gpus,
            "device=1,GPU-a");
  EXPECT_EQ(running(R"({"DeviceRequests":[{"Driver":"cdi","DeviceIDs":["nvidia.com/gpu=all"]}]})").gpus, "all");
}

TEST_F(RunningContainerGpus, OfDeviceNodes) {
  const Running one = running(R"({"Devices":[{"PathOnHost":"/dev/nvidiactl"},{"PathOnHost":"/dev/nvidia1"}]})");
  EXPECT_EQ(one.gpu_addresses, (std::vector<std::string>{"0000:0a:00.0"}));
  EXPECT_EQ(one.gpus_unclear, "");
  const Running unknown = running(R"({"Devices":[{"PathOnHost":"/dev/nvidia1"},{"PathOnHost":"/dev/nvidia2"},
                                                 {"PathOnHost":"/dev/nvidia3"}]})");
  EXPECT_EQ(unknown.gpu_addresses, std::vector<std::string>());
  EXPECT_EQ(unknown.gpus_unclear, "the container has /dev/nvidia3, and the driver does not say which GPU that is");
}

TEST_F(RunningContainerGpus, AreThoseThatItSeesWhereTheEngineDoesNotSay) {
  file("proc/7/root/dev/nvidiactl");
  EXPECT_EQ(running("{}").gpu_addresses, std::vector<std::string>());
  file("proc/7/root/dev/nvidia0");
  EXPECT_EQ(running("{}").gpu_addresses, (std::vector<std::string>{"0000:1b:00.0"}));
  file("proc/7/root/dev/nvidia1");
  const Running all = running("{}");
  EXPECT_EQ(all.gpu_addresses, std::vector<std::string>());
  EXPECT_EQ(all.gpus, "all");
}

// An engine whose answers to the question for the container's end are these, one after another.
class EngineThatWaits {
 public:
  explicit EngineThatWaits(std::vector<std::string> answers) : answers_(std::move(answers)) {}
  [[nodiscard]] EngineLocation location() const {
    EngineLocation location;
    location.host = "tcp://127.0.0.1:" + std::to_string(stub_.port());
    return location;
  }

 private:
  std::string answer(const std::string& target) {
    if (target.ends_with("/_ping")) return support::stub_answer(200, "OK", "Api-Version: 1.41\r\n");
    if (target.ends_with("/version")) return support::stub_answer(200, R"({"Version":"20.10.24"})");
    const std::lock_guard lock(mutex_);
    const std::string next = answers_.front();
    if (answers_.size() > 1) answers_.erase(answers_.begin());
    return next;
  }

  std::mutex mutex_;
  std::vector<std::string> answers_;
  support::HttpStub stub_{[this](const support::StubRequest& request) { return answer(request.target); }};
};

const std::string kNobody = support::stub_answer(404, R"({"message":"No such container: mine"})");

TEST(RunningExit, IsKnownOfOneThatIsRemovedAtItsEnd) {
  const EngineThatWaits engine({support::stub_answer(200, R"({"StatusCode":3})"), kNobody});
  EXPECT_EQ(RunningExit(engine.location(), "mine").code(), 3);
}

TEST(RunningExit, IsAskedForAtTheEndWhereItCouldNotBeBefore) {
  const EngineThatWaits engine({support::stub_answer(500, "{}"), support::stub_answer(200, R"({"StatusCode":4})")});
  EXPECT_EQ(RunningExit(engine.location(), "mine").code(), 4);
}

TEST(RunningExit, IsNotGuessed) {
  const EngineThatWaits engine({kNobody});
  EXPECT_EQ(RunningExit(engine.location(), "mine").code(), std::nullopt);
}

TEST(RunningContainer, OneThatHasEndedIsNamed) {
  const auto running = parse_running_container(R"({"State":{"Status":"exited","Pid":0}})", "mine");
  ASSERT_FALSE(running);
  EXPECT_EQ(running.error().message, "the container mine does not run (it is exited)");
  EXPECT_FALSE(parse_running_container("nonsense", "mine"));
}

}  // namespace
}  // namespace gpubench::workload
