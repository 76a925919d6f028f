#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "workload/docker/driver_files.h"
#include "workload/docker/gpu_delivery.h"

namespace gpubench::workload {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

using Nodes = std::vector<std::string>;

GpuAccess by_runtime() {
  GpuAccess access;
  access.way = GpuAccess::Way::runtime;
  access.device_ids = {"GPU-a", "GPU-b"};
  return access;
}

GivenGpus given(const std::string& host_config) {
  const auto parsed = parse_given_gpus(R"({"State":{"Pid":12},"HostConfig":)" + host_config + "}");
  EXPECT_TRUE(parsed);
  return parsed.value_or(GivenGpus{});
}

TEST(GivenGpus, RequestsDevicesAndProcess) {
  const GivenGpus all = given(
      R"({"DeviceRequests":[{"Driver":"nvidia","Count":0,"DeviceIDs":["GPU-a","GPU-b"]}],
          "Devices":[{"PathOnHost":"/dev/nvidia0"}]})");
  EXPECT_THAT(all.requested_ids, ElementsAre("GPU-a", "GPU-b"));
  EXPECT_FALSE(all.requests_all);
  EXPECT_THAT(all.device_nodes, ElementsAre("/dev/nvidia0"));
  EXPECT_EQ(all.process_id, 12);
  EXPECT_TRUE(given(R"({"DeviceRequests":[{"Count":-1,"DeviceIDs":null}]})").requests_all);
  for (const char* odd : {"", "[]", "{}", R"({"HostConfig":5})"}) EXPECT_FALSE(parse_given_gpus(odd)) << odd;
}

TEST(MissingGpus, ARequestThatWasLeftOutIsFound) {
  EXPECT_EQ(missing_gpus(by_runtime(), given(R"({"DeviceRequests":[{"DeviceIDs":["GPU-a","GPU-b"]}]})"), {}, "Docker 28"),
            "");
  EXPECT_THAT(missing_gpus(by_runtime(), given(R"({"DeviceRequests":null})"), {}, "Podman 4.3.1"),
              HasSubstr("Podman 4.3.1 accepted the GPU request but ignored it"));
  EXPECT_NE(missing_gpus(by_runtime(), given(R"({"DeviceRequests":[{"DeviceIDs":["GPU-a"]}]})"), {}, "Docker 28"), "");
  EXPECT_EQ(missing_gpus(by_runtime(), given("{}"), Nodes{"nvidia0"}, "Podman 5.4"), "") << "seen in the container";
}

TEST(MissingGpus, WhatTheContainerSeesHasTheLastWord) {
  const GivenGpus kept = given(R"({"DeviceRequests":[{"DeviceIDs":["GPU-a","GPU-b"]}]})");
  EXPECT_THAT(missing_gpus(by_runtime(), kept, Nodes{}, "Docker 28"), HasSubstr("no /dev/nvidia*"));
  EXPECT_EQ(missing_gpus(by_runtime(), kept, Nodes{"nvidia3"}, "Docker 28"), "");
}

TEST(MissingGpus, DeviceNodesOneByOne) {
  GpuAccess access;
  access.way = GpuAccess::Way::devices;
  access.device_nodes = {"/dev/nvidia0", "/dev/nvidiactl"};
  EXPECT_EQ(
      missing_gpus(access, given(R"({"Devices":[{"PathOnHost":"/dev/nvidia0"},{"PathOnHost":"/dev/nvidiactl"}]})"), {}, "e"),
      "");
  EXPECT_THAT(missing_gpus(access, given(R"({"Devices":[{"PathOnHost":"/dev/nvidiactl"}]})"), {}, "e"),
              HasSubstr("/dev/nvidia0"));
}

TEST(MissingGpus, NoneIsToldWithItsReason) {
  GpuAccess access;
  access.reason = "--gpu_access none asks for none";
  EXPECT_EQ(missing_gpus(access, {}, {}, "e"), access.reason);
}

class FakeHost : public testing::Test {
 protected:
  FakeHost() : root_(fs::path(testing::TempDir()) / ("delivery-" + std::to_string(getpid()))) { fs::remove_all(root_); }
  ~FakeHost() override { fs::remove_all(root_); }
  void file(const std::string& path, const std::string& content = "x") const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << content;
  }
  fs::path root_;
};

TEST_F(FakeHost, NodesOfARunningProcess) {
  EXPECT_FALSE(visible_gpu_nodes(root_.string(), 7));
  for (const char* name : {"null", "nvidia1", "nvidia0", "nvidiactl", "nvidia-uvm"})
    file(std::string("proc/7/root/dev/") + name);
  const auto nodes = visible_gpu_nodes(root_.string(), 7);
  ASSERT_TRUE(nodes);
  EXPECT_THAT(*nodes, ElementsAre("nvidia0", "nvidia1"));
  EXPECT_FALSE(visible_gpu_nodes(root_.string(), 0));
}

TEST_F(FakeHost, NodesOfChosenGpusByTheDriversMinorNumbers) {
  for (const char* name : {"nvidia0", "nvidia1", "nvidiactl"}) file(std::string("dev/") + name);
  file("proc/driver/nvidia/gpus/0000:1b:00.0/information", "Model: X\nDevice Minor: \t 1\n");
  EXPECT_THAT(find_device_nodes(root_.string(), {{0, "GPU-a", "00000000:1B:00.0"}}),
              ElementsAre("/dev/nvidia1", "/dev/nvidiactl"));
  EXPECT_THAT(find_device_nodes(root_.string(), {{0, "GPU-a", "00000000:1C:00.0"}}),
              ElementsAre("/dev/nvidia0", "/dev/nvidia1", "/dev/nvidiactl"))
      << "not known: all";
}

}  // namespace
}  // namespace gpubench::workload
