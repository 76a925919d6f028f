// A set as the command line says it, and one that is resumed; then whole sets of short runs.
#include "run/set_job.h"

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "cli/parse.h"
#include "platform/files.h"
#include "unit/run/whole_run.h"

namespace gpubench::run {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;

class SetTest : public WholeRunTest {
 protected:
  // A line whose runs are those of WholeRunTest.
  [[nodiscard]] cli::RunLine line_of(const Words& words, const std::string& shell_line) const {
    cli::RunLine line;
    cli::OptionTable table{cli::run_options(line)};
    table.arguments = &line.workload.benchmark.arguments;
    Words all{"--results_dir", results_.string()};
    all.insert(all.end(), words.begin(), words.end());
    all.insert(all.end(), {"--", "sh", "-c", shell_line});
    const auto parsed = cli::parse(table, all);
    EXPECT_TRUE(parsed) << parsed.error().message;
    const cli::RunSpec base = spec_of("");
    workload::WorkloadSpec workload = line.spec.workload;
    record::RunSettings settings = line.spec.settings;
    line.spec = base;
    line.spec.workload = std::move(workload);
    line.spec.workload.environment = base.workload.environment;
    line.spec.settings.label = settings.label;
    return line;
  }
  static cli::RunSpec as_it_is(cli::RunSpec spec) { return spec; }
  base::Result<SetJob> job(const Words& words, const std::string& shell_line) const {
    return new_set(line_of(words, shell_line), as_it_is);
  }
  int go(SetJob job) {
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    const int status = run_set(std::move(job), {});
    said_ = testing::internal::GetCapturedStderr();
    printed_ = testing::internal::GetCapturedStdout();
    return status;
  }
  int go(const Words& words, const std::string& shell_line) {
    auto made = job(words, shell_line);
    EXPECT_TRUE(made) << made.error().message;
    return made ? go(*std::move(made)) : -1;
  }
  [[nodiscard]] sets::SavedSet saved() const {
    const auto all = sets::set_folders(results_);
    EXPECT_EQ(all.size(), 1U);
    if (all.size() != 1) return {};
    auto set = sets::load_set(all.front());
    EXPECT_TRUE(set) << set.error().message;
    return {all.front(), set.value_or(sets::RunSet())};
  }
  // "warmup counted counted"
  [[nodiscard]] std::string roles() const {
    std::string text;
    for (const sets::Member& member : saved().set.members)
      text += (text.empty() ? "" : " ") + std::string(sets::role_name(member.role));
    return text;
  }
  base::Result<SetJob> resumed(const Words& words, const std::string& shell_line, const std::string& name) const {
    cli::RunLine line = line_of(words, shell_line);
    line.set.resume = name;
    auto found = find_set_to_resume(line);
    if (!found) return base::failure(found.error());
    return resumed_set(*std::move(found), line, as_it_is);
  }

