#include "workload/engine_choice.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "workload/benchmark_name.h"

namespace gpubench::workload {
namespace {

BenchmarkSpec image_named(const std::string& image, EngineWish wish = EngineWish::automatic) {
  BenchmarkSpec benchmark;
  benchmark.image = image;
  benchmark.container.engine = wish;
  return benchmark;
}

TEST(EngineChoiceTest, GoesByTheImagesName) {
  for (const char* image : {"mnist", "ubuntu:22.04", "nvcr.io/nvidia/pytorch:24.01", "sif", "images/sif"})
    EXPECT_EQ(engine_for(image_named(image), {}), Engine::docker) << image;
  for (const char* image : {"bench.sif", "/scratch/bench.sif", "./folder", "../folder/", "/a/folder", "saved.tar",
                            "docker-archive:saved", "docker://debian:12", "oras://registry/a:b"})
    EXPECT_EQ(engine_for(image_named(image), {}), Engine::apptainer) << image;
}

TEST(EngineChoiceTest, TheUserHasTheLastWord) {
  EXPECT_EQ(engine_for(image_named("./folder", EngineWish::docker), {}), Engine::docker);
  EXPECT_EQ(engine_for(image_named("mnist", EngineWish::apptainer), {}), Engine::apptainer);
  EXPECT_EQ(engine_for(image_named("mnist", EngineWish::charliecloud), {}), Engine::charliecloud);
}

TEST(EngineChoiceTest, CharliecloudRunsFoldersWhereThereIsNoApptainer) {
  const auto folder = std::filesystem::temp_directory_path() / ("gpubench-engines-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder / "image");
  std::filesystem::create_directories(folder / "bin");
  std::ofstream(folder / "bin/ch-run") << "";
  const std::vector<std::string> environment{"PATH=/none:" + (folder / "bin").string()};
  const std::string image = (folder / "image").string();
  EXPECT_EQ(engine_for(image_named(image), environment), Engine::charliecloud);
  EXPECT_EQ(engine_for(image_named("bench.sif"), environment), Engine::apptainer);
  std::ofstream(folder / "bin/singularity") << "";
  EXPECT_EQ(engine_for(image_named(image), environment), Engine::apptainer);
  std::filesystem::remove_all(folder);
}

TEST(EngineChoiceTest, ImagesHaveShortNames) {
  EXPECT_EQ(image_label("/scratch/bench.sif"), "bench");
  EXPECT_EQ(image_label("./folder/"), "folder");
  EXPECT_EQ(image_label("docker-archive:saved.tar"), "saved");
  EXPECT_EQ(image_label("docker://debian:12"), "debian:12");
  EXPECT_EQ(image_label("nvcr.io/nvidia/pytorch:24.01"), "nvcr.io/nvidia/pytorch:24.01");
}

}  // namespace
}  // namespace gpubench::workload
