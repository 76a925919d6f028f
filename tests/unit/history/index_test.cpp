#include "history/index.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace gpubench::history {
namespace {

namespace fs = std::filesystem;

class Index : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(results_);
    for (const char* name : {"a", "b", "c"}) save(name, 3000);
  }
  void TearDown() override { fs::remove_all(results_); }
  void save(const std::string& name, double joules) const {
    fs::create_directories(results_ / name);
    std::ofstream(results_ / name / "metrics.json")
        << R"({"schema_version": 1, "run_id": ")" << name
        << R"(", "benchmark": "x", "elapsed_time": 1.0, "total_energy_joules": )" << joules << "}";
  }
  [[nodiscard]] std::size_t newly_read() const { return read_runs(results_)->read; }
  [[nodiscard]] double joules_of(const std::string& name) const {
    const auto runs = read_runs(results_);
    for (const auto& run : runs->runs)
      if (run.values.id == name) return run.values.figure(compare::Metric::energy)->value;
    return 0;
  }
  fs::path results_ = fs::temp_directory_path() / ("gpubench-index-" + std::to_string(getpid()));
};

TEST_F(Index, IsMadeAndUsed) {
  EXPECT_EQ(newly_read(), 3U);
  EXPECT_TRUE(fs::exists(results_ / kIndexFile));
  EXPECT_EQ(newly_read(), 0U);
}

TEST_F(Index, IsNeverTrustedOverTheRuns) {
  EXPECT_EQ(newly_read(), 3U);
  save("b", 4000.5);
  EXPECT_EQ(joules_of("b"), 4000.5);
  fs::remove_all(results_ / "a");
  EXPECT_EQ(read_runs(results_)->runs.size(), 2U);
  save("d", 5000);
  EXPECT_EQ(joules_of("d"), 5000);
}

TEST_F(Index, DamagedOrOfAnotherVersionIsMadeAgain) {
  for (const std::string& content : {std::string("rubbish"), std::string("iris-gpubench index 1\n{\n[]\n\n"),
                                     std::string("iris-gpubench index 2\n"), std::string(100, '\0')}) {
    std::ofstream(results_ / kIndexFile, std::ios::binary) << content;
    EXPECT_EQ(newly_read(), 3U) << content;
    EXPECT_EQ(newly_read(), 0U);
  }
}

TEST_F(Index, AFolderThatCannotBeListed) {
  EXPECT_FALSE(read_runs(results_ / "none"));
}

}  // namespace
}  // namespace gpubench::history