  std::string said_;
  std::string printed_;
};

TEST_F(SetTest, ANewSetHasWhatTheLineSays) {
  const auto made = job({"--runs", "3", "--seed", "7", "--label", "mine", "--parameter", "N=1,2"}, "exit {N}");
  ASSERT_TRUE(made) << made.error().message;
  const sets::RunSet& set = made->saved.set;
  EXPECT_EQ(set.seed, 7U);
  EXPECT_EQ(set.label, "mine");
  EXPECT_THAT(set.id, HasSubstr("-set-sh"));
  EXPECT_EQ(set.options.runs, 3U);
  EXPECT_EQ(set.options.warmup, 1U);
  ASSERT_EQ(set.variants.size(), 2U);
  EXPECT_EQ(set.variants[1].name, "N=2");
  EXPECT_EQ(made->specs[1].workload.benchmarks.front().arguments.back(), "exit 2");
  EXPECT_EQ(set.working_folder, fs::current_path());
  EXPECT_FALSE(fs::exists(results_)) << "nothing is made yet";
  EXPECT_FALSE(job({"--parameter", "N=1,2"}, "true")) << "there is no {N}";
}

TEST_F(SetTest, ASeedThatIsNotGivenCanBeTypedAgain) {
  const auto made = job({"--runs", "2"}, "true");
  ASSERT_TRUE(made);
  EXPECT_LE(made->saved.set.seed, 0xFFFFFFFFU);
}

TEST_F(SetTest, AWholeSetIsCompleteAndLatest) {
  EXPECT_EQ(go({"--runs", "2", "--warmup", "1", "--label", "three"}, "true"), 0) << said_;
  EXPECT_EQ(roles(), "warmup counted counted");
  const sets::SavedSet set = saved();
  EXPECT_TRUE(set.set.complete);
  EXPECT_EQ(set.set.sittings.size(), 1U);
  EXPECT_EQ(fs::read_symlink(results_ / "latest"), set.set.id);
  EXPECT_EQ(folders().size(), 4U);
  for (const sets::Member& member : set.set.members) EXPECT_TRUE(fs::exists(set.run_folder(member) / "metrics.json"));
  const auto again = resumed({"--runs", "2", "--warmup", "1", "--label", "three"}, "true", "three");
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("is complete"));
}

TEST_F(SetTest, ARunThatFailsEndsTheSetUnlessItIsToGoOn) {
  EXPECT_EQ(go({"--runs", "3", "--warmup", "0"}, "exit 4"), 4);
  EXPECT_EQ(roles(), "excluded");
  EXPECT_FALSE(saved().set.complete);
  fs::remove_all(results_);
  EXPECT_EQ(go({"--runs", "3", "--warmup", "0", "--keep_going"}, "exit 4"), 4) << "the first status counts";
  EXPECT_EQ(roles(), "excluded excluded excluded");
  EXPECT_TRUE(saved().set.complete);
}

TEST_F(SetTest, WhatCannotRunLeavesNoSet) {
  auto made = job({"--runs", "3"}, "true");
  ASSERT_TRUE(made);
  made->specs.front().workload.benchmarks.front().arguments = {"/nonexistent/program"};
  EXPECT_EQ(go(*std::move(made)), 125);
  EXPECT_FALSE(fs::exists(results_));
}

TEST_F(SetTest, ASignalEndsTheSetAndItGoesOnWhereItWas) {
  const Words words{"--runs", "2", "--warmup", "0", "--seed", "1"};
  const std::string once = results_.string() + "-once";
  const std::string line =
      "test -e " + once + " || { touch " + once + "; kill -INT " + std::to_string(getpid()) + "; exec sleep 60; }";
  EXPECT_EQ(go(words, line), 130);
  EXPECT_EQ(roles(), "excluded");
  EXPECT_THAT(saved().set.members.front().reasons, ElementsAre(std::string(sets::kInterrupted)));
  const std::string id = saved().set.id;
  EXPECT_THAT(resumed({"--runs", "3", "--warmup", "0", "--seed", "1"}, line, id).error().message,
              HasSubstr("does not agree with its command line"));
  EXPECT_THAT(resumed(words, "other", id).error().remedy, HasSubstr("begin a new set"));
  auto again = resumed(words, line, id);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(go(*std::move(again)), 0) << said_;
  EXPECT_EQ(roles(), "excluded counted counted");
  EXPECT_EQ(saved().set.sittings.size(), 2U);
  EXPECT_EQ(saved().set.members.back().sitting, 2U);
  EXPECT_TRUE(saved().set.complete);
  fs::remove(once);
}

