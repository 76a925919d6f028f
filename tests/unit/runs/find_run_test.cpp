// Which run a name means: ids and their beginnings, labels, paths, links; and what is in the way of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "runs/run_directory.h"
#include "runs/saved_run.h"

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

class FindRunTest : public testing::Test {
 protected:
  FindRunTest() {
    fs::remove_all(root_);
    fs::create_directories(root_);
    fs::current_path(root_);
  }
  ~FindRunTest() override {
    fs::current_path(before_);
    fs::remove_all(root_);
  }
  void run(const std::string& id, const std::string& metrics = "{}") const {
    fs::create_directories(results_ / id);
    std::ofstream(results_ / id / "metrics.json") << metrics;
  }
  // Its id, or "MESSAGE | REMEDY".
  [[nodiscard]] std::string found(const std::string& name) const {
    const auto run = find_run(results_, name);
    return run ? run->run_id : run.error().message + " | " + run.error().remedy;
  }
  [[nodiscard]] std::string none(const std::string& name) const {
    return "there is no run \"" + name + "\" in " + results_.string() +
           " | name a run's folder, its id or its label; iris-gpubench list shows them";
  }

  fs::path before_ = fs::current_path();
  fs::path root_ = fs::canonical(testing::TempDir()) / ("gpubench-find-run-" + std::to_string(getpid()));
  fs::path results_ = root_ / "results";
};

TEST_F(FindRunTest, ABeginningIsEnoughIfItIsOneRunsAndLongEnough) {
  run("20261120t120000-train");
  run("20261121t120000-train");
  EXPECT_EQ(found("20261120"), "20261120t120000-train");
  EXPECT_EQ(found("20261121t12"), "20261121t120000-train");
  EXPECT_EQ(found("2026112"), "\"2026112\" begins the ids of 2 runs in " + results_.string() +
                                  " | write more of it; iris-gpubench list shows them");
  EXPECT_EQ(found("202"), none("202")) << "a slip of the finger";
  EXPECT_EQ(found("train"), none("train")) << "the end of a name is none";
}

TEST_F(FindRunTest, AWholeIdIsNeverAmbiguous) {
  run("20261120t120000-train");
  run("20261120t120000-train-2");
  EXPECT_EQ(found("20261120t120000-train"), "20261120t120000-train");
  EXPECT_THAT(found("20261120t120000"), HasSubstr("begins the ids of 2 runs"));
}

// An archive or a note that lies beside the run it was made of.
TEST_F(FindRunTest, FilesAndLinksBesideARunAreNoRuns) {
  run("20261120t120000-train");
  std::ofstream(results_ / "20261120t120000-train.tar.gz") << "x";
  std::ofstream(results_ / "20261120-notes.txt") << "x";
  fs::create_directory_symlink("20261120t120000-train", results_ / "20261120-best");
  EXPECT_EQ(found("20261120"), "20261120t120000-train");
  EXPECT_EQ(found("20261120-notes"), none("20261120-notes"));
  EXPECT_EQ(found("20261120-best"), "20261120t120000-train") << "a link by its whole name";
}

TEST_F(FindRunTest, NothingIsNoName) {
  run("20261120t120000-train");
  EXPECT_EQ(found(""), "the name of a run is empty | iris-gpubench list shows runs");
}

TEST_F(FindRunTest, OfALabelTheNewestRunHasIt) {
  run("20261120t120000-a", R"({"label":"main"})");
  run("20261122t120000-b", R"({"label":"main"})");
  run("20261121t120000-c", R"({"label":"main"})");
  run("20261123t120000-d", R"({"label":"Main"})");
  run("20261124t120000-e", R"({"label":["main"]})");
  run("20261125t120000-f", "{");
  fs::create_directory_symlink("20261120t120000-a", results_ / "latest");
  EXPECT_EQ(found("main"), "20261122t120000-b");
  EXPECT_EQ(found("mai"), none("mai")) << "labels are not begun";
}

TEST_F(FindRunTest, AnIdComesBeforeALabelAndALabelBeforeABeginning) {
  run("20261120t120000-a", R"({"label":"20261121t120000-b"})");
  run("20261121t120000-b");
  EXPECT_EQ(found("20261121t120000-b"), "20261121t120000-b");
  run("20261122t120000-c", R"({"label":"20261121"})");
  EXPECT_EQ(found("20261121"), "20261122t120000-c");
}

