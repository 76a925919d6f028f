#include "cli/container_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "cli/parse.h"
#include "cli/run_options.h"

namespace gpubench::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

base::Result<workload::WorkloadSpec> workload_of(const std::vector<std::string>& arguments) {
  RunLine line;
  OptionTable table{run_options(line)};
  table.arguments = &line.workload.benchmark.arguments;
  const auto parsed = parse(table, arguments);
  if (!parsed) return base::failure(parsed.error());
  return line.spec.workload;
}

workload::WorkloadSpec workload_with(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--benchmark_image", "x"});
  const auto spec = workload_of(arguments);
  EXPECT_TRUE(spec) << (spec ? "" : spec.error().message);
  return spec.value_or(workload::WorkloadSpec{});
}

workload::BenchmarkSpec container_with(const std::vector<std::string>& arguments) {
  const auto spec = workload_with(arguments);
  EXPECT_EQ(spec.benchmarks.size(), 1U);
  return spec.benchmarks.empty() ? workload::BenchmarkSpec{} : spec.benchmarks.front();
}

base::Error refused(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--benchmark_image", "x"});
  const auto spec = workload_of(arguments);
  EXPECT_FALSE(spec) << arguments[2];
  return spec ? base::Error{} : spec.error();
}

TEST(ContainerFlags, AllOfThem) {
  const workload::BenchmarkSpec options = container_with({"--shm-size",
                                                          "64g",
                                                          "--ulimit",
                                                          "memlock=-1",
                                                          "--ulimit",
                                                          "nofile=10:20",
                                                          "--mount",
                                                          "/d:/d",
                                                          "--user",
                                                          "1:2",
                                                          "--workdir",
                                                          "/w",
                                                          "--network",
                                                          "host",
                                                          "--memory",
                                                          "1g",
                                                          "--cpus",
                                                          "2.5",
                                                          "--tmpfs",
                                                          "/t:size=1m",
                                                          "--pull",
                                                          "missing",
                                                          "--gpu_access",
                                                          "devices",
                                                          "--gpus",
                                                          "0,1",
                                                          "--results_path",
                                                          "/out",
                                                          "--stop_grace",
                                                          "2.5",
                                                          "--results_limit",
                                                          "100m",
                                                          "--results_exclude",
                                                          "*.ckpt"});
  EXPECT_EQ(options.container.shm_bytes, std::uint64_t{64} << 30);
  EXPECT_EQ(options.container.ulimits.size(), 2U);
  EXPECT_EQ(options.container.mounts.size(), 1U);
  EXPECT_EQ(options.container.user, "1:2");
  EXPECT_EQ(options.container.pull, workload::PullPolicy::missing);
  EXPECT_EQ(options.container.gpu_access, workload::GpuAccessWish::devices);
  EXPECT_EQ(options.gpus, "0,1");
  EXPECT_THAT(options.tmpfs, ElementsAre("/t:size=1m"));
  EXPECT_THAT(options.container.results_paths, ElementsAre("/out"));
  EXPECT_EQ(options.container.results_limit_bytes, std::uint64_t{100} << 20);
  EXPECT_THAT(options.container.results_excluded, ElementsAre("*.ckpt"));
  EXPECT_EQ(options.stop_grace, std::chrono::milliseconds(2500));
}

TEST(ContainerFlags, ErrorsNameTheOption) {
  EXPECT_THAT(refused({"--shm_size", "much"}).message, HasSubstr("--shm-size"));
  EXPECT_THAT(refused({"--memory", "0"}).message, HasSubstr("--memory"));
  EXPECT_THAT(refused({"--mount", "data"}).message, HasSubstr("--mount"));
  EXPECT_THAT(refused({"--results_path", "out"}).message, HasSubstr("--results-path"));
  EXPECT_THAT(refused({"--results_limit", "little"}).message, HasSubstr("--results-limit"));
  EXPECT_THAT(refused({"--workdir", "w"}).message, HasSubstr("--workdir"));
  EXPECT_THAT(refused({"--tmpfs", "t"}).message, HasSubstr("--tmpfs"));
  EXPECT_THAT(refused({"--pull", "sometimes"}).message, HasSubstr("--pull"));
  EXPECT_THAT(refused({"--env_file", testing::TempDir() + "not-there"}).message, HasSubstr("--env-file"));
  EXPECT_THAT(refused({"--env_file", testing::TempDir()}).message, HasSubstr("it is a folder"));
  EXPECT_THAT(refused({"--env_file", "/dev/zero"}).message, HasSubstr("a pipe or a device"));
}

TEST(ContainerFlags, NotForCommands) {
  for (const auto& flag :
       std::vector<std::vector<std::string>>{{"--gpu_access", "none"}, {"--memory", "1g"}, {"--mount", "/a:/b"}}) {
    std::vector<std::string> arguments = flag;
    arguments.insert(arguments.end(), {"--", "true"});
    EXPECT_FALSE(workload_of(arguments));
  }
}