TEST_F(SetTest, ASignalDuringThePauseEndsItBeforeTheNextRun) {
  auto made = job({"--runs", "2", "--warmup", "0", "--pause", "50"}, "true");
  ASSERT_TRUE(made);
  const std::string seen = "grep -qs '\"counted\"' " + results_.string() + "/*/set.json";
  const std::string sender =
      "for i in $(seq 300); do " + seen + " && kill -TERM " + std::to_string(getpid()) + " && break; sleep 0.1; done";
  const pid_t child = fork();
  if (child == 0) execl("/bin/sh", "sh", "-c", sender.c_str(), nullptr);
  EXPECT_EQ(go(*std::move(made)), 143);
  waitpid(child, nullptr, 0);
  EXPECT_THAT(said_, HasSubstr("SIGTERM: the set ends here"));
  EXPECT_THAT(said_, HasSubstr("--resume " + saved().set.id + " --results-dir"));
  EXPECT_EQ(roles(), "counted");
}

TEST_F(SetTest, ASetUnderWayIsNotResumedTwice) {
  EXPECT_EQ(go({"--runs", "2", "--warmup", "0"}, "exit 4"), 4);
  auto again = resumed({"--runs", "2", "--warmup", "0"}, "exit 4", saved().set.id);
  ASSERT_TRUE(again) << again.error().message;
  const platform::FolderLock other(saved().folder);
  ASSERT_TRUE(other.is_ours());
  EXPECT_EQ(go(*std::move(again)), 125);
  EXPECT_THAT(said_, HasSubstr("is under way"));
}

TEST_F(SetTest, ASetIsResumedInItsOwnFolderByANameThatExists) {
  EXPECT_EQ(go({"--runs", "2", "--warmup", "0", "--label", "mine"}, "exit 4"), 4);
  EXPECT_THAT(resumed({}, "exit 4", "yours").error().message, StartsWith("there is no set \"yours\" in "));
  const fs::path before = fs::current_path();
  fs::current_path("/");
  const auto elsewhere = resumed({"--runs", "2", "--warmup", "0", "--label", "mine"}, "exit 4", "mine");
  fs::current_path(before);
  ASSERT_FALSE(elsewhere);
  EXPECT_THAT(elsewhere.error().message, HasSubstr("was begun in the folder " + before.string()));
}

TEST_F(SetTest, VariantsAreRunInBlocks) {
  EXPECT_EQ(go({"--runs", "2", "--warmup", "0", "--parameter", "N=0.01,0.02", "--seed", "3"}, "sleep {N}"), 0) << said_;
  const sets::RunSet set = saved().set;
  ASSERT_EQ(set.members.size(), 4U);
  for (std::size_t block = 0; block < 2; ++block) {
    EXPECT_NE(set.members[2 * block].variant, set.members[2 * block + 1].variant);
    EXPECT_EQ(set.members[2 * block].block, block + 1);
    EXPECT_EQ(set.members[2 * block + 1].block, block + 1);
  }
}

TEST_F(SetTest, ATemperatureThatIsNotReachedIsSaidOnce) {
  EXPECT_EQ(go({"--runs", "2", "--warmup", "0", "--start_at", "110C"}, "true"), 0) << said_;
  const auto findings = saved().set.findings;
  ASSERT_EQ(std::count_if(findings.begin(), findings.end(),
                          [](const auto& one) { return one.name == "start_temperature_not_reached"; }),
            1);
  EXPECT_THAT(findings.front().text, HasSubstr("before run 1 a GPU had only"));
}

TEST_F(SetTest, ASetThatPrintsSaysWhichRunItIsAndWhatItCameTo) {
  auto made = job({"--runs", "1", "--warmup", "1"}, "true");
  ASSERT_TRUE(made);
  made->specs.front().quiet = false;
  EXPECT_EQ(go(*std::move(made)), 0) << said_;
  EXPECT_THAT(printed_, HasSubstr("Run 1 of 2 (warm-up)"));
  EXPECT_THAT(printed_, HasSubstr("Run 2 of 2\n"));
  EXPECT_THAT(printed_, HasSubstr(" left\n"));
  EXPECT_THAT(printed_, HasSubstr("set.json"));
}

}  // namespace
}  // namespace gpubench::run
