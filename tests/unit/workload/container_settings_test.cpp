#include "workload/container_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "workload/docker/create_request.h"

namespace gpubench::workload {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(ResultsFolders, AreNamedAfterTheLastComponentMadeSafe) {
  const auto name = [](const std::string& path) { return results_folders({path}).front().name; };
  EXPECT_EQ(name("/data/out"), "out");
  EXPECT_EQ(name("/data/more//"), "more");
  EXPECT_EQ(name("/single file.csv"), "single_file.csv");
  for (const char* path : {"/", "//", "/..", "/data/."}) EXPECT_EQ(name(path), "root") << path;
  EXPECT_EQ(name("/" + std::string(300, 'a')), std::string(100, 'a'));
}

// Else one path's files would take the place of the other's.
TEST(ResultsFolders, NoTwoPathsShareOne) {
  const std::vector<ResultsFolder> wanted{{"/a/logs", "logs"},   {"/b/logs/", "logs-2"}, {"/c/logs-2", "logs-2-2"},
                                          {"/d/logs", "logs-3"}, {"/e/a b", "a_b"},      {"/e/a_b", "a_b-2"}};
  EXPECT_EQ(results_folders({"/a/logs", "/b/logs/", "/c/logs-2", "/d/logs", "/e/a b", "/e/a_b"}), wanted);
  EXPECT_EQ(results_folders({"/a", "/b/a", "/a/", "/a"}), (std::vector<ResultsFolder>{{"/a", "a"}, {"/b/a", "a-2"}}))
      << "a path that is given again is copied once";
}

TEST(ByteSize, UnitsAreOf1024) {
  EXPECT_EQ(parse_byte_size("4096"), 4096U);
  EXPECT_EQ(parse_byte_size("64g"), std::uint64_t{64} << 30);
  EXPECT_EQ(parse_byte_size("1.5G"), std::uint64_t{3} << 29);
  EXPECT_EQ(parse_byte_size("512MiB"), std::uint64_t{512} << 20);
  EXPECT_EQ(parse_byte_size("512kb"), std::uint64_t{512} << 10);
  EXPECT_EQ(parse_byte_size("100b"), 100U);
  EXPECT_EQ(parse_byte_size("2t"), std::uint64_t{2} << 40);
}

TEST(ByteSize, OddOnesAreRefused) {
  for (const char* text :
       {"", "g", "0", "-1", "1e9", "1,5g", ".5g", "1.g", "1.2.3g", "64 g", "64x", "9999999t", "1i", "inf"})
    EXPECT_FALSE(parse_byte_size(text)) << text;
}

TEST(Ulimits, SoftAndHard) {
  EXPECT_EQ(parse_ulimit("memlock=-1"), (Ulimit{"memlock", -1, -1}));
  EXPECT_EQ(parse_ulimit("memlock=unlimited:unlimited"), (Ulimit{"memlock", -1, -1}));
  EXPECT_EQ(parse_ulimit("nofile=1024:4096"), (Ulimit{"nofile", 1024, 4096}));
  for (const char* text : {"", "nofile", "=1", "nofile=", "nofile=1:", "nofile=a", "nofile=-2", "nofile=1:2:3"})
    EXPECT_FALSE(parse_ulimit(text)) << text;
}

TEST(DataMounts, BothSpellings) {
  const DataMount data{"/data", "/in", false};
  EXPECT_EQ(parse_data_mount("/data:/in"), data);
  EXPECT_EQ(parse_data_mount("/data:/in:ro"), data);
  EXPECT_EQ(parse_data_mount("type=bind,source=/data,target=/in,readonly"), data);
  EXPECT_EQ(parse_data_mount("src=/data,dst=/in"), data);
  EXPECT_EQ(parse_data_mount("set1:/in"), (DataMount{"set1", "/in", true}));
}

TEST(DataMounts, NeverWritableAndNeverRelative) {
  for (const char* text : {"", "/data", "/data:in", "../x:/in", "a/b:/in", ":/in", "/data:", "/data:/in:rw", "/data:/in:z",
                           "type=bind,source=/data,target=/in,rw", "type=bind,source=/data,target=/in,readonly=false",
                           "type=tmpfs,target=/in", "source=/data"})
    EXPECT_FALSE(parse_data_mount(text)) << text;
  EXPECT_THAT(parse_data_mount("/data:/in:rw").error().remedy, HasSubstr("--volume"));
}

TEST(Cpus, DecimalsBecomeNanoCpus) {
  EXPECT_EQ(parse_nano_cpus("1.5"), 1'500'000'000);
  EXPECT_EQ(parse_nano_cpus("64"), 64'000'000'000);
  for (const char* text : {"", "0", "-1", "2 ", "1e3", "nan"}) EXPECT_FALSE(parse_nano_cpus(text)) << text;
}

TEST(CreateRequestSettings, SettingsReachTheEngine) {
  ContainerOptions options;
  options.settings.mounts = {{"/data", "/in", false}, {"set1", "/set", true}};
  options.settings.shm_bytes = 1024;
  options.settings.ulimits = {{"memlock", -1, -1}};
  options.settings.user = "1000:1000";
  options.settings.workdir = "/work";
  options.settings.network = "host";
  options.settings.memory_bytes = 2048;
  options.settings.nano_cpus = 500'000'000;
  const GpuAccess gpus;
  const json made = json::parse(create_request_json({options, "img", {}, gpus, 1'000'000, {}}));
  EXPECT_EQ(made["User"], "1000:1000");
  EXPECT_EQ(made["WorkingDir"], "/work");
  const json& host = made["HostConfig"];
  EXPECT_EQ(host["Mounts"][0], json::parse(R"({"Type":"bind","Source":"/data","Target":"/in","ReadOnly":true})"));
  EXPECT_EQ(host["Mounts"][1]["Type"], "volume");
  EXPECT_EQ(host["ShmSize"], 1024);
  EXPECT_EQ(host["Ulimits"][0], json::parse(R"({"Name":"memlock","Soft":-1,"Hard":-1})"));
  EXPECT_EQ(host["NetworkMode"], "host");
  EXPECT_EQ(host["Memory"], 2048);
  EXPECT_EQ(host["MemorySwap"], 2048);
  EXPECT_EQ(host["NanoCpus"], 500'000'000);
}

TEST(CreateRequestSettings, WithoutSettingsNoLimits) {
  const ContainerOptions options;
  const GpuAccess gpus;
  const json made = json::parse(create_request_json({options, "img", {}, gpus, 1'000'000, {}}));
  for (const char* key : {"Mounts", "Ulimits", "Memory", "NanoCpus", "NetworkMode"})
    EXPECT_FALSE(made["HostConfig"].contains(key));
  EXPECT_FALSE(made.contains("User"));
}

TEST(ContainerSettings, AVolumesSourceIsThereAndAbsolute) {
  const auto folder = std::filesystem::path(testing::TempDir()) / ("volume-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder / "data");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder);
  for (const char* source : {"data", "./data", "../"})
    EXPECT_TRUE(resolve_volume(std::string(source) + ":/data:ro")) << source;
  EXPECT_EQ(resolve_volume("data:/in:ro").value(), (std::filesystem::current_path() / "data").string() + ":/in:ro");
  for (const char* text : {"dat:/data", "./dat:/data", "/no/such/folder:/data"})
    EXPECT_THAT(resolve_volume(text).error().message, HasSubstr("there is no")) << text;
  EXPECT_THAT(resolve_volume("dat:/data").error().remedy, HasSubstr("--mount"));
  for (const char* text : {"", ":", ":/data", "data", "data:"}) EXPECT_FALSE(resolve_volume(text)) << text;
  std::filesystem::current_path(before);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace gpubench::workload
