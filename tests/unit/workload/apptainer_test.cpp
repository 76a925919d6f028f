#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "workload/apptainer/engine_line.h"
#include "workload/apptainer/engine_words.h"
#include "workload/apptainer/image_source.h"

namespace gpubench::workload {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class NowhereLog final : public LogSink {
 public:
  void write(LogStream /*stream*/, std::string_view /*bytes*/) override {}
};

TEST(ApptainerWords, ItsOwnFailuresAreKnown) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"INFO:    fuse2fs not found\nWARNING: passwd\nFATAL:   container creation failed: mount\n",
       "container creation failed: mount"},
      {"FATAL:   \"train\": executable file not found in $PATH\n", "\"train\": executable file not found in $PATH"},
      {"FATAL:   stat /opt/train: no such file or directory\n", "stat /opt/train: no such file or directory"},
      {"\x1b[91mERROR  : Requesting capability\n\x1b[0m", "Requesting capability"},
      {"ch-run[12]: error: can't execve(2): x: No such file (ch_core.c:410 2)\n",
       "can't execve(2): x: No such file (ch_core.c:410 2)"}};
  for (const auto& [words, reason] : cases) {
    const auto failure = engine_failure(words);
    ASSERT_TRUE(failure) << words;
    EXPECT_EQ(failure->reason, reason);
    EXPECT_TRUE(failure->certain) << words;
  }
}

// A benchmark may log in the engine's form.
TEST(ApptainerWords, WhoSaidItMayBeUnclear) {
  const auto failure = engine_failure("FATAL:   out of memory on device 0\n");
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->reason, "out of memory on device 0");
  EXPECT_FALSE(failure->certain);
  EXPECT_FALSE(engine_failure("FATAL:   out of memory\nTraceback (most recent call last):\n")) << "the engine ends there";
}

TEST(ApptainerWords, TheProgramsAreNotTheirs) {
  for (const char* words : {"", "INFO:    only news\n", "CUDA out of memory\n", "loading\nFATAL:   mine\n", "FATAL: mine\n"})
    EXPECT_FALSE(engine_failure(words)) << words;
}

TEST(ApptainerWords, OutputOrAnotherCodeShowThatItStarted) {
  NowhereLog log;
  EngineWords words(log);
  words.write(LogStream::err, "FATAL:   container creation failed\n");
  EXPECT_TRUE(words.failure(255));
  EXPECT_FALSE(words.failure(3));
  words.write(LogStream::out, "x");
  EXPECT_FALSE(words.failure(255));
}

class ApptainerFiles : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_ / "image"); }
  void TearDown() override { fs::remove_all(folder_); }
  std::string file(const std::string& name, const std::string& text = {}) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  ApptainerOptions options() {
    ApptainerOptions options;
    options.program = "apptainer";
    options.environment = {"PATH=/bin", "APPTAINERENV_A=old"};
    return options;
  }
  fs::path folder_ = fs::temp_directory_path() / ("gpubench-apptainer-" + std::to_string(getpid()));
};

TEST_F(ApptainerFiles, ImagesAreFoundByKind) {
  const auto kind = [](const std::string& image) { return find_image_source(image).value().kind; };
  EXPECT_EQ(kind((folder_ / "image").string()), ImageSource::Kind::folder);
  EXPECT_EQ(kind(file("a.sif")), ImageSource::Kind::file);
  EXPECT_EQ(find_image_source(file("a.tar")).value().reference, "docker-archive:" + (folder_ / "a.tar").string());
  EXPECT_EQ(find_image_source("oci-archive:" + file("b")).value().reference, "oci-archive:" + (folder_ / "b").string());
  EXPECT_EQ(find_image_source("docker://a:1").value().reference, "docker://a:1");
  EXPECT_THAT(find_image_source("mnist").error().remedy, HasSubstr("docker://"));
}

