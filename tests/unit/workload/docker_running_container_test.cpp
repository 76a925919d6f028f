#include <gtest/gtest.h>

#include "workload/docker/running_container.h"

namespace gpubench::workload {
namespace {

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

TEST(RunningContainer, OneThatHasEndedIsNamed) {
  const auto running = parse_running_container(R"({"State":{"Status":"exited","Pid":0}})", "mine");
  ASSERT_FALSE(running);
  EXPECT_EQ(running.error().message, "the container mine does not run (it is exited)");
  EXPECT_FALSE(parse_running_container("nonsense", "mine"));
}

}  // namespace
}  // namespace gpubench::workload
