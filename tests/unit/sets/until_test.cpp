// When a set may stop early, and what its end says.
#include "sets/until.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sets/summary.h"
#include "sets/sweep.h"
#include "sets/value_findings.h"
#include "sets/variant_figures.h"

namespace gpubench::sets {
namespace {

using testing::HasSubstr;
using testing::Not;

class UntilTest : public testing::Test {
 protected:
  UntilTest() {
    set_.id = "a-set";
    set_.variants = {{"base", "a", "a"}};
    set_.sittings = {{}};
    set_.complete = true;
  }
  // Adds a block of runs.
  void add(const std::vector<double>& joules) {
    ++block_;
    for (std::size_t i = 0; i < joules.size(); ++i) {
      Member member;
      member.run = "r" + std::to_string(set_.members.size());
      member.block = block_;
      member.variant = set_.variants[i].name;
      set_.members.push_back(member);
      RunFigures figures;
      figures.energy = base::Energy::from_joules(joules[i]);
      figures.comparative = base::Energy::from_joules(joules[i] * 1e-6);
      figures.elapsed = std::chrono::seconds(30);
      figures.start = base::WallTime(std::chrono::seconds(1000 + 60 * block_));
      figures.boards = {{"GPU-1", *figures.energy}};
      figures_[member.run] = figures;
    }
  }
  [[nodiscard]] bool reached(const std::string& rule) const { return is_reached(parse_until(rule).value(), set_, figures_); }

