// The parts of a job on disk: finished, killed, under way, damaged; and what is made of them.
#include "jobs/merge_job.h"

#include <gmock/gmock.h>

#include <chrono>

#include "jobs/start.h"
#include "parts/part.h"
#include "runs/saved_metrics.h"
#include "series/journal/journal.h"
#include "support/manual_clock.h"
#include "unit/run/whole_run.h"

namespace gpubench::jobs {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MergeJobTest : public run::WholeRunTest {
 protected:
  static parts::Part part_of(int number, bool ended) {
    parts::Part part;
    part.group = "job-1";
    part.launcher = "slurm";
    part.tool_version = "0.1.0";
    part.node = "n" + std::to_string(number);
    part.node_number = number;
    part.nodes = 2;
    part.ranks = 2;
    part.ran = {{number, base::WallTime(1'790'000'000s), base::WallTime(1'790'000'010s), 0, {}}};
    part.ended = ended;
    return part;
  }
  [[nodiscard]] fs::path group() const { return results_ / "job-1"; }
  [[nodiscard]] fs::path node(int number) const {
    return group() / "nodes" / (std::to_string(number) + "-n" + std::to_string(number));
  }
  // A folder that says only of what it is a part.
  fs::path bare_part(int number, bool ended) const {
    fs::create_directories(node(number));
    EXPECT_TRUE(parts::write_part(node(number), part_of(number, ended)));
    return node(number);
  }
  // Of a real run.
  fs::path measured_part(int number) const {
    cli::RunSpec spec = spec_of("sleep 0.3");
    spec.results_dir = results_ / "made";
    EXPECT_EQ(run_benchmark(spec, {}), 0);
    fs::create_directories(node(number).parent_path());
    for (const auto& entry : fs::directory_iterator(results_ / "made"))
      if (!entry.is_symlink()) fs::rename(entry.path(), node(number));
    fs::remove_all(results_ / "made");
    return bare_part(number, true);
  }
  [[nodiscard]] base::Result<parts::Job> job() const { return read_job(part_folders(group()), {}); }
};

TEST_F(MergeJobTest, PartsAreFoundFromTheJobDownToOneOfThem) {
  const fs::path second = bare_part(1, true);
  const fs::path first = bare_part(0, true);
  fs::create_directories(group() / "nodes" / "no part");
  fs::create_directory_symlink(first, group() / "nodes" / "2-link");
  EXPECT_THAT(part_folders(group()), ElementsAre(first, second));
  EXPECT_THAT(part_folders(group() / "nodes"), ElementsAre(first, second));
  EXPECT_THAT(part_folders(second), ElementsAre(second));
  EXPECT_THAT(part_folders(results_ / "nowhere"), IsEmpty());
}

TEST_F(MergeJobTest, AKilledPartIsRecoveredAndADamagedOneIsMissing) {
  measured_part(0);
  const fs::path killed = measured_part(1);
  for (const char* name : {"metrics.json", "metrics.yml", "formatted_metrics.txt"}) fs::remove(killed / name);
  const auto whole = job();
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_TRUE(whole->is_complete());
  EXPECT_EQ(whole->nodes.size(), 2U);
  EXPECT_TRUE(fs::exists(killed / "metrics.json")) << "made of its journal";
  std::ofstream(killed / "part.json") << "{";
  const auto rest = job();
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_FALSE(rest->is_complete());
  std::string doubts;
  for (const parts::Doubt& doubt : rest->doubts) doubts += doubt.text + "\n";
  EXPECT_THAT(doubts, HasSubstr("1-n1"));
}

TEST_F(MergeJobTest, APartUnderWayIsNotReadWhileItIsWritten) {
  measured_part(0);
  const fs::path running = bare_part(1, false);
  const auto journal = series::Journal::create(running, "running").value();
  const auto now = job();
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_FALSE(now->is_complete());
  EXPECT_FALSE(fs::exists(running / "metrics.json"));
  journal->close();
}

TEST_F(MergeJobTest, WithoutAnyPartThereIsNoJob) {
  const auto none = job();
  ASSERT_FALSE(none);
  bare_part(0, true);  // without figures
  EXPECT_FALSE(job());
}

TEST_F(MergeJobTest, EachFileOfTheJobIsTriedAndTheFirstErrorReported) {
  measured_part(0);
  measured_part(1);
  const auto whole = job();
  ASSERT_TRUE(whole) << whole.error().message;
  ASSERT_TRUE(write_job(group(), *whole));
  const auto metrics = runs::read_saved_metrics(group());
  ASSERT_TRUE(metrics);
  EXPECT_EQ((*metrics)["nodes"].size(), 2U);
  EXPECT_THAT(text_of(group() / "ranks.csv"), HasSubstr("\n1,"));
  for (const char* name : {"metrics.json", "metrics.yml", "formatted_metrics.txt", "ranks.csv", "report.html"})
    EXPECT_TRUE(fs::remove(group() / name)) << name;
  fs::create_directory(group() / "metrics.json");
  const auto written = write_job(group(), *whole);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("metrics.json"));
  for (const char* name : {"metrics.yml", "formatted_metrics.txt", "ranks.csv", "report.html"})
    EXPECT_TRUE(fs::exists(group() / name)) << name;
}

