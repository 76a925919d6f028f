// `merge` of the parts of a job, and `report` of a job.
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "parts/part.h"
#include "support/saved_runs/saved_runs.h"
#include "unit/commands/command_test.h"

namespace gpubench::commands {
namespace {

using support::Until;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

class MergeTest : public CommandTest {
 protected:
  // Node `number` of two.
  void save_part(int number, const std::string& group = "job", Until until = Until::closing,
                 const std::string& version = "0.9") const {
    const std::string name = std::to_string(number) + "-n" + std::to_string(number);
    support::JournalledRun run{name, until};
    run.gpu = "GPU-" + std::to_string(number);
    fs::remove_all(nodes_ / name);
    support::save_journal(nodes_, run);
    parts::Part part;
    part.group = group;
    part.launcher = "--group";
    part.tool_version = version;
    part.node = "n" + std::to_string(number);
    part.node_number = number;
    part.nodes = 2;
    part.ranks = 2;
    const base::WallTime start(std::chrono::seconds(1'790'000'000));
    part.ran = {{number, start, start + std::chrono::seconds(10), 0, {run.gpu}}};
    part.ended = true;
    ASSERT_TRUE(parts::write_part(nodes_ / name, part));
  }
  static Said merge(const Words& words) {
    Words all{"merge"};
    all.insert(all.end(), words.begin(), words.end());
    return say(all);
  }
  [[nodiscard]] nlohmann::json job(const fs::path& folder = "results/job") const {
    return nlohmann::json::parse(text_of(folder_ / folder / "metrics.json"));
  }
  // The job's own files, without its parts'.
  static std::map<std::string, std::string> own_files(const fs::path& folder) {
    auto files = contents(folder);
    std::erase_if(files, [](const auto& file) { return file.first.starts_with("nodes"); });
    return files;
  }
  fs::path nodes_ = results_ / "job" / "nodes";
};

TEST_F(MergeTest, DamageInThePartsJournalIsSaidWithItsName) {
  save_part(0);
  save_part(1);
  const fs::path segment = nodes_ / "1-n1" / "journal" / "00000001.journal";
  const auto middle = static_cast<std::streamoff>(fs::file_size(segment) / 2);
  std::fstream(segment, std::ios::in | std::ios::out | std::ios::binary).seekp(middle).write("damage", 6);
  const Said said = merge({"job"});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.err, AllOf(testing::StartsWith("iris-gpubench: 1-n1: "), HasSubstr("are damaged")));
}

TEST_F(MergeTest, TheRecordIsTheSumAndTheSameFromEveryOrder) {
  save_part(0);
  save_part(1);
  const Said said = merge({"job"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("Results in results/job\n"));
  EXPECT_NEAR(job()["total_energy_joules"].get<double>(), 4000, 20);
  const auto first = own_files(results_ / "job");
  EXPECT_EQ(merge({"job"}).code, 0);
  EXPECT_EQ(own_files(results_ / "job"), first);
  fs::create_directory_symlink(fs::absolute(nodes_ / "0-n0"), folder_ / "link");
  EXPECT_EQ(merge({(nodes_ / "1-n1").string(), "link", (nodes_ / "0-n0").string(), "--output", "elsewhere"}).code, 0);
  EXPECT_EQ(contents("elsewhere"), first) << "a part that is named twice is one";
}

TEST_F(MergeTest, PartsWithoutTheirJobsFolderGoBelowTheResults) {
  save_part(0);
  save_part(1);
  fs::rename(nodes_ / "0-n0", "a");
  fs::rename(nodes_ / "1-n1", "b");
  fs::remove_all(results_);
  EXPECT_THAT(merge({"a", "b"}).out, HasSubstr("Results in results/job\n"));
  EXPECT_EQ(job()["device_count"], 2);
}

TEST_F(MergeTest, AMissingNodeLeavesNoTotal) {
  save_part(1);
  const Said said = merge({"job"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("at least"));
  EXPECT_TRUE(job()["total_energy_joules"].is_null());
  EXPECT_NEAR(job()["known_energy_joules"].get<double>(), 2000, 10);
}

TEST_F(MergeTest, AKilledPartIsRecovered) {
  save_part(0);
  save_part(1, "job", Until::middle);
  EXPECT_EQ(merge({"job"}).code, 0);
  EXPECT_EQ(job()["nodes"][0]["state"], "complete");
  EXPECT_EQ(job()["nodes"][1]["state"], "recovered");
}

// Whatever is wrong with one part, the others are merged and it is named.
TEST_F(MergeTest, APartThatCannotBeReadIsNamed) {
  save_part(0);
  save_part(1);
  const std::string part = text_of(nodes_ / "1-n1" / "part.json");
  for (const char* damaged : {"{", "[]", "{\"schema_version\": 99}", ""}) {
    write(nodes_ / "1-n1" / "part.json", damaged);
    const Said said = merge({"job"});
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("part_unknown")) << damaged;
    EXPECT_TRUE(job()["total_energy_joules"].is_null()) << damaged;
  }
  write(nodes_ / "1-n1" / "part.json", part);
  write(nodes_ / "1-n1" / "metrics.json", "{");
  EXPECT_THAT(merge({"job"}).out, HasSubstr("1-n1"));
}

TEST_F(MergeTest, WhatIsNoJobIsAUsageError) {
  fs::create_directories(results_ / "empty");
  write(folder_ / "file", "x");
  EXPECT_THAT(merge({}).err, HasSubstr("RUN is required"));
  for (const char* wrong : {"nothing", "empty", "file"}) {
    const Said said = merge({wrong});
    EXPECT_EQ(said.code, cli::kUsageError) << wrong;
    EXPECT_THAT(said.err,
                AllOf(HasSubstr(std::string("there is no part of a job in ") + wrong), HasSubstr("--group makes them")));
  }
  save_part(0);
  save_part(1, "another");
  EXPECT_THAT(merge({"job"}).err, AllOf(HasSubstr("1-n1"), HasSubstr("another")));
  save_part(1, "job", Until::closing, "1.0");
  EXPECT_THAT(merge({"job"}).err, HasSubstr("was measured by version"));
  EXPECT_FALSE(fs::exists(results_ / "job" / "metrics.json"));
}

TEST_F(MergeTest, AnOutputThatCannotBeWritten) {
  save_part(0);
  save_part(1);
  write(folder_ / "file", "kept");
  for (const char* wrong : {"file", "file/below"}) {
    const Said said = merge({"job", "--output", wrong});
    EXPECT_EQ(said.code, cli::kCannotRun) << wrong;
    EXPECT_THAT(said.err, AllOf(HasSubstr("could not write"), HasSubstr(wrong)));
    EXPECT_EQ(said.out.find("Results in"), std::string::npos) << wrong;
  }
  EXPECT_EQ(text_of(folder_ / "file"), "kept");
}

TEST_F(MergeTest, ReportMakesThePartsAndThenTheJob) {
  save_part(0);
  save_part(1);
  ASSERT_EQ(merge({"job"}).code, 0);
  const auto first = own_files(results_ / "job");
  for (const fs::path& file : {results_ / "job" / "metrics.json", nodes_ / "0-n0" / "metrics.json"}) fs::remove(file);
  const Said said = say({"report", "job", "--no_plot", "--no_html"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(own_files(results_ / "job"), first);
  EXPECT_TRUE(fs::exists(nodes_ / "0-n0" / "metrics.json"));
}

}  // namespace
}  // namespace gpubench::commands
