// The tree of phases.
#include "phases/phase_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "phase_script.h"

namespace gpubench::phases {
namespace {

const base::Window kRun{kStart, kStart + 10s};

// "a/b": its node.
const PhaseNode& node(const PhaseTree& tree, const std::string& path) {
  std::uint32_t at = 0;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    for (std::uint32_t i = 1; i < tree.nodes.size(); ++i)
      if (tree.nodes[i].parent == at && tree.names[tree.nodes[i].name] == name) {
        at = i;
        break;
      }
    begin = end + 1;
  }
  return tree.nodes[at];
}

TEST(PhaseTree, SelfIsWithoutWhatIsWithin) {
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  marks.span(lane, kStart + 1s, kStart + 6s, "a");
  marks.span(lane, kStart + 2s, kStart + 4s, "b");
  const PhaseTree tree = make_phase_tree(marks.finish(kRun.end), kRun);
  EXPECT_EQ(node(tree, "a").time, 5s);
  EXPECT_EQ(node(tree, "a").self_time, 3s);
  EXPECT_EQ(node(tree, "a/b").time, 2s);
  EXPECT_EQ(tree.nodes.front().self_time, 5s);
}

TEST(PhaseTree, RecursionIsAPhaseWithinItself) {
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  marks.begin(lane, kStart + 1s, "f");
  marks.begin(lane, kStart + 2s, "f");
  marks.end(lane, kStart + 3s, "f");
  marks.end(lane, kStart + 5s, "f");
  const PhaseTree tree = make_phase_tree(marks.finish(kRun.end), kRun);
  EXPECT_EQ(node(tree, "f").time, 4s);
  EXPECT_EQ(node(tree, "f").self_time, 3s);
  EXPECT_EQ(node(tree, "f/f").time, 1s);
  EXPECT_EQ(node(tree, "f").count, 1U);
}

TEST(PhaseTree, WhatLiesOutsideTheRunIsCutOff) {
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  marks.span(lane, kStart - 3s, kStart + 1s, "early");
  marks.span(lane, kStart + 9s, kStart + 20s, "late");
  marks.span(lane, kStart + 30s, kStart + 31s, "after");
  const PhaseTree tree = make_phase_tree(marks.finish(kRun.end), kRun);
  EXPECT_EQ(node(tree, "early").time, 1s);
  EXPECT_EQ(node(tree, "late").time, 1s);
  EXPECT_EQ(tree.nodes.size(), 3U);
}

TEST(PhaseTree, OtherLanesAreListedAndNotAdded) {
  MarkCollector marks;
  const std::uint32_t main = marks.lane(Origin::marks, "1/1");
  const std::uint32_t loader = marks.lane(Origin::marks, "1/2");
  marks.span(loader, kStart, kStart + 1s, "load");
  marks.span(loader, kStart + 2s, kStart + 3s, "load");
  marks.span(main, kStart + 1s, kStart + 8s, "train");
  const PhaseTree tree = make_phase_tree(marks.finish(kRun.end), kRun);
  EXPECT_EQ(tree.lanes[tree.main_lane].name, "1/1");
  ASSERT_EQ(tree.others.size(), 1U);
  EXPECT_EQ(tree.others[0].count, 2U);
  EXPECT_EQ(tree.others[0].time, 2s);
  EXPECT_EQ(tree.nodes.size(), 2U);
}

TEST(PhaseTree, MarksComeBeforeNvtxAndLogs) {
  MarkCollector marks;
  const std::uint32_t log = marks.lane(Origin::log, "log");
  const std::uint32_t nvtx = marks.lane(Origin::nvtx, "1/1");
  const std::uint32_t own = marks.lane(Origin::marks, "1/1");
  marks.span(log, kStart, kStart + 9s, "epoch");
  marks.span(nvtx, kStart, kStart + 8s, "range");
  marks.span(own, kStart + 1s, kStart + 2s, "train");
  const PhaseTree tree = make_phase_tree(marks.finish(kRun.end), kRun);
  EXPECT_EQ(tree.lanes[tree.main_lane].origin, Origin::marks);
}

TEST(PhaseTree, AChildThatOutlastsItsParentEndsWithIt) {
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::nvtx, "1/1");
  marks.span(lane, kStart + 1s, kStart + 3s, "a");
  marks.span(lane, kStart + 2s, kStart + 4s, "b");
  const PhaseTree tree = make_phase_tree(marks.finish(kRun.end), kRun);
  EXPECT_EQ(node(tree, "a/b").time, 1s);
  EXPECT_EQ(tree.nodes.front().self_time, 8s);
}

// Lines of a log that come together have one time.
TEST(PhaseTree, OfPhasesWithTheSameTimesTheOneThatEndedLastIsAround) {
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::log, "log");
  for (const char* name : {"a", "b", "c"}) marks.begin(lane, kStart + 1s, name);
  for (const char* name : {"c", "b", "a"}) marks.end(lane, kStart + 2s, name);
  const PhaseTree tree = make_phase_tree(marks.finish(kRun.end), kRun);
  EXPECT_EQ(node(tree, "a/b/c").time, 1s);
  EXPECT_EQ(node(tree, "a/b/c").depth, 3U);
}

TEST(PhaseTree, WorkBelongsToThePhaseAndThoseAroundIt) {
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  marks.span(lane, kStart + 1s, kStart + 6s, "train");
  marks.span(lane, kStart + 2s, kStart + 3s, "step");
  marks.work(lane, kStart + 2500ms, 64, "images");
  marks.work(marks.lane(Origin::marks, "2/2"), kStart + 2600ms, 64, "images");
  marks.work(lane, kStart + 5s, 10, "images");
  const PhaseTree tree = make_phase_tree(marks.finish(kRun.end), kRun);
  EXPECT_EQ(node(tree, "train").works.at(0).amount, 138);
  EXPECT_EQ(node(tree, "train/step").works.at(0).amount, 128);
}

}  // namespace
}  // namespace gpubench::phases
