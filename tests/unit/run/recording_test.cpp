#include "run/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace gpubench::run {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

class RecordingTest : public testing::Test {
 protected:
  RecordingTest() {
    spec_.results_dir = results_;
    spec_.workload.benchmarks.emplace_back().arguments = {"./demo"};
  }
  ~RecordingTest() override { fs::remove_all(results_); }

  [[nodiscard]] base::Result<std::unique_ptr<Recording>> create() const {
    return Recording::create(spec_, base::WallTime{std::chrono::seconds(1795000000)}, {meter::GpuDescription{}});
  }
  static std::string text_of(const fs::path& path) {
    std::ifstream in(path);
    return (std::ostringstream() << in.rdbuf()).str();
  }

  const fs::path results_ = fs::path(testing::TempDir()) / ("recording-" + std::to_string(getpid()));
  cli::RunSpec spec_;
};

TEST_F(RecordingTest, MakesAFolderWithALogAndAJournal) {
  const auto recording = create();
  ASSERT_TRUE(recording) << recording.error().message;
  const fs::path folder = (*recording)->directory().path;
  EXPECT_THAT(folder.filename().string(), HasSubstr("demo"));
  EXPECT_EQ((*recording)->series().size(), 1U);
  (*recording)->log().info("a line");
  EXPECT_THAT(text_of(folder / "runtime.log"), HasSubstr("info a line"));
  EXPECT_TRUE(fs::exists(folder / "journal"));
}

TEST_F(RecordingTest, TwoRunsOfOneMomentHaveTwoFolders) {
  const auto first = create();
  const auto second = create();
  ASSERT_TRUE(first && second);
  EXPECT_NE((*first)->directory().path, (*second)->directory().path);
}

TEST_F(RecordingTest, TheLogHasItsLevel) {
  spec_.log_level = "warning";
  const auto recording = create();
  ASSERT_TRUE(recording);
  (*recording)->log().info("unimportant");
  (*recording)->log().warn("important");
  const std::string log = text_of((*recording)->directory().file("runtime.log"));
  EXPECT_THAT(log, HasSubstr("important"));
  EXPECT_THAT(log, Not(HasSubstr("unimportant")));
}

TEST_F(RecordingTest, NothingIsLeftOfWhatIsDiscarded) {
  const auto recording = create();
  ASSERT_TRUE(recording);
  (*recording)->discard();
  EXPECT_FALSE(fs::exists((*recording)->directory().path));
}

TEST_F(RecordingTest, AFolderThatCannotBeMadeIsAnError) {
  std::ofstream(results_) << "a file";
  const auto recording = create();
  ASSERT_FALSE(recording);
  EXPECT_THAT(recording.error().message, HasSubstr(results_.string()));
}

TEST_F(RecordingTest, ClosingAWholeJournalIsNoFinding) {
  const auto recording = create();
  ASSERT_TRUE(recording);
  record::RunRecord run;
  (*recording)->close(run);
  EXPECT_TRUE(run.findings.empty());
}

}  // namespace
}  // namespace gpubench::run