TEST(EnvFile, LinesCommentsAndTheLastWordOfEnv) {
  const std::string path = testing::TempDir() + "env-" + std::to_string(getpid());
  std::ofstream(path) << "# comment\n\nA=1\r\n  B = no\n";
  EXPECT_THAT(refused({"--env_file", path}).message, HasSubstr("line 4"));
  std::ofstream(path) << "# comment\n\nA=1 2\r\nB=\"x\"\n";
  EXPECT_THAT(container_with({"--env", "A=3", "--env_file", path}).environment, ElementsAre("A=1 2", "B=\"x\"", "A=3"));
  std::remove(path.c_str());
}

TEST(EnvFile, AByteOrderMarkIsNoPartOfTheFirstName) {
  const std::string path = testing::TempDir() + "env-" + std::to_string(getpid());
  std::ofstream(path) << "\xEF\xBB\xBF" << "A=1\nB=2\n";
  EXPECT_THAT(container_with({"--env_file", path}).environment, ElementsAre("A=1", "B=2"));
  std::ofstream(path) << "A=1\nB=\xff\n";
  EXPECT_THAT(refused({"--env_file", path}).message, HasSubstr("line 2 of"));
  EXPECT_THAT(refused({"--env_file", path}).message, HasSubstr("is not UTF-8"));
  std::remove(path.c_str());
}

TEST(ContainerFlags, AVariableWithoutAValueIsTakenFromHere) {
  ASSERT_EQ(setenv("GPUBENCH_TEST_TOKEN", "a=b", 1), 0);
  EXPECT_THAT(container_with({"--env", "GPUBENCH_TEST_TOKEN", "--env", "B="}).environment,
              ElementsAre("GPUBENCH_TEST_TOKEN=a=b", "B="));
  ASSERT_EQ(unsetenv("GPUBENCH_TEST_TOKEN"), 0);
  EXPECT_THAT(refused({"--env", "GPUBENCH_TEST_TOKEN"}).remedy, HasSubstr("write GPUBENCH_TEST_TOKEN=VALUE"));
  EXPECT_THAT(refused({"--env", "=secret"}).message, Not(HasSubstr("secret")));
}

TEST(SeveralContainers, ImagesGivenMoreThanOnce) {
  const workload::WorkloadSpec options =
      workload_with({"--benchmark_image", "y", "--gpus", "device=1", "--env", "A=1", "--gpus", "none", "--in_turn"});
  ASSERT_EQ(options.benchmarks.size(), 2U);
  EXPECT_TRUE(options.in_turn);
  EXPECT_EQ(options.benchmarks[0].image, "x");
  EXPECT_EQ(options.benchmarks[1].image, "y");
  EXPECT_EQ(options.benchmarks[0].gpus, "device=1");
  EXPECT_EQ(options.benchmarks[1].gpus, "none");
  EXPECT_THAT(options.benchmarks[1].environment, ElementsAre("A=1"));
  EXPECT_THAT(refused({"--gpus", "1", "--gpus", "2"}).message, HasSubstr("2 times for 1"));
  EXPECT_THAT(refused({"--in_turn"}).message, HasSubstr("several"));
}

TEST(SeveralContainers, AFileOfThem) {
  const std::string path = testing::TempDir() + "containers-" + std::to_string(getpid());
  const auto with = [&](const std::string& text) {
    std::ofstream(path) << text;
    return workload_of({"--benchmark_file", path, "--stop_grace", "3"});
  };
  const auto command = with(
      "containers:\n- {benchmark_image: a, shm-size: 1g, env: [A=1, B=2], arguments: [--gpus, x]}\n- {benchmark_image: "
      "b}\n");
  ASSERT_TRUE(command) << command.error().message;
  const workload::WorkloadSpec& options = *command;
  ASSERT_EQ(options.benchmarks.size(), 2U);
  EXPECT_EQ(options.benchmarks[0].container.shm_bytes, std::uint64_t{1} << 30);
  EXPECT_THAT(options.benchmarks[0].environment, ElementsAre("A=1", "B=2"));
  EXPECT_THAT(options.benchmarks[0].arguments, ElementsAre("--gpus", "x"));
  EXPECT_EQ(options.benchmarks[1].stop_grace, std::chrono::seconds(3));
  const auto one = with("containers: [{benchmark_image: a, gpus: none}]");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->benchmarks.size(), 1U);
  EXPECT_EQ(one->benchmarks.front().image, "a");
  EXPECT_THAT(with("containers:\n- {benchmark_image: a}\n- {benchmark_image: b, interval: 1}").error().message,
              HasSubstr("line 3"));
  for (const char* text :
       {"", "containers: 3", "containers: [a]", "containers: [{benchmark_image: [a, b]}]", "a: {", "- 1",
        "containers: [{benchmark_image: {a: b}}]", "in_turn: perhaps\ncontainers: [{benchmark_image: a}]"})
    EXPECT_FALSE(with(text)) << text;
  std::remove(path.c_str());
  EXPECT_FALSE(workload_of({"--benchmark_file", path, "--benchmark_image", "a"}));
}

}  // namespace
}  // namespace gpubench::cli
