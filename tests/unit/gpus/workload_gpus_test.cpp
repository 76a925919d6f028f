// Which GPUs are the benchmark's own, by options and environment.
#include "gpus/workload_gpus.h"

#include <gtest/gtest.h>

#include "support/manual_clock.h"
#include "support/scripted_meter.h"

namespace gpubench::gpus {
namespace {

using Positions = std::vector<std::size_t>;
using Environment = std::vector<std::string>;

std::vector<meter::GpuDescription> four_gpus() {
  std::vector<meter::GpuDescription> gpus(4);
  for (int i = 0; i < 4; ++i) {
    auto& gpu = gpus[static_cast<std::size_t>(i)];
    gpu.index = i;
    gpu.name = "NVIDIA H200";
    gpu.uuid = std::string("GPU-") + static_cast<char>('a' + i) + "0000000-1";
  }
  gpus[3].partitioned = true;
  gpus[3].instances = {"MIG-11111111-2", "MIG-22222222-2"};
  return gpus;
}

const meter::MeterSource kDriver;
const meter::MeterSource kReplay{meter::kReplay, "", ""};

const Positions kAll{0, 1, 2, 3};

Positions seen_by_cuda(const std::string& value, const Positions& among = kAll) {
  return visible_gpus(value, four_gpus(), among).positions;
}

workload::WorkloadSpec command_spec(const Environment& environment) {
  workload::WorkloadSpec spec;
  spec.benchmarks.resize(1);
  spec.benchmarks.front().arguments = {"true"};
  spec.environment = environment;
  return spec;
}

WorkloadGpus of_command(const Environment& environment, const std::string& gpus = "all") {
  auto spec = command_spec(environment);
  spec.benchmarks.front().gpus = gpus;
  return find_workload_gpus(spec, kDriver, four_gpus()).value();
}

WorkloadGpus of_container(const Environment& env, const std::string& gpus = "all") {
  auto spec = command_spec({"CUDA_VISIBLE_DEVICES=0"});
  spec.benchmarks.front().image = "image";
  spec.benchmarks.front().environment = env;
  spec.benchmarks.front().gpus = gpus;
  return find_workload_gpus(spec, kDriver, four_gpus()).value();
}

WorkloadGpus of_running_container(const Environment& env, const std::string& told, const std::string& gpus = "all") {
  auto spec = command_spec(env);
  spec.benchmarks.front().environment = env;
  spec.benchmarks.front().gpus = gpus;
  spec.running.emplace();
  spec.running->container = "training";
  spec.running->gpus = told;
  return find_workload_gpus(spec, kDriver, four_gpus()).value();
}

TEST(WorkloadGpus, OfARunningContainerAreThoseThatItsEngineGaveIt) {
  EXPECT_EQ(of_running_container({}, "all").positions, kAll);
  EXPECT_EQ(of_running_container({"NVIDIA_VISIBLE_DEVICES=1,2"}, "all").positions, (Positions{1, 2}));
  EXPECT_EQ(of_running_container({"CUDA_VISIBLE_DEVICES=1"}, "device=2,3").positions, (Positions{3})) << "its second one";
  EXPECT_EQ(of_running_container({"CUDA_VISIBLE_DEVICES=0"}, "device=3,2").positions, (Positions{2}));
  EXPECT_EQ(of_running_container({}, "device=2", "device=0").positions, (Positions{0})) << "the user's word wins";
  const WorkloadGpus unknown = of_running_container({}, "device=vendor.com/gpu=0");
  EXPECT_EQ(unknown.positions, kAll);
  EXPECT_NE(unknown.unclear, "");
}

TEST(WorkloadGpus, OfARunningContainerWithDeviceNodesAreAtTheirPlacesOnTheBus) {
  auto gpus = four_gpus();
  for (std::size_t i = 0; i < gpus.size(); ++i) gpus[i].pci_bus_id = "00000000:" + std::to_string(i) + "B:00.0";
  auto spec = command_spec({});
  spec.running.emplace();
  spec.running->container = "training";
  spec.running->gpu_addresses = {"0000:2b:00.0", "0000:1b:00.0"};
  EXPECT_EQ(find_workload_gpus(spec, kDriver, gpus)->positions, (Positions{1, 2}));
  spec.benchmarks.front().environment = {"CUDA_VISIBLE_DEVICES=1"};
  EXPECT_EQ(find_workload_gpus(spec, kDriver, gpus)->positions, (Positions{2})) << "its second one";
  spec.running->gpu_addresses = {"0000:ff:00.0"};
  EXPECT_NE(find_workload_gpus(spec, kDriver, gpus)->unclear.find("0000:ff:00.0"), std::string::npos);
  spec.running->gpu_addresses.clear();
  spec.running->gpus_unclear = "nobody says";
  const auto unknown = find_workload_gpus(spec, kDriver, gpus);
  EXPECT_EQ(unknown->unclear, "nobody says");
  EXPECT_EQ(unknown->positions, kAll) << "a number counts among GPUs that are not known";
}

TEST(WorkloadGpus, CudaTakesNumbersUuidsTheirBeginningsAndInstances) {
  EXPECT_EQ(seen_by_cuda("2,0"), (Positions{2, 0}));
  EXPECT_EQ(seen_by_cuda(" 1 , GPU-a0000000-1"), (Positions{1, 0}));
  EXPECT_EQ(seen_by_cuda("GPU-c"), (Positions{2}));
  EXPECT_EQ(seen_by_cuda("MIG-22222222-2"), (Positions{3}));
  EXPECT_EQ(seen_by_cuda("MIG-GPU-d0000000-1/3/0"), (Positions{3})) << "of drivers before 470";
  EXPECT_EQ(seen_by_cuda("MIG-11111111-2,MIG-22222222-2"), (Positions{3})) << "one GPU, counted once";
}

TEST(WorkloadGpus, CudaStopsAtTheFirstEntryThatIsNone) {
  EXPECT_EQ(seen_by_cuda("1,-1,0"), (Positions{1}));
  EXPECT_EQ(seen_by_cuda("1,7,0"), (Positions{1}));
  EXPECT_EQ(seen_by_cuda("GPU-,1"), Positions()) << "the beginning of all";
  for (const char* none : {"", "-1", "NoDevFiles", "x"}) EXPECT_EQ(seen_by_cuda(none), Positions()) << none;
}

TEST(WorkloadGpus, CudaCountsAmongWhatIsThere) {
  EXPECT_EQ(seen_by_cuda("1,0", {2, 3}), (Positions{3, 2}));
  EXPECT_EQ(seen_by_cuda("GPU-a0000000-1", {2, 3}), Positions());
}

TEST(WorkloadGpus, OfACommandByTheToolsEnvironment) {
  EXPECT_EQ(of_command({}).positions, kAll);
  EXPECT_EQ(of_command({"CUDA_VISIBLE_DEVICES=2,1"}).positions, (Positions{1, 2}));
  EXPECT_EQ(of_command({"CUDA_VISIBLE_DEVICES=2"}).by, "CUDA_VISIBLE_DEVICES=2");
  EXPECT_EQ(of_command({"CUDA_VISIBLE_DEVICES="}).positions, Positions());
  EXPECT_EQ(of_command({"NVIDIA_VISIBLE_DEVICES=GPU-b0000000-1,3"}).positions, (Positions{1, 3}));
  EXPECT_EQ(of_command({"NVIDIA_VISIBLE_DEVICES=3:0"}).positions, (Positions{3}));
  EXPECT_EQ(of_command({"NVIDIA_VISIBLE_DEVICES=1", "CUDA_VISIBLE_DEVICES=0"}).positions, (Positions{0}));
}

TEST(WorkloadGpus, WhatTheToolkitsVariableDoesNotSayIsNotGuessed) {
  for (const char* value : {"all", "none", "void", "", "5,6", "GPU-f"}) {
    const WorkloadGpus own = of_command({std::string("NVIDIA_VISIBLE_DEVICES=") + value});
    EXPECT_EQ(own.positions, kAll) << value << ": within a container its numbers are the host's";
  }
}

TEST(WorkloadGpus, NumbersOnDifferentModelsAreUnclear) {
  auto gpus = four_gpus();
  gpus[1].name = "NVIDIA T4";
  const auto found = [&](const Environment& environment) {
    return find_workload_gpus(command_spec(environment), kDriver, gpus);
  };
  const auto unclear = found({"CUDA_VISIBLE_DEVICES=1"});
  EXPECT_EQ(unclear->positions, kAll);
  EXPECT_NE(unclear->unclear.find("CUDA_DEVICE_ORDER"), std::string::npos);
  const auto ordered = found({"CUDA_VISIBLE_DEVICES=1", "CUDA_DEVICE_ORDER=PCI_BUS_ID"});
  EXPECT_EQ(ordered->positions, (Positions{1}));
  EXPECT_EQ(found({"CUDA_VISIBLE_DEVICES=GPU-b0000000-1"})->positions, (Positions{1}));
}

TEST(WorkloadGpus, AnUnknownInstanceIsUnclear) {
  const WorkloadGpus own = of_command({"CUDA_VISIBLE_DEVICES=MIG-99999999-2"});
  EXPECT_EQ(own.positions, kAll);
  EXPECT_FALSE(own.unclear.empty());
}

TEST(WorkloadGpus, TheOptionGivesACommandItsGpus) {
  const WorkloadGpus own = of_command({"CUDA_VISIBLE_DEVICES=0"}, "device=1,2");
  EXPECT_EQ(own.positions, (Positions{1, 2}));
  EXPECT_TRUE(own.given_by_us);
  EXPECT_EQ(visible_value(own.requests.front()), "GPU-b0000000-1,GPU-c0000000-1");
  EXPECT_EQ(visible_value(of_command({}, "none").requests.front()), "");
  EXPECT_EQ(of_command({}, "none").positions, Positions());
}

TEST(WorkloadGpus, ACountSaysWhichGpusItCameTo) {
  EXPECT_EQ(of_command({}, "2").by, "--gpus 2, which is GPU 0, 1");
  EXPECT_EQ(of_container({}, "1").by, "--gpus 1, which is GPU 0");
  EXPECT_EQ(of_container({}, "4").by, "--gpus 4") << "all there are";
  EXPECT_EQ(of_container({}, "device=2,3").by, "--gpus device=2,3");
  EXPECT_EQ(of_container({}, "none").by, "--gpus none");
}

TEST(WorkloadGpus, OfAContainerByItsRequestAndItsEnvironment) {
  EXPECT_EQ(of_container({}).positions, kAll) << "the tool's own environment is not the container's";
  EXPECT_EQ(of_container({}, "device=2,3").positions, (Positions{2, 3}));
  EXPECT_EQ(of_container({"CUDA_VISIBLE_DEVICES=1"}, "device=2,3").positions, (Positions{3})) << "as the container counts";
  EXPECT_EQ(of_container({"CUDA_VISIBLE_DEVICES=0"}, "device=3,1").positions, (Positions{1})) << "in the bus's order";
  EXPECT_EQ(of_container({}, "MIG-11111111-2").positions, (Positions{3}));
  EXPECT_EQ(of_container({}, "none").positions, Positions());
  const WorkloadGpus named = of_container({"NVIDIA_VISIBLE_DEVICES=1"});
  EXPECT_EQ(named.positions, (Positions{1}));
  ASSERT_EQ(named.requests.at(0).size(), 1U);
  EXPECT_EQ(named.requests.at(0).at(0).index, 1);
  EXPECT_EQ(of_container({"NVIDIA_VISIBLE_DEVICES=1"}, "device=2").positions, (Positions{2})) << "the request wins";
  EXPECT_EQ(of_container({"NVIDIA_VISIBLE_DEVICES=none"}).positions, Positions());
}

TEST(WorkloadGpus, OfAReplayAllUnlessTheOptionSaysOtherwise) {
  auto spec = command_spec({"CUDA_VISIBLE_DEVICES=1"});
  const auto all = find_workload_gpus(spec, kReplay, four_gpus());
  EXPECT_EQ(all->positions, kAll);
  EXPECT_NE(all->unclear.find("CUDA_VISIBLE_DEVICES=1 chooses among this machine's GPUs"), std::string::npos)
      << all->unclear;
  EXPECT_EQ(find_workload_gpus(command_spec({"NVIDIA_VISIBLE_DEVICES=all"}), kReplay, four_gpus())->unclear, "");
  spec.benchmarks.front().gpus = "0,2";
  const auto chosen = find_workload_gpus(spec, kReplay, four_gpus());
  EXPECT_EQ(chosen->positions, (Positions{0, 2}));
  EXPECT_EQ(chosen->unclear, "");
  spec.benchmarks.front().gpus = "device=9";
  EXPECT_FALSE(find_workload_gpus(spec, kReplay, four_gpus()));
}

TEST(WorkloadGpus, AnotherVendorHasVariablesOfItsOwn) {
  const meter::MeterSource vendor{"made_up", "", "", "", {"MADE_UP_DEVICES", "MADE_UP_CONTAINER_DEVICES", "", ""}};
  auto spec = command_spec({"CUDA_VISIBLE_DEVICES=0", "MADE_UP_DEVICES=1"});
  EXPECT_EQ(find_workload_gpus(spec, vendor, four_gpus())->positions, (Positions{1}));
  spec.benchmarks.front().gpus = "device=2";
  give_to_command(find_workload_gpus(spec, vendor, four_gpus()).value(), vendor, spec.environment);
  EXPECT_EQ(spec.environment, (Environment{"CUDA_VISIBLE_DEVICES=0", "MADE_UP_DEVICES=GPU-c0000000-1"}));
}

TEST(WorkloadGpus, AnOptionThatNamesNoGpuIsAnError) {
  auto spec = command_spec({});
  spec.benchmarks.front().gpus = "device=9";
  EXPECT_FALSE(find_workload_gpus(spec, kDriver, four_gpus()));
}

}  // namespace
}  // namespace gpubench::gpus
