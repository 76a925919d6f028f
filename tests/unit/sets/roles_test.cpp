// Which runs count: by what is known of them, never by their values.
#include "sets/roles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace gpubench::sets {
namespace {

using testing::ElementsAre;

class RolesTest : public testing::Test {
 protected:
  RolesTest() {
    set_.variants = {{"base", "", ""}, {"against", "", ""}};
    set_.sittings = {{}};
  }
  void add(const std::string& run, std::size_t block, const std::string& variant, std::vector<std::string> findings = {}) {
    Member member;
    member.run = run;
    member.block = block;
    member.variant = variant;
    set_.members.push_back(member);
    RunFigures figures;
    figures.energy = base::Energy::from_joules(100);
    figures.findings = std::move(findings);
    figures_[run] = figures;
  }
  [[nodiscard]] std::vector<std::string> counted(const std::string& variant) const {
    std::vector<std::string> runs;
    for (const Member* member : counted_members(set_, variant)) runs.push_back(member->run);
    return runs;
  }
  RunSet set_;
  FiguresOfRuns figures_;
};

TEST_F(RolesTest, AnExcludedRunTakesItsPairWithIt) {
  add("w", 0, "base");
  add("a1", 1, "base");
  add("b1", 1, "against", {"carbon_fallback"});
  add("a2", 2, "base", {"foreign_process", "methods_disagree"});
  add("b2", 2, "against");
  assign_roles(set_, figures_);
  EXPECT_EQ(set_.members[0].role, Role::warmup);
  EXPECT_EQ(set_.members[2].role, Role::counted) << "a fallback factor says nothing of the energy";
  EXPECT_THAT(set_.members[3].reasons, ElementsAre("foreign_process"));
  EXPECT_THAT(counted("base"), ElementsAre("a1"));
  EXPECT_THAT(counted("against"), ElementsAre("b1"));
}

TEST_F(RolesTest, ThrottledRunsCountOnlyIfAllAreThrottled) {
  add("a1", 1, "base", {"throttled"});
  add("b1", 1, "against", {"throttled"});
  assign_roles(set_, figures_);
  EXPECT_THAT(counted("base"), ElementsAre("a1"));
  add("a2", 2, "base");
  add("b2", 2, "against");
  assign_roles(set_, figures_);
  EXPECT_THAT(set_.members[0].reasons, ElementsAre("throttled"));
  EXPECT_THAT(counted("base"), ElementsAre("a2"));
}

TEST_F(RolesTest, AnUnknownEnergyIsAReason) {
  add("a1", 1, "base");
  figures_["a1"].energy.reset();
  assign_roles(set_, figures_);
  EXPECT_THAT(set_.members[0].reasons, ElementsAre("energy_unknown"));
}

TEST_F(RolesTest, ARunOfAKilledToolStaysExcluded) {
  add("a1", 1, "base");
  set_.members[0].role = Role::excluded;
  set_.members[0].reasons = {"not_finished"};
  assign_roles(set_, figures_);
  EXPECT_EQ(set_.members[0].role, Role::excluded);
}

TEST(RunFiguresTest, AreReadFromMetrics) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / ("gpubench-figures-" + std::to_string(getpid()));
  fs::create_directories(folder);
  std::ofstream(folder / "metrics.json") << R"({"total_energy_joules":100.5,"elapsed_time":2.5,"total_carbon":null,
    "score":"odd","total_energy_uncertainty":{"comparative_joules":0.4,"terms":[{"name":"disagreement","standard_joules":0.1}]},
    "gpus":[{"uuid":"GPU-1","energy_joules":100.5},{"uuid":"GPU-2","energy_joules":null},5],"source":{"replay":true},
    "findings":[{"name":"replayed","text":"words"}]})";
  const auto figures = read_figures(folder);
  fs::remove_all(folder);
  ASSERT_TRUE(figures);
  EXPECT_EQ(figures->energy->joules(), 100.5);
  EXPECT_EQ(base::to_seconds(figures->elapsed), 2.5);
  EXPECT_EQ(figures->comparative->joules(), 0.4);
  EXPECT_EQ(figures->disagreement.joules(), 0.1);
  EXPECT_FALSE(figures->emissions || figures->score);
  ASSERT_EQ(figures->boards.size(), 1U);
  EXPECT_EQ(figures->boards[0].uuid, "GPU-1");
  EXPECT_TRUE(figures->replay);
  EXPECT_THAT(figures->findings, ElementsAre("replayed"));
  EXPECT_FALSE(read_figures(folder));
}

}  // namespace
}  // namespace gpubench::sets
