#include "app/container_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "app/gpu_selection.h"
#include "app/options.h"

namespace gpubench::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Options parsed(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--benchmark_image", "x"});
  const auto command = parse_command_line(arguments);
  EXPECT_TRUE(command) << (command ? "" : command.error().message);
  return command ? std::get<Options>(*command) : Options{};
}

base::Error refused(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--benchmark_image", "x"});
  const auto command = parse_command_line(arguments);
  EXPECT_FALSE(command) << arguments[2];
  return command ? base::Error{} : command.error();
}

TEST(ContainerFlags, AllOfThem) {
  const Options options =
      parsed({"--shm-size", "64g", "--ulimit",       "memlock=-1", "--ulimit",     "nofile=10:20", "--mount",      "/d:/d",
              "--user",     "1:2", "--workdir",      "/w",         "--network",    "host",         "--memory",     "1g",
              "--cpus",     "2.5", "--tmpfs",        "/t:size=1m", "--pull",       "missing",      "--gpu_access", "devices",
              "--gpus",     "0,1", "--results_path", "/out",       "--stop_grace", "2.5"});
  EXPECT_EQ(options.container.shm_bytes, std::uint64_t{64} << 30);
  EXPECT_EQ(options.container.ulimits.size(), 2U);
  EXPECT_EQ(options.container.mounts.size(), 1U);
  EXPECT_EQ(options.container.user, "1:2");
  EXPECT_EQ(options.container.pull, workload::PullPolicy::missing);
  EXPECT_EQ(options.container.gpu_access, workload::GpuAccessWish::devices);
  EXPECT_EQ(options.gpus, "0,1");
  EXPECT_THAT(options.tmpfs, ElementsAre("/t:size=1m"));
  EXPECT_THAT(options.container.results_paths, ElementsAre("/out"));
  EXPECT_EQ(options.stop_grace, std::chrono::milliseconds(2500));
}

TEST(ContainerFlags, ErrorsNameTheOption) {
  EXPECT_THAT(refused({"--shm_size", "much"}).message, HasSubstr("--shm_size"));
  EXPECT_THAT(refused({"--memory", "0"}).message, HasSubstr("--memory"));
  EXPECT_THAT(refused({"--mount", "data"}).message, HasSubstr("--mount"));
  EXPECT_THAT(refused({"--results_path", "out"}).message, HasSubstr("--results_path"));
  EXPECT_THAT(refused({"--workdir", "w"}).message, HasSubstr("--workdir"));
  EXPECT_THAT(refused({"--tmpfs", "t"}).message, HasSubstr("--tmpfs"));
  EXPECT_THAT(refused({"--pull", "sometimes"}).message, HasSubstr("--pull"));
  EXPECT_THAT(refused({"--env_file", "/nonexistent"}).message, HasSubstr("--env_file"));
}

TEST(ContainerFlags, NotForCommands) {
  for (const auto& flag : std::vector<std::vector<std::string>>{{"--gpus", "1"}, {"--memory", "1g"}, {"--mount", "/a:/b"}}) {
    std::vector<std::string> arguments = flag;
    arguments.insert(arguments.end(), {"--", "true"});
    EXPECT_FALSE(parse_command_line(arguments));
  }
}

TEST(EnvFile, LinesCommentsAndTheLastWordOfEnv) {
  const std::string path = testing::TempDir() + "env-" + std::to_string(getpid());
  std::ofstream(path) << "# comment\n\nA=1\r\n  B = no\n";
  EXPECT_THAT(refused({"--env_file", path}).message, HasSubstr("line 4"));
  std::ofstream(path) << "# comment\n\nA=1 2\r\nB=\"x\"\n";
  EXPECT_THAT(parsed({"--env", "A=3", "--env_file", path}).environment, ElementsAre("A=1 2", "B=\"x\"", "A=3"));
  std::remove(path.c_str());
}

std::vector<meter::GpuDescription> three_gpus() {
  std::vector<meter::GpuDescription> gpus(3);
  for (int i = 0; i < 3; ++i) {
    gpus[static_cast<std::size_t>(i)].index = i;
    gpus[static_cast<std::size_t>(i)].uuid = std::string("GPU-123") + static_cast<char>('a' + i) + "-9";
  }
  return gpus;
}

std::vector<int> indices(const std::string& wish) {
  const auto chosen = select_gpus(wish, three_gpus());
  EXPECT_TRUE(chosen) << wish;
  std::vector<int> result;
  for (const auto& gpu : chosen.value_or(std::vector<workload::GpuRequest>())) result.push_back(gpu.index);
  return result;
}

TEST(GpuSelection, AllCountsIndicesAndUuids) {
  EXPECT_THAT(indices("all"), ElementsAre(0, 1, 2));
  EXPECT_THAT(indices("none"), ElementsAre());
  EXPECT_THAT(indices("2"), ElementsAre(0, 1));
  EXPECT_THAT(indices("device=2"), ElementsAre(2));
  EXPECT_THAT(indices("2,0"), ElementsAre(2, 0));
  EXPECT_THAT(indices("1,1"), ElementsAre(1));
  EXPECT_THAT(indices("GPU-123b-9"), ElementsAre(1));
  EXPECT_THAT(indices("GPU-123c,0"), ElementsAre(2, 0));
  EXPECT_THAT(indices("MIG-abc"), ElementsAre(-1));
}

TEST(GpuSelection, UnknownOnesAreNamedWithWhatThereIs) {
  for (const char* wish : {"", "4", "3,0", "device=", "device=7", "GPU-", "GPU-123", "GPU-ffff", "x", "0,,1", "-1", "0x1"})
    EXPECT_FALSE(select_gpus(wish, three_gpus())) << wish;
  EXPECT_THAT(select_gpus("device=7", three_gpus()).error().remedy, HasSubstr("GPU-123b-9"));
  EXPECT_THAT(select_gpus("4", three_gpus()).error().message, HasSubstr("this machine has 3"));
}

}  // namespace
}  // namespace gpubench::app
