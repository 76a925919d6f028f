#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

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

TEST(RunningContainer, OneThatHasEndedIsNamed) {
  const auto running = parse_running_container(R"({"State":{"Status":"exited","Pid":0}})", "mine");
  ASSERT_FALSE(running);
  EXPECT_EQ(running.error().message, "the container mine does not run (it is exited)");
  EXPECT_FALSE(parse_running_container("nonsense", "mine"));
}

}  // namespace
}  // namespace gpubench::workload
