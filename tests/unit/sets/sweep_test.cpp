// What the variants of a sweep come to, in a table and a picture.
#include "sets/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sets/summary.h"
#include "sets/sweep_picture.h"
#include "sets/values.h"

namespace gpubench::sets {
namespace {

using testing::HasSubstr;
using testing::Not;

class SweepTest : public testing::Test {
 protected:
  SweepTest() {
    set_.id = "a-set";
    set_.benchmark = "train";
    set_.sittings = {{}};
    set_.complete = true;
    for (const char* value : {"16", "32", "64"})
      set_.variants.push_back({"N=" + std::string(value), "train", "t", {{"N", value}}});
  }
  void add_block(const std::vector<double>& joules) {
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
      figures.elapsed = std::chrono::milliseconds(4000 - 500 * i);
      figures_[member.run] = figures;
    }
  }
  void add_blocks() {
    add_block({2100, 2001, 2003});
    add_block({2104, 2005, 2002});
    add_block({2098, 1999, 2004});
    add_block({2102, 2003, 2001});
  }

  RunSet set_;
  FiguresOfRuns figures_;
  std::size_t block_ = 0;
};

TEST_F(SweepTest, WhatCannotBeToldApartFromTheLeastIsNamed) {
  add_blocks();
  const Sweep sweep = sweep_of(set_, figures_);
  ASSERT_EQ(sweep.points.size(), 3U);
  EXPECT_EQ(sweep.least, 1U);
  EXPECT_FALSE(sweep.points[0].maybe_least);
  EXPECT_GT(sweep.points[0].more_energy->low, 0.045);
  EXPECT_TRUE(sweep.points[1].maybe_least);
  EXPECT_FALSE(sweep.points[1].more_energy) << "it is the least";
  EXPECT_TRUE(sweep.points[2].maybe_least);
  EXPECT_TRUE(sweep.points[2].more_energy->contains(0));
  EXPECT_THAT(summary_text(set_, figures_),
              HasSubstr("least       N=32, 2002.0 J \u00b1 0.21 %; cannot be told apart from it: N=64\n"));
}

TEST_F(SweepTest, OneBlockTellsNothingApart) {
  add_block({2100, 2000, 1990});
  const Sweep sweep = sweep_of(set_, figures_);
  EXPECT_EQ(sweep.least, 2U);
  for (const SweepPoint& point : sweep.points) EXPECT_TRUE(point.maybe_least);
  EXPECT_THAT(summary_text(set_, figures_), HasSubstr("fewer than two blocks"));
}

TEST_F(SweepTest, ADisagreementCountsByTheRunsThatHaveIt) {
  add_blocks();
  figures_["r0"].comparative = base::Energy::from_joules(50);  // k = 2
  figures_["r0"].disagreement = base::Energy::from_joules(20);
  const statistics::Floors floors = values_of(set_, figures_, "N=16", Metric::energy).floors;
  EXPECT_NEAR(floors.common, 20 / std::sqrt(4.0), 0.01) << "as compare has it";
  EXPECT_NEAR(floors.meter, 15 / std::sqrt(4.0), 0.01) << "what is left of 25";
}

TEST_F(SweepTest, NoRunsNoPoints) {
  EXPECT_FALSE(sweep_of(set_, figures_).least);
  EXPECT_THAT(summary_text(set_, figures_), HasSubstr("no run counts"));
}

TEST_F(SweepTest, APairIsNoSweep) {
  set_.variants = {{"base", "a", "a"}, {"against", "b", "b"}};
  EXPECT_FALSE(is_sweep(set_));
}

// For some heights a label that gave way by its own height still touched the other, by rounding, and gave way for ever.
TEST_F(SweepTest, LabelsAtOnePlaceFindTheirsAtEveryHeight) {
  const auto point_of = [](std::size_t variant, double joules) {
    SweepPoint point;
    point.variant = variant;
    point.energy = statistics::mean_of(std::vector{joules}, {});
    point.time = statistics::mean_of(std::vector{4.0}, {});
    return point;
  };
  for (int height = 0; height < 1000; ++height) {
    const double joules = 2000 + 0.01 * height;
    const Sweep sweep{{point_of(0, joules), point_of(1, joules), point_of(2, joules), point_of(0, 2000), point_of(0, 2010)},
                      {}};
    ASSERT_THAT(sweep_picture(set_, sweep), HasSubstr(">N=64</text>"));
  }
}

TEST_F(SweepTest, ThePictureMarksPointsAndIsHarmless) {
  set_.label = "x<script>&\"";
  add_blocks();
  const std::string picture = sweep_picture(set_, sweep_of(set_, figures_));
  EXPECT_THAT(picture, HasSubstr("class=\"point least\" cx=\"425.0\""));
  EXPECT_THAT(picture, HasSubstr(">N=64</text>"));
  EXPECT_THAT(picture, Not(HasSubstr("<script")));
  EXPECT_THAT(picture, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace gpubench::sets
