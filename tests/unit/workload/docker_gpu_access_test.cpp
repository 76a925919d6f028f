#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "workload/docker/create_request.h"
#include "workload/docker/driver_files.h"
#include "workload/docker/gpu_access.h"

namespace gpubench::workload {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::vector<GpuRequest> kTwoGpus = {{0, "GPU-aa"}, {1, "GPU-bb"}};

// A made-up host below a directory of its own.
class GpuAccessTest : public testing::Test {
 protected:
  GpuAccessTest() : root_(fs::path(testing::TempDir()) / ("host-" + std::to_string(getpid()))) {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~GpuAccessTest() override { fs::remove_all(root_); }
  void file(const std::string& path) const {
    fs::create_directories((root_ / path.substr(1)).parent_path());
    std::ofstream(root_ / path.substr(1)) << "x";
  }
  void link(const std::string& path, const std::string& target) const {
    fs::create_directories((root_ / path.substr(1)).parent_path());
    fs::create_symlink(target, root_ / path.substr(1));
  }
  void devices() const {
    for (const char* node : {"/dev/nvidia10", "/dev/nvidia2", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools",
                             "/dev/nvidia-modeset"})
      file(node);
  }
  [[nodiscard]] std::string root() const { return root_.string(); }

 private:
  fs::path root_;
};

TEST_F(GpuAccessTest, NoneAskedForNoneGiven) {
  devices();
  const GpuAccess access = choose_gpu_access({}, {true, {}, 0}, root());
  EXPECT_EQ(access.text(), "none");
  EXPECT_EQ(access.reason, "");
}

TEST_F(GpuAccessTest, RuntimeFirst) {
  devices();
  const GpuAccess access = choose_gpu_access(kTwoGpus, {true, {"nvidia.com/gpu=0"}, 0}, root());
  EXPECT_EQ(access.text(), "runtime");
  EXPECT_THAT(access.device_ids, ElementsAre("GPU-aa", "GPU-bb"));
}

TEST_F(GpuAccessTest, CdiByUuidOrIndexIfAllAreKnown) {
  GpuAccess access = choose_gpu_access(kTwoGpus, {false, {"nvidia.com/gpu=0", "nvidia.com/gpu=GPU-bb"}, 0}, root());
  EXPECT_EQ(access.way, GpuAccess::Way::cdi);
  EXPECT_THAT(access.device_ids, ElementsAre("nvidia.com/gpu=0", "nvidia.com/gpu=GPU-bb"));
  access = choose_gpu_access(kTwoGpus, {false, {"nvidia.com/gpu=0"}, 0}, root());
  EXPECT_EQ(access.text(), "none");
}

TEST_F(GpuAccessTest, NoDevicesOrNoDriverIsNoneWithAReason) {
  EXPECT_THAT(choose_gpu_access(kTwoGpus, {}, root()).reason, HasSubstr("no /dev/nvidia*"));
  devices();
  const GpuAccess access = choose_gpu_access(kTwoGpus, {}, root());
  EXPECT_EQ(access.text(), "none");
  EXPECT_THAT(access.device_nodes, IsEmpty());
  EXPECT_THAT(access.reason, HasSubstr("nvidia-container-toolkit"));
}

TEST_F(GpuAccessTest, WhatIsOnThisMachineIsNotGivenToAnEngineOnAnother) {
  devices();
  file("/usr/local/nvidia/lib64/libcuda.so.1");
  EngineFacts facts;
  EXPECT_EQ(choose_gpu_access(kTwoGpus, facts, root()).text(), "devices");
  facts.is_elsewhere = true;
  const GpuAccess access = choose_gpu_access(kTwoGpus, facts, root());
  EXPECT_EQ(access.text(), "none");
  EXPECT_THAT(access.device_nodes, IsEmpty());
  EXPECT_THAT(access.mounts, IsEmpty());
  EXPECT_THAT(access.reason, HasSubstr("on another machine"));
  EXPECT_EQ(choose_gpu_access(kTwoGpus, facts, root(), GpuAccessWish::devices).text(), "devices") << "as asked for";
}

TEST_F(GpuAccessTest, DeviceNodesInOrder) {
  devices();
  EXPECT_THAT(find_device_nodes(root()),
              ElementsAre("/dev/nvidia2", "/dev/nvidia10", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"));
}

TEST_F(GpuAccessTest, DirectoryOfItsOwnIsMountedWhole) {
  devices();
  file("/usr/local/nvidia/lib64/libcuda.so.580.1");
  link("/usr/local/nvidia/lib64/libcuda.so.1", "libcuda.so.580.1");
  file("/usr/local/nvidia/bin/nvidia-smi");
  const GpuAccess access = choose_gpu_access(kTwoGpus, {}, root());
  EXPECT_EQ(access.text(), "devices");
  EXPECT_THAT(access.mounts,
              ElementsAre(ReadOnlyMount{"/usr/local/nvidia/lib64", "/usr/local/nvidia/lib64", "/usr/local/nvidia/lib64"},
                          ReadOnlyMount{"/usr/local/nvidia/bin/nvidia-smi", "/usr/local/nvidia/bin/nvidia-smi",
                                        "/usr/local/nvidia/bin"}));
  EXPECT_EQ(access.library_path, "/usr/local/nvidia/lib64");
  EXPECT_EQ(access.program_path, "/usr/local/nvidia/bin");
}

TEST_F(GpuAccessTest, LinksInASharedDirectoryBecomeTheRealFiles) {
  devices();
  const std::string lib = "/usr/lib/x86_64-linux-gnu/";
  file(lib + "nvidia/current/libcuda.so.580.1");
  link("/etc/alternatives/libcuda", lib + "nvidia/current/libcuda.so.580.1");
  link(lib + "libcuda.so.1", "/etc/alternatives/libcuda");
  link(lib + "libcuda.so", "libcuda.so.1");
  file(lib + "libnvidia-ml.so.580.1");
  link(lib + "libnvidia-ml.so.1", "libnvidia-ml.so.580.1");
  link(lib + "libnvidia-nvvm.so.4", "gone");
  file(lib + "libcudart.so.12");
  file(lib + "libc.so.6");
  const DriverFiles files = find_driver_files(root());
  const auto mount = [&](const std::string& source, const std::string& name) {
    return ReadOnlyMount{lib + source, "/usr/local/nvidia/lib64/" + name, lib.substr(0, lib.size() - 1)};
  };
  EXPECT_THAT(files.mounts, Contains(mount("nvidia/current/libcuda.so.580.1", "libcuda.so.1")));
  EXPECT_THAT(files.mounts, Contains(mount("nvidia/current/libcuda.so.580.1", "libcuda.so")));
  EXPECT_THAT(files.mounts, Contains(mount("libnvidia-ml.so.580.1", "libnvidia-ml.so.1")));
  for (const ReadOnlyMount& found : files.mounts) {
    EXPECT_THAT(found.target, Not(HasSubstr("libc.so")));
    EXPECT_THAT(found.target, Not(HasSubstr("cudart")));
    EXPECT_THAT(found.target, Not(HasSubstr("nvvm")));
  }
  EXPECT_EQ(files.program_path, "");
}

TEST_F(GpuAccessTest, MergedUsrLinkIsResolved) {
  file("/usr/lib64/libcuda.so.1");
  link("/lib64", "usr/lib64");
  EXPECT_EQ(find_driver_files(root()).mounts.at(0).source, "/usr/lib64/libcuda.so.1");
}

TEST_F(GpuAccessTest, WhatTheUserShowsIsNotMountedAgain) {
  devices();
  file("/usr/local/nvidia/lib64/libcuda.so.1");
  file("/usr/bin/nvidia-smi");
  GpuAccess access = choose_gpu_access(kTwoGpus, {}, root());
  leave_out_visible_mounts(access, {"/usr:/usr:ro", "/usrx:/x"});
  EXPECT_THAT(access.mounts, IsEmpty());
  EXPECT_EQ(access.library_path, "/usr/local/nvidia/lib64");
  EXPECT_EQ(access.program_path, "/usr/bin");
  access = choose_gpu_access(kTwoGpus, {}, root());
  leave_out_visible_mounts(access, {"/usr/local:/host:ro"});
  EXPECT_EQ(access.mounts.size(), 1U);
  EXPECT_EQ(access.library_path, "/host/nvidia/lib64");
  EXPECT_EQ(access.program_path, "/usr/local/nvidia/bin");
}

TEST(EngineFacts, AreRead) {
  const auto facts = parse_engine_facts(R"({"Runtimes":{"runc":{},"nvidia":{}},"MemTotal":1000,
    "DiscoveredDevices":[{"Source":"cdi","ID":"nvidia.com/gpu=0"},{"ID":"other=1"},{},3]})");
  ASSERT_TRUE(facts);
  EXPECT_TRUE(facts->has_nvidia_runtime);
  EXPECT_EQ(facts->memory_bytes, 1000U);
  EXPECT_THAT(facts->cdi_devices, ElementsAre("nvidia.com/gpu=0"));
  EXPECT_FALSE(parse_engine_facts(R"({"Runtimes":null})")->has_nvidia_runtime);
  EXPECT_FALSE(parse_engine_facts("[]"));
}

TEST(Environment, DriverPathsAreWorkedIn) {
  GpuAccess access;
  access.way = GpuAccess::Way::devices;
  access.library_path = "/usr/local/nvidia/lib64";
  access.program_path = "/usr/local/nvidia/bin";
  EXPECT_THAT(environment_with_driver({"PATH=/bin", "LD_LIBRARY_PATH=/a", "X=1", "LD_LIBRARY_PATH=/b", "BARE"}, access),
              ElementsAre("PATH=/bin:/usr/local/nvidia/bin", "LD_LIBRARY_PATH=/usr/local/nvidia/lib64:/b", "X=1", "BARE",
                          "NVIDIA_VISIBLE_DEVICES=all"));
  EXPECT_THAT(environment_with_driver({}, access), Contains(HasSubstr("PATH=/usr/local/sbin")));
  EXPECT_THAT(environment_with_driver({"A=1"}, {}), ElementsAre("A=1"));
}

class CreateRequest : public testing::Test {
 protected:
  json made() const { return json::parse(create_request_json({options, "img", {}, gpus, memory, choices})); }
  ContainerOptions options;
  GpuAccess gpus;
  std::uint64_t memory = std::uint64_t{64} << 30;
  CreateChoices choices;
};

TEST_F(CreateRequest, IsCautious) {
  options.run_id = "run-1";
  const json body = made();
  EXPECT_EQ(body["Image"], "img");
  EXPECT_EQ(body["Labels"]["iris-gpubench.run"], "run-1");
  EXPECT_EQ(body["Healthcheck"]["Test"], json::array({"NONE"}));
  EXPECT_EQ(body["HostConfig"]["AutoRemove"], false);
  EXPECT_EQ(body["HostConfig"]["Privileged"], false);
  EXPECT_EQ(body["HostConfig"]["SecurityOpt"], json::array({"no-new-privileges"}));
  EXPECT_EQ(body["HostConfig"]["ShmSize"], std::uint64_t{32} << 30);
  EXPECT_EQ(body["HostConfig"]["LogConfig"]["Type"], "local");
  for (const char* absent : {"DeviceRequests", "Devices", "NetworkMode"})
    EXPECT_FALSE(body["HostConfig"].contains(absent)) << absent;
  for (const char* absent : {"Cmd", "Entrypoint"}) EXPECT_FALSE(body.contains(absent)) << absent;
}

TEST_F(CreateRequest, PassesOnWhatTheUserGave) {
  options.command = {"run", "a b"};
  options.entrypoint = "/entry";
  options.env = {"K=V"};
  options.binds = {"/a:/b:ro"};
  options.tmpfs = {"/t:size=1m", "/u"};
  const json body = made();
  EXPECT_EQ(body["Cmd"], json::array({"run", "a b"}));
  EXPECT_EQ(body["Entrypoint"], json::array({"/entry"}));
  EXPECT_EQ(body["Env"], json::array({"K=V"}));
  EXPECT_EQ(body["HostConfig"]["Binds"], json::array({"/a:/b:ro"}));
  EXPECT_EQ(body["HostConfig"]["Tmpfs"], (json{{"/t", "size=1m"}, {"/u", ""}}));
}

TEST_F(CreateRequest, GpusByRuntimeCdiAndDevices) {
  gpus.way = GpuAccess::Way::runtime;
  gpus.device_ids = {"GPU-aa", "GPU-bb"};
  EXPECT_EQ(made()["HostConfig"]["DeviceRequests"],
            json::parse(R"([{"Driver":"nvidia","DeviceIDs":["GPU-aa","GPU-bb"],"Capabilities":[["gpu"]]}])"));
  gpus.way = GpuAccess::Way::cdi;
  gpus.device_ids = {"nvidia.com/gpu=0"};
  EXPECT_EQ(made()["HostConfig"]["DeviceRequests"], json::parse(R"([{"Driver":"cdi","DeviceIDs":["nvidia.com/gpu=0"]}])"));
  gpus.way = GpuAccess::Way::devices;
  gpus.device_nodes = {"/dev/nvidia0"};
  gpus.mounts = {{"/l/libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1", "/l"}};
  const json host = made()["HostConfig"];
  EXPECT_EQ(host["Devices"],
            json::parse(R"([{"PathOnHost":"/dev/nvidia0","PathInContainer":"/dev/nvidia0","CgroupPermissions":"rw"}])"));
  EXPECT_EQ(host["Binds"], json::array({"/l/libcuda.so.1:/usr/local/nvidia/lib64/libcuda.so.1:ro"}));
  EXPECT_FALSE(host.contains("DeviceRequests"));
}

TEST_F(CreateRequest, InvalidUtf8DoesNotThrow) {
  options.command = {"\xff\xfe"};
  EXPECT_NO_THROW(made());
}

TEST(GiveWay, EachRefusalOnce) {
  CreateChoices choices;
  EXPECT_FALSE(give_way(choices, "no such image"));
  EXPECT_TRUE(give_way(choices, "exec: \"docker-init\": executable file not found in $PATH"));
  EXPECT_FALSE(choices.with_init);
  EXPECT_FALSE(give_way(choices, "docker-init"));
  EXPECT_TRUE(give_way(choices, "logger: no log driver named 'local' is registered"));
  EXPECT_FALSE(choices.with_local_log);
  EXPECT_TRUE(give_way(choices, "network bridge not found"));
  EXPECT_TRUE(choices.without_network);
}

TEST(ContainerName, IsSafeInAPath) {
  EXPECT_EQ(container_name("20261122T120000Z-abc"), "iris-gpubench-20261122T120000Z-abc");
  EXPECT_EQ(container_name("a/../b?c&d"), "iris-gpubench-a-..-b-c-d");
  EXPECT_EQ(container_name(""), "");
}

}  // namespace
}  // namespace gpubench::workload
