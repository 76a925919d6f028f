#include "runs/run_directory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;

class RunDirectoryTest : public testing::Test {
 protected:
  void SetUp() override { fs::remove_all(root_); }
  void TearDown() override { fs::remove_all(root_); }
  fs::path root_ = fs::temp_directory_path() / ("gpubench-run-directory-" + std::to_string(getpid()));
};

TEST(RunId, IsSafeWhateverTheNameIs) {
  const base::WallTime start{std::chrono::seconds(1724000000)};
  EXPECT_EQ(make_run_id(start, "synthetic_regression"), "20240818t165320-000000000z-synthetic-regression");
  EXPECT_EQ(make_run_id(start, "../../etc/passwd"), "20240818t165320-000000000z-etc-passwd");
  EXPECT_EQ(make_run_id(start, "a;rm -rf /\n$(x)"), "20240818t165320-000000000z-a-rm-rf-x");
  EXPECT_EQ(make_run_id(start, "\xC3\xA9"), "20240818t165320-000000000z");
  EXPECT_LE(make_run_id(start, std::string(10000, 'x')).size(), 60U);
}

// Machines of a cluster start the same benchmark in the same second and export to the same database.
TEST(RunId, DiffersWithinASecond) {
  const base::WallTime start{std::chrono::seconds(1724000000)};
  EXPECT_EQ(make_run_id(start + std::chrono::nanoseconds(4711), "a"), "20240818t165320-000004711z-a");
  EXPECT_LT(make_run_id(start + std::chrono::nanoseconds(999999999), "a"),
            make_run_id(start + std::chrono::seconds(1), "a"));
}

TEST_F(RunDirectoryTest, EveryRunGetsItsOwn) {
  const auto first = make_run_directory(root_ / "deep" / "results", "run");
  ASSERT_TRUE(first);
  std::ofstream(first->file("metrics.yml")) << "kept";
  const auto second = make_run_directory(root_ / "deep" / "results", "run");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->run_id, "run-2");
  EXPECT_TRUE(fs::exists(first->file("metrics.yml")));
}

TEST_F(RunDirectoryTest, LatestFollowsAndLeavesOthersAlone) {
  const auto first = make_run_directory(root_, "one");
  const auto second = make_run_directory(root_, "two");
  EXPECT_TRUE(link_latest(root_, *first));
  EXPECT_TRUE(link_latest(root_, *second));
  EXPECT_EQ(fs::read_symlink(root_ / "latest"), "two");
  fs::remove(root_ / "latest");
  fs::create_directory(root_ / "latest");
  EXPECT_FALSE(link_latest(root_, *first));
  EXPECT_TRUE(fs::is_directory(root_ / "latest"));
}

TEST_F(RunDirectoryTest, SeveralMayMakeTheSameLinkAtOnce) {
  const auto run = make_run_directory(root_, "one");
  std::atomic<int> failed = 0;
  std::vector<std::thread> all;
  for (int i = 0; i < 8; ++i)
    all.emplace_back([&] {
      for (int round = 0; round < 100; ++round)
        if (!link_latest(root_, *run)) ++failed;
    });
  for (std::thread& one : all) one.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(fs::read_symlink(root_ / "latest"), "one");
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), fs::directory_iterator()), 2);
}

TEST_F(RunDirectoryTest, AnUnusableFolderIsNamedWithTheRemedy) {
  fs::create_directories(root_);
  std::ofstream(root_ / "file") << "x";
  const auto run = make_run_directory(root_ / "file" / "results", "run");
  ASSERT_FALSE(run);
  EXPECT_NE(run.error().message.find("file"), std::string::npos);
  EXPECT_NE(run.error().remedy.find("--results-dir"), std::string::npos);
}

}  // namespace
}  // namespace gpubench::runs