TEST_F(MergeJobTest, ANameThatAnotherJobHadIsNotFree) {
  parts::Membership member;
  member.group = "job-1";
  EXPECT_TRUE(check_name_is_free(group(), member)) << "nobody was there";
  bare_part(0, true);
  bare_part(1, false);
  EXPECT_TRUE(check_name_is_free(group(), member)) << "the job is under way";
  std::ofstream(group() / "metrics.json") << "{}";
  const auto taken = check_name_is_free(group(), member);
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message, HasSubstr("rank 0 of the job job-1 has ended already"));
  EXPECT_THAT(taken.error().remedy, HasSubstr("another --group"));
  member.rank = 1;
  EXPECT_TRUE(check_name_is_free(group(), member)) << "one that comes late, or whose first try was killed";
}

// Waits on the given clock: each look moves it on by as long as the wait takes.
class WaitForParts : public MergeJobTest {
 protected:
  // How long it waited. `look`: called before each wait; true: give up.
  base::Duration waited(base::Duration patience, const std::function<bool(int)>& look = {}) const {
    const support::ManualClock clock;
    const base::SteadyTime begin = clock.now();
    int looks = 0;
    wait_for_parts(group(), patience, clock, [&](base::Duration time) {
      EXPECT_GT(time, base::Duration::zero());
      clock.advance(time);
      return look && look(++looks);
    });
    return clock.now() - begin;
  }
};

TEST_F(WaitForParts, EndsWithTheLastRank) {
  bare_part(0, true);
  const auto second_comes = [&](int look) {
    if (look == 3) bare_part(1, false);
    if (look == 6) bare_part(1, true);
    return false;
  };
  EXPECT_EQ(waited(30s, second_comes), 6 * 200ms);
  EXPECT_EQ(waited(30s), 0s) << "all are there";
}

// A rank says that it has ended just before its process lets go of the journal.
TEST_F(WaitForParts, EndsWhenThePartsCanBeRead) {
  bare_part(0, true);
  bare_part(1, true);
  auto journal = series::Journal::create(node(1), "1-n1").value();
  const auto is_gone = [&](int look) {
    if (look == 2) journal.reset();
    return false;
  };
  EXPECT_EQ(waited(30s, is_gone), 2 * 200ms);
}

TEST_F(WaitForParts, IsNotForEver) {
  bare_part(0, true);
  EXPECT_EQ(waited(1s), 1s) << "a rank never came";
  EXPECT_EQ(waited(250ms), 250ms) << "not until the next look";
  EXPECT_EQ(waited(0s), 0s);
  EXPECT_EQ(waited(30s, [](int look) { return look == 2; }), 400ms) << "a signal";
  std::ofstream(node(0) / "part.json") << "{";
  EXPECT_EQ(waited(1s), 1s) << "a part that cannot be read has not ended";
}

TEST_F(WaitForParts, APartWithoutTheNumberOfRanksEndsNoWait) {
  fs::create_directories(node(0));
  parts::Part part = part_of(0, true);
  part.ranks.reset();
  ASSERT_TRUE(parts::write_part(node(0), part));
  EXPECT_EQ(waited(1s), 1s);
}

}  // namespace
}  // namespace gpubench::jobs
