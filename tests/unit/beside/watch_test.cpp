#include "beside/watch.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "beside/table.h"

namespace gpubench::beside {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class NodeCounters : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(counters_); }
  void TearDown() override { fs::remove_all(folder_); }

  void put(const std::string& name, const std::string& text) const { std::ofstream(counters_ / name) << text; }

  static base::WallTime at(std::chrono::seconds time) { return base::WallTime(1'790'000'000s + time); }

  const fs::path folder_ = fs::path(::testing::TempDir()) / ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const fs::path counters_ = folder_ / "pm_counters";
};

TEST_F(NodeCounters, CountFromTheStartToTheEnd) {
  put("energy", "1000 J\n");
  put("cpu_energy", "300 J 1790000000123456 us\n");
  put("power", "500 W\n");
  put("freshness", "12\n");
  Watch watch({}, "n1", counters_);
  watch.start(at(0s));
  put("energy", "1600 J\n");
  put("cpu_energy", "350 J 1790000010123456 us\n");
  watch.end(at(10s));
  const Beside& beside = watch.so_far();
  ASSERT_EQ(beside.node_counters.size(), 2U);
  EXPECT_EQ(beside.node_counters[0].name, "cpu_energy");
  EXPECT_EQ(beside.node_counters[0].energy, base::Energy::from_joules(50));
  EXPECT_EQ(beside.node_counters[1].name, "energy");
  EXPECT_EQ(beside.node_counters[1].energy, base::Energy::from_joules(600));
  EXPECT_EQ(beside.node_counters[1].end, at(10s));
  EXPECT_EQ(beside.node_counters[1].why, "");
}

TEST_F(NodeCounters, ThatAreNoneOrSetBackHaveNoEnergy) {
  put("energy", "1000 J\n");
  put("memory_energy", "?\n");
  put("accel0_energy", "7 mJ\n");
  Watch watch({}, "n1", counters_);
  watch.start(at(0s));
  put("energy", "10 J\n");
  watch.end(at(10s));
  for (const NodeCounter& counter : watch.so_far().node_counters) {
    EXPECT_FALSE(counter.energy) << counter.name;
    EXPECT_FALSE(counter.why.empty()) << counter.name;
  }
}

TEST_F(NodeCounters, AreKeptInTheRunsFolder) {
  put("energy", "1000 J\n");
  Watch watch(SlurmStep{"ci", "17", "0"}, "n1", counters_);
  watch.start(at(0s));
  ASSERT_TRUE(save(folder_, watch.so_far()));
  EXPECT_EQ(read_saved(folder_).node_counters[0].why, "it was not read at the end") << "as after a run that was killed";
  put("energy", "1600 J\n");
  watch.end(at(10s));
  ASSERT_TRUE(save(folder_, watch.so_far()));
  const Beside beside = read_saved(folder_);
  ASSERT_TRUE(beside.slurm);
  EXPECT_EQ(beside.slurm->of.id(), "17.0");
  EXPECT_EQ(beside.slurm->state, Accounted::not_read);
  EXPECT_EQ(beside.node_counters[0].energy, base::Energy::from_joules(600));
  EXPECT_EQ(document(beside), document(watch.so_far()));
  EXPECT_EQ(document(beside)["node_counters"][0]["energy_joules"], 600.0);
  EXPECT_NE(table(beside).find("step 17.0"), std::string::npos);
}

TEST_F(NodeCounters, OnAnOrdinaryMachineThereIsNothing) {
  Watch watch({}, "n1", folder_ / "none");
  watch.start(at(0s));
  watch.end(at(10s));
  EXPECT_TRUE(watch.so_far().empty());
  ASSERT_TRUE(save(folder_, watch.so_far()));
  EXPECT_FALSE(fs::exists(folder_ / "beside.json"));
  EXPECT_EQ(table(watch.so_far()), "");
}

TEST_F(NodeCounters, ADamagedFileIsNone) {
  for (const char* const text : {"", "{", "[]", "{\"schema_version\": 2}", "{\"schema_version\": 1, \"slurm\": 7}",
                                 R"({"schema_version": 1, "slurm": null, "node_counters": [{"node": 1}]})"}) {
    std::ofstream(folder_ / "beside.json") << text;
    EXPECT_TRUE(read_saved(folder_).empty()) << text;
  }
}

}  // namespace
}  // namespace gpubench::beside
