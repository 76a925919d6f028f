#include "runs/run_marks.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace gpubench::runs {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class RunMarksTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(run_);
    fs::create_directories(run_);
    facts_.anchor = {base::SteadyTime(1000s), base::WallTime(1'700'000'000s)};
    facts_.clock = record::ClockFacts{"boot-1", 5};
  }
  void TearDown() override { fs::remove_all(run_); }
  fs::path run_ = fs::temp_directory_path() / ("gpubench-run-marks-" + std::to_string(getpid()));
  record::RunFacts facts_;
};

TEST_F(RunMarksTest, AnyUserMayAppendWhateverTheUmask) {
  const mode_t before = umask(0077);
  const auto files = make_marks_files(run_, 2);
  umask(before);
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ(fs::status(files->front()).permissions(), fs::perms(0666));
  EXPECT_EQ(fs::status(files->front().parent_path()).permissions(), fs::perms(0711));
  EXPECT_TRUE(files->front().is_absolute());
}

TEST_F(RunMarksTest, FilesThatNobodyWroteToGo) {
  const auto files = make_marks_files(run_, 2);
  std::ofstream(files->back()) << "b 1001000000000 1/1 a\n";
  remove_empty_marks_files(run_);
  EXPECT_FALSE(fs::exists(files->front()));
  EXPECT_TRUE(fs::exists(files->back()));
  fs::resize_file(files->back(), 0);
  remove_empty_marks_files(run_);
  EXPECT_FALSE(fs::exists(run_ / "marks"));
}

TEST_F(RunMarksTest, LanesOfSeveralContainersAreToldApart) {
  const auto files = make_marks_files(run_, 2);
  for (const fs::path& file : *files) std::ofstream(file) << "b 1001000000000 1/1 a\ne 1002000000000 1/1 a\n";
  const phases::Marks marks = read_marks(run_, facts_, base::SteadyTime(1010s));
  ASSERT_EQ(marks.lanes.size(), 2U);
  EXPECT_EQ(marks.lanes[0].name, "1 1/1");
  EXPECT_EQ(marks.lanes[1].name, "2 1/1");
}

TEST_F(RunMarksTest, ALinkInPlaceOfAFileIsNotFollowed) {
  const auto files = make_marks_files(run_, 1);
  const fs::path other = run_ / "other";
  std::ofstream(other) << "b 1001000000000 1/1 a\n";
  fs::remove(files->front());
  fs::create_symlink(other, files->front());
  EXPECT_TRUE(read_marks(run_, facts_, base::SteadyTime(1010s)).spans.empty());
}

TEST_F(RunMarksTest, AFileThatIsTooLargeIsReadUpToItsLimit) {
  const auto files = make_marks_files(run_, 1);
  std::ofstream(files->front()) << "b 1001000000000 1/1 a\n";
  fs::resize_file(files->front(), (std::uintmax_t{64} << 20) + 1);
  const phases::Marks marks = read_marks(run_, facts_, base::SteadyTime(1010s));
  EXPECT_EQ(marks.spans.size(), 1U);
  EXPECT_EQ(marks.troubles.too_many, 1U);
}

TEST_F(RunMarksTest, WithoutAFolderThereAreNone) {
  EXPECT_TRUE(read_marks(run_, facts_, base::SteadyTime(1010s)).spans.empty());
}

}  // namespace
}  // namespace gpubench::runs