TEST_F(FindRunTest, LatestIsWhereTheLinkPoints) {
  run("20261120t120000-a");
  ASSERT_TRUE(link_latest(results_, {results_ / "20261120t120000-a", "20261120t120000-a"}));
  EXPECT_EQ(found("latest"), "20261120t120000-a");
  fs::remove_all(results_ / "20261120t120000-a");
  EXPECT_EQ(found("latest"), none("latest")) << "the run was removed";
  fs::remove(results_ / "latest");
  fs::create_directory_symlink("latest", results_ / "latest");
  EXPECT_EQ(found("latest"), none("latest")) << "a link to itself";
}

TEST_F(FindRunTest, APathIsARunWhereverItIs) {
  fs::create_directories(root_ / "elsewhere/moved");
  EXPECT_EQ(found("elsewhere/moved"), "moved");
  EXPECT_EQ(found("elsewhere/moved/"), "moved");
  EXPECT_EQ(found((root_ / "elsewhere/../elsewhere/moved").string()), "moved");
  fs::create_directory_symlink("moved", root_ / "elsewhere/link");
  EXPECT_EQ(found("elsewhere/link"), "moved") << "what is written beside it goes to the run itself";
  EXPECT_EQ(found("elsewhere/none"), none("elsewhere/none"));
}

TEST_F(FindRunTest, AFolderOfResultsThatIsNotThereHasNoRuns) {
  EXPECT_EQ(found("20261120"), none("20261120"));
  EXPECT_EQ(found("label"), none("label"));
}

class FoldersTest : public FindRunTest {
 protected:
  static RunDirectory made(const base::Result<RunDirectory>& run) {
    EXPECT_TRUE(run) << run.error().message;
    return run.value_or(RunDirectory());
  }
};

TEST_F(FoldersTest, DiscardedIsTheRunItsLinkAndWhatWasMadeForIt) {
  const RunDirectory run = made(make_run_directory(results_, "one"));
  EXPECT_TRUE(run.is_first);
  ASSERT_TRUE(link_latest(results_, run));
  std::ofstream(run.file("runtime.log")) << "x";
  discard(run);
  EXPECT_FALSE(fs::exists(results_));
}

TEST_F(FoldersTest, DiscardingLeavesWhatIsOfOthers) {
  const RunDirectory first = made(make_run_directory(results_, "one"));
  const RunDirectory second = made(make_run_directory(results_, "two"));
  EXPECT_FALSE(second.is_first);
  ASSERT_TRUE(link_latest(results_, first));
  discard(second);
  EXPECT_TRUE(fs::exists(first.path));
  EXPECT_EQ(fs::read_symlink(results_ / "latest"), "one");
  std::ofstream(results_ / "notes.txt") << "x";
  discard(first);
  EXPECT_TRUE(fs::exists(results_ / "notes.txt"));
  EXPECT_FALSE(fs::is_symlink(results_ / "latest"));
  fs::create_directories(results_);
  const RunDirectory kept = made(make_run_directory(results_, "three"));
  discard(kept);
  EXPECT_TRUE(fs::exists(results_)) << "it was there before";
}

TEST_F(FoldersTest, LatestIsReplacedEvenWhereItPointsNowhere) {
  const RunDirectory run = made(make_run_directory(results_, "one"));
  fs::create_directory_symlink("/nonexistent/folder", results_ / "latest");
  ASSERT_TRUE(link_latest(results_, run));
  EXPECT_EQ(fs::read_symlink(results_ / "latest"), "one") << "relative: the folder may be moved";
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(results_)) names.push_back(entry.path().filename().string());
  EXPECT_THAT(names, testing::UnorderedElementsAre("one", "latest")) << "nothing temporary is left";
  fs::remove(results_ / "latest");
  std::ofstream(results_ / "latest") << "a file";
  const auto refused = link_latest(results_, run);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("is not a link and was left alone"));
}

TEST_F(FoldersTest, AFolderOfResultsThatIsALinkToNowhereIsNamedSo) {
  fs::create_directory_symlink("/nonexistent/disk", results_);
  const auto refused = make_run_directory(results_, "one");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("is a link to a folder that is not there"));
  EXPECT_THAT(refused.error().remedy, HasSubstr("make that folder"));
  fs::remove(results_);
  fs::create_directories(root_ / "disk");
  fs::create_directory_symlink("disk", results_);
  EXPECT_EQ(made(make_run_directory(results_, "one")).run_id, "one");
  EXPECT_TRUE(fs::exists(root_ / "disk/one"));
}

}  // namespace
}  // namespace gpubench::runs
