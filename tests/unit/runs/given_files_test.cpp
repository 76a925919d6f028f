// What is put into a run's folder for the benchmark, and the marks that are read from it while they are written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "runs/marks_client.h"
#include "runs/marks_follower.h"
#include "runs/nvtx_library.h"
#include "runs/run_marks.h"

namespace gpubench::runs {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class GivenFiles : public testing::Test {
 protected:
  GivenFiles() {
    fs::remove_all(run_);
    fs::create_directories(run_);
    facts_.anchor = {base::SteadyTime(1000s), base::WallTime(1'700'000'000s)};
  }
  ~GivenFiles() override { fs::remove_all(run_); }
  void mark(const std::string& file, const std::string& text) const {
    fs::create_directories(run_ / "marks");
    std::ofstream(run_ / "marks" / file, std::ios::app) << text;
  }
  fs::path run_ = fs::path(testing::TempDir()) / ("gpubench-given-files-" + std::to_string(getpid()));
  record::RunFacts facts_;
};

// A container's user is another one than the tool's.
TEST_F(GivenFiles, AnyUserMayReadThemWhateverTheUmask) {
  const mode_t before = umask(0077);
  const auto client = write_marks_client(run_);
  const auto nvtx = write_nvtx_library(run_);
  umask(before);
  ASSERT_TRUE(client && nvtx);
  EXPECT_TRUE(fs::path(*client).is_absolute() && nvtx->is_absolute());
  EXPECT_EQ(fs::status(*client).permissions(), fs::perms(0755));
  for (const char* name : {"iris_gpubench_marks.py", "iris_gpubench_marks.h", "iris_gpubench_marks.sh"}) {
    EXPECT_EQ(fs::status(fs::path(*client) / name).permissions(), fs::perms(0644)) << name;
    EXPECT_GT(fs::file_size(fs::path(*client) / name), 100U) << name;
  }
  EXPECT_EQ(fs::status(*nvtx).permissions(), fs::perms(0755));
  remove_marks_client(run_);
  remove_nvtx_library(run_);
  EXPECT_TRUE(fs::is_empty(run_)) << "of no use once it has ended";
}

TEST_F(GivenFiles, WhatCannotBeMadeIsAnError) {
  for (const char* name : {"marks_client", "nvtx", "marks"}) std::ofstream(run_ / name) << "in the way";
  EXPECT_FALSE(write_marks_client(run_));
  EXPECT_FALSE(write_nvtx_library(run_));
  const auto marks = make_marks_files(run_, 1);
  ASSERT_FALSE(marks);
  EXPECT_NE(marks.error().message.find("/marks: "), std::string::npos);
}

class FollowedMarks : public GivenFiles {
 protected:
  std::vector<std::string> path() {
    follower_.read();
    return follower_.current().path;
  }
  MarksFollower follower_{run_, facts_};
};

TEST_F(FollowedMarks, LinesAreTakenOnceTheyAreWhole) {
  EXPECT_THAT(path(), IsEmpty()) << "there is no folder yet";
  mark("1", "b 1001000000000 1/1 tra");
  EXPECT_THAT(path(), IsEmpty());
  mark("1", "in\n");
  EXPECT_THAT(path(), ElementsAre("train"));
  EXPECT_EQ(follower_.current().since, base::SteadyTime(1001s));
  EXPECT_THAT(path(), ElementsAre("train")) << "nothing is taken twice";
  mark("1", "b 1002000000000 1/1 step\n");
  EXPECT_THAT(path(), ElementsAre("train", "step"));
  mark("1", "e 1003000000000 1/1 step\ne 1003000000000 1/1 train\n");
  EXPECT_THAT(path(), IsEmpty());
}

TEST_F(FollowedMarks, AFileThatComesLaterIsFollowedToo) {
  mark("1", "b 1001000000000 1/1 train\n");
  EXPECT_THAT(path(), ElementsAre("train"));
  mark("log-1", "b 1002000000000 log:keras epoch\n");
  EXPECT_THAT(path(), ElementsAre("epoch")) << "of the lane that has begun one last";
}

TEST_F(FollowedMarks, ManyMarksAreReadInParts) {
  std::string many;
  for (int i = 0; i < 60'000; ++i) many += "i 1001000000000 1/1 a-mark-of-some-length\n";
  mark("1", many + "b 1002000000000 1/1 last\n");
  ASSERT_GT(many.size(), std::size_t{2} << 20);
  EXPECT_THAT(path(), IsEmpty()) << "1 MiB of more than two";
  EXPECT_THAT(path(), IsEmpty());
  EXPECT_THAT(path(), ElementsAre("last"));
}

TEST_F(FollowedMarks, ALinkOrPipeInPlaceOfAFileHoldsNobodyUp) {
  std::ofstream(run_ / "elsewhere") << "b 1001000000000 1/1 theirs\n";
  fs::create_directories(run_ / "marks");
  fs::create_symlink(run_ / "elsewhere", run_ / "marks/1");
  ASSERT_EQ(mkfifo((run_ / "marks/2").c_str(), 0600), 0);
  EXPECT_THAT(path(), IsEmpty());
  mark("3", "b 1001000000000 1/1 ours\n");
  EXPECT_THAT(path(), ElementsAre("ours"));
}

}  // namespace
}  // namespace gpubench::runs