  RunSet set_;
  FiguresOfRuns figures_;
  std::size_t block_ = 0;
};

TEST(ParseUntilTest, APrecisionOrDecided) {
  EXPECT_EQ(parse_until("energy 1%")->share, 0.01);
  EXPECT_EQ(parse_until("time 0.5 %")->metric, Metric::time);
  EXPECT_EQ(parse_until("decided")->rule, Until::Rule::decided);
  EXPECT_EQ(parse_until("")->rule, Until::Rule::all_runs);
  for (const char* odd :
       {"energy", "energy 1", "energy 0%", "energy -1%", "energy nan%", "score 1%", "1%", "energy 90%", "decide"})
    EXPECT_FALSE(parse_until(odd)) << odd;
}

// The example of section 5, test 6, of which the half-width is 0.26 % with n - 1 degrees of freedom.
TEST_F(UntilTest, APrecisionNeedsFiveRuns) {
  for (const double joules : {3012.0, 3020.0, 3008.0, 3016.0}) add({joules});
  EXPECT_FALSE(reached("energy 1%"));
  add({3024.0});
  EXPECT_TRUE(reached("energy 1%"));
  EXPECT_TRUE(reached("energy 0.27%"));
  EXPECT_FALSE(reached("energy 0.25%"));
}

TEST_F(UntilTest, OfPairsTheRatioCounts) {
  set_.variants.push_back({"against", "b", "b"});
  // Both drift by far more than 1 %, together.
  for (const double drift : {1.0, 1.1, 1.2, 1.3, 1.4, 1.5}) add({1000 * drift, 1020 * drift * (drift > 1.2 ? 1.0005 : 1)});
  EXPECT_TRUE(reached("energy 0.1%"));
  EXPECT_TRUE(reached("decided")) << "6 pairs are looked at";
  EXPECT_THAT(summary_text(set_, figures_), HasSubstr("against compared with base\nenergy      +2.0"));
}

// What a rule of --until stopped by has the interval that the rule asked for, wherever it is shown.
TEST_F(UntilTest, NinePairsHaveTheIntervalOfTheirRule) {
  set_.options.until = "energy 1%";
  set_.variants.push_back({"against", "b", "b"});
  for (const double change : {1.0, 2.0, 4.0, 1.0, 3.0, 2.0, 5.0, 1.0, 2.0}) add({1000.0, 1000.0 + change});
  const auto change = change_from_first(set_, figures_, set_.variants[1], Metric::energy);
  ASSERT_TRUE(change);
  const double half_width = (std::log1p(change->high) - std::log1p(change->low)) / 2;
  EXPECT_TRUE(reached("energy " + std::to_string(half_width * 100.01) + "%"));
  EXPECT_FALSE(reached("energy " + std::to_string(half_width * 99.99) + "%"));
  const Sweep sweep = sweep_of(set_, figures_);
  EXPECT_NEAR(sweep.points[1].more_energy->low, change->low, 1e-12);
  EXPECT_NEAR(sweep.points[1].energy.half_width(), mean_of_variant(set_, figures_, "against", Metric::energy)->half_width(),
              1e-12);
}

TEST_F(UntilTest, WhatIsEqualIsNotDecided) {
  set_.variants.push_back({"against", "b", "b"});
  for (int i = 0; i < 4; ++i) add({1000.0 + i, 1001.0 - i});
  EXPECT_FALSE(reached("decided"));
  EXPECT_THAT(summary_text(set_, figures_), HasSubstr("no difference found"));
  EXPECT_THAT(not_reached(parse_until("decided").value(), set_).text, HasSubstr("unclear"));
}

// t = 1.9: the interval of the summary contains 0.
TEST_F(UntilTest, WhatTheSummaryCannotTellApartIsNotDecided) {
  set_.options.until = "decided";
  set_.variants.push_back({"against", "b", "b"});
  for (int i = 0; i < 20; ++i) add({1000, 1000 * std::exp(0.01 * (1.9 / std::sqrt(19.0) + (i % 2 == 0 ? 1 : -1)))});
  EXPECT_THAT(summary_text(set_, figures_), HasSubstr("no difference found"));
  EXPECT_FALSE(reached("decided"));
}

TEST_F(UntilTest, TheLastLookDoesNotNeedEveryPair) {
  set_.options.until = "decided";
  set_.options.max_runs = 20;
  set_.variants.push_back({"against", "b", "b"});
  for (int i = 0; i < 19; ++i) add({1000, i % 2 == 0 ? 1010.0 : 1012.0});
  EXPECT_FALSE(reached("decided")) << "no look is due";
  add({1000, 1011});
  set_.members.back().role = Role::excluded;
  set_.members.back().reasons = {"foreign_process"};
  EXPECT_TRUE(reached("decided")) << "19 pairs count, and no more follow";
}

TEST_F(UntilTest, TheSummaryStatesTheIntervalAndWhatItIsOf) {
  for (const double joules : {3012.0, 3020.0, 3008.0, 3016.0, 3024.0}) add({joules});
  const std::string text = summary_text(set_, figures_);
  EXPECT_THAT(
      text, HasSubstr("energy      3016.0 J \u00b1 0.26 % on this board (95 %, 5 runs), \u00b1 5.78 % absolute; CV 0.21 %, "
                      "3008.0 to 3024.0"));
  EXPECT_THAT(so_far_text(set_, figures_, "base"), testing::Eq("mean so far 3016.0 J \u00b1 0.26 %"));
}

TEST_F(UntilTest, OneRunHasNoInterval) {
  EXPECT_THAT(summary_text(set_, figures_), HasSubstr("not available: no run counts"));
  add({3012});
  EXPECT_THAT(summary_text(set_, figures_), HasSubstr("3012.0 J (1 run: the scatter is not known)"));
}

// The examples of section 5, test 11.
TEST_F(UntilTest, AFirstRunThatIsNotLikeTheOthersIsNamed) {
  for (const double joules : {3055.0, 3012.0, 3020.0, 3008.0, 3016.0, 3024.0}) add({joules});
  add_value_findings(set_, figures_);
  ASSERT_FALSE(set_.findings.empty());
  EXPECT_EQ(set_.findings.front().name, "first_run_differs");
  add_value_findings(set_, figures_);
  EXPECT_EQ(set_.findings.front().name, "first_run_differs") << "once";
  EXPECT_LE(set_.findings.size(), 2U);
}

TEST_F(UntilTest, ADriftIsNamedWithItsSize) {
  for (const double joules : {3000.0, 3004.0, 3007.0, 3009.0, 3013.0, 3014.0, 3018.0, 3021.0}) add({joules});
  add_value_findings(set_, figures_);
  ASSERT_EQ(set_.findings.size(), 1U);
  EXPECT_EQ(set_.findings[0].name, "drift");
  EXPECT_THAT(set_.findings[0].text, HasSubstr("+0.67 %"));
}

TEST_F(UntilTest, HostileNamesStayInTheirLine) {
  set_.label = "a\n::error::\x1b[31m";
  set_.findings = {{"x\ny", "z\rw"}};
  add({3012});
  set_.members[0].role = Role::excluded;
  set_.members[0].reasons = {"odd\nreason"};
  const std::string text = summary_text(set_, figures_);
  for (const char* bad : {"\n::error::", "\x1b", "x\ny", "\r", "odd\nreason"}) EXPECT_THAT(text, Not(HasSubstr(bad)));
  EXPECT_THAT(text, HasSubstr("excluded    run 1: odd reason"));
}

}  // namespace
}  // namespace gpubench::sets