TEST_F(ApptainerFiles, ASifSaysItsId) {
  std::string header(32, 'x');
  header += std::string("SIF_MAGIC\0", 10) + std::string(
                                                 "01\0"
                                                 "02\0",
                                                 6);
  for (char c = 0; c < 16; ++c) header += static_cast<char>(c * 16 + c);
  EXPECT_EQ(sif_id(file("a.sif", header)), "sif:00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_EQ(sif_id(file("b.sif", "short")), "");
}

TEST_F(ApptainerFiles, EnvironmentIsExactAndOutOfTheArguments) {
  ApptainerOptions asked = options();
  asked.env = {"A=x,y\nz $HOME", "B="};
  asked.visible_gpus = "GPU-1";
  const auto line = engine_line(asked, "a.sif");
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_THAT(line->environment, ElementsAre("PATH=/bin", "APPTAINERENV_A=x,y\nz $HOME",
                                             "APPTAINERENV_CUDA_VISIBLE_DEVICES=GPU-1", "APPTAINERENV_B="));
  EXPECT_THAT(full_line(asked, *line, ImageAction::run, "a.sif", {"x"}),
              ElementsAre("apptainer", "--nocolor", "run", "--no-eval", "--writable-tmpfs", "--containall", "--no-umask",
                          "a.sif", "x"));
}

TEST_F(ApptainerFiles, MountsHoldOddNames) {
  fs::create_directory(folder_ / "in,put");
  ApptainerOptions asked = options();
  asked.volumes = {(folder_ / "in,put").string() + ":/data:ro"};
  asked.results = folder_ / "results";
  const auto line = engine_line(asked, "a.sif");
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_THAT(line->options, Contains("type=bind,\"source=" + (folder_ / "in,put").string() + "\",destination=/data,ro"));
  EXPECT_THAT(line->options, Contains("type=bind,source=" + (folder_ / "results").string() + ",destination=/root/results"));
}

TEST_F(ApptainerFiles, NoTwoResultsPathsShareAFolder) {
  ApptainerOptions asked = options();
  asked.results = folder_ / "results";
  asked.settings.results_paths = {"/a/logs", "/b/logs"};
  const auto line = engine_line(asked, "a.sif");
  ASSERT_TRUE(line) << line.error().message;
  const std::string results = (folder_ / "results").string();
  EXPECT_THAT(line->options, Contains("type=bind,source=" + results + "/logs,destination=/a/logs"));
  EXPECT_THAT(line->options, Contains("type=bind,source=" + results + "/logs-2,destination=/b/logs"));
}

TEST_F(ApptainerFiles, ARankSharesWhatRanksNeed) {
  ApptainerOptions asked = options();
  asked.is_rank = true;
  EXPECT_THAT(engine_line(asked, "a.sif").value().options, ElementsAre("--no-eval", "--writable-tmpfs"));
}

TEST_F(ApptainerFiles, AMountOfWhatIsNotThereNamesTheRemedy) {
  ApptainerOptions asked = options();
  asked.settings.mounts = {{"/nonexist", "/data", false}};
  const auto line = engine_line(asked, "a.sif");
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().message, "--mount /nonexist:/data: there is no /nonexist on this machine");
  EXPECT_EQ(line.error().remedy, "correct the path, or make it first");
}

TEST_F(ApptainerFiles, GpusAreGivenInTheWayThatIsAskedFor) {
  ApptainerOptions asked = options();
  EXPECT_EQ(gpu_access_of(asked), "none");
  asked.wants_gpus = true;
  EXPECT_EQ(gpu_access_of(asked), "nv");
  EXPECT_THAT(engine_line(asked, "a.sif").value().options, Contains("--nv"));
  asked.settings.gpu_access = GpuAccessWish::runtime;
  EXPECT_EQ(gpu_access_of(asked), "nvccli");
  asked.settings.gpu_access = GpuAccessWish::cdi;
  EXPECT_THAT(engine_line(asked, "a.sif").value().options, Contains("nvidia.com/gpu=all"));
}

TEST_F(ApptainerFiles, WhatCannotBeDoneIsRefused) {
  ApptainerOptions asked = options();
  EXPECT_TRUE(check_settings(asked));
  asked.settings.memory_bytes = 1;
  EXPECT_THAT(check_settings(asked).error().message, HasSubstr("--memory"));
}

TEST_F(ApptainerFiles, CharliecloudMountsNothingReadOnly) {
  ApptainerOptions asked = options();
  asked.program = "ch-run";
  asked.volumes = {folder_.string() + ":/data"};
  EXPECT_TRUE(check_settings(asked));
  asked.volumes = {folder_.string() + ":/data:ro"};
  EXPECT_THAT(check_settings(asked).error().remedy, HasSubstr("--volume FOLDER:TARGET"));
  asked.volumes = {};
  asked.settings.mounts = {{folder_.string(), "/data", false}};
  EXPECT_THAT(check_settings(asked).error().message, HasSubstr("read-only"));
}

TEST_F(ApptainerFiles, CharliecloudTakesTheImagesEnvironmentAndWhatIsThere) {
  fs::create_directories(folder_ / "image/ch");
  file("image/ch/environment", "PATH=/own\nA=image\n");
  ApptainerOptions asked = options();
  asked.program = "ch-run";
  asked.image = (folder_ / "image").string();
  asked.env = {"A=mine"};
  asked.marks.file = (folder_ / "marks/1").string();
  const auto line = engine_line(asked, asked.image);
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_THAT(line->environment, ElementsAre("PATH=/own", "APPTAINERENV_A=old", "USER=user", "A=mine",
                                             "IRIS_GPUBENCH_MARKS=/tmp/iris-gpubench/marks/1"));
  EXPECT_THAT(line->options,
              ElementsAre("--private-tmp", "--bind", (folder_ / "marks").string() + ":/tmp/iris-gpubench/marks"));
  asked.volumes = {folder_.string() + ":/nowhere"};
  EXPECT_THAT(engine_line(asked, asked.image).error().remedy, HasSubstr("mkdir -p"));
}

}  // namespace
}  // namespace gpubench::workload
