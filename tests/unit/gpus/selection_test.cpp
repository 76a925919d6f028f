#include "gpus/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gpubench::gpus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

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
  for (const char* wish :
       {"", "4", "3,0", "device=", "device=7", "GPU-", "GPU-123", "GPU-ffff", "x", "0,,1", "-1", "0x1", "0", "00"})
    EXPECT_FALSE(select_gpus(wish, three_gpus())) << wish;
  EXPECT_THAT(select_gpus("device=7", three_gpus()).error().remedy, HasSubstr("GPU-123b-9"));
  EXPECT_THAT(select_gpus("4", three_gpus()).error().message, HasSubstr("this machine has only 3 GPUs"));
  EXPECT_THAT(select_gpus("0", three_gpus()).error().remedy, HasSubstr("--gpus device=0 for GPU 0"));
}

std::vector<std::vector<int>> assigned(const std::vector<std::string>& wishes, bool in_turn = false) {
  const auto gpus = assign_gpus(wishes, in_turn, three_gpus());
  EXPECT_TRUE(gpus) << (gpus ? "" : gpus.error().message);
  std::vector<std::vector<int>> indices;
  for (const auto& part : gpus.value_or(std::vector<std::vector<workload::GpuRequest>>{})) {
    indices.emplace_back();
    for (const workload::GpuRequest& gpu : part) indices.back().push_back(gpu.index);
  }
  return indices;
}

TEST(AssignedGpus, SideBySideNoneIsGivenTwice) {
  using Indices = std::vector<std::vector<int>>;
  EXPECT_EQ(assigned({"all", "all"}), (Indices{{0, 1}, {2}}));
  EXPECT_EQ(assigned({"all", "device=0"}), (Indices{{1, 2}, {0}}));
  EXPECT_EQ(assigned({"1", "1", "device=1"}), (Indices{{0}, {2}, {1}}));
  EXPECT_EQ(assigned({"all", "none", "2"}), (Indices{{2}, {}, {0, 1}}));
  EXPECT_EQ(assigned({"all", "all"}, true), (Indices{{0, 1, 2}, {0, 1, 2}}));
  EXPECT_THAT(assign_gpus({"0,1", "device=1"}, false, three_gpus()).error().message, HasSubstr("GPU 1 to two"));
  EXPECT_THAT(assign_gpus({"all", "all", "all", "all"}, false, three_gpus()).error().remedy, HasSubstr("--in-turn"));
  EXPECT_EQ(assign_gpus({"2", "2"}, false, three_gpus()).error().message,
            "--gpus 2: the other containers leave only 1 GPU of this machine");
  EXPECT_EQ(assign_gpus({"3", "1"}, false, three_gpus()).error().message,
            "--gpus 1: the other containers leave no GPU of this machine");
}

}  // namespace
}  // namespace gpubench::gpus
