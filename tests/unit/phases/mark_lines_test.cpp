// Reading a file of marks.
#include "phases/mark_lines.h"

#include <gtest/gtest.h>

#include <string>

namespace gpubench::phases {
namespace {

using namespace std::chrono_literals;

const MachineClock kHere{"boot-1", 4026531834, {base::SteadyTime(1000s), base::WallTime(1'700'000'000s)}};

Marks read(const std::string& text, base::SteadyTime end = base::SteadyTime(2000s)) {
  MarkCollector marks;
  MarkLines lines(marks, kHere);
  lines.read(text);
  lines.finish();
  return marks.finish(end);
}

TEST(MarkLines, TheNumbersThatPytorchGivesItsOperatorsAreNoPartOfTheirNames) {
  const Marks marks = read(
      "x 1001000000000:1002000000000 nvtx:7/8 aten::conv2d, seq = 0, op_id = 13\n"
      "x 1003000000000:1004000000000 nvtx:7/8 aten::conv2d, seq = 8, op_id = 99, sizes = [[256, 3, 64, 64], []]\n"
      "x 1005000000000:1006000000000 nvtx:7/8 epoch 1, seq 2\nx 1007000000000:1008000000000 7/8 mine, seq = 1\nn "
      "1009000000000 nvtx:7 12\n");
  EXPECT_EQ(marks.names, (std::vector<std::string>{"aten::conv2d", "epoch 1, seq 2", "mine, seq = 1"}));
  EXPECT_EQ(marks.spans.size(), 4U);
  EXPECT_EQ(marks.short_ranges, 12U);
  EXPECT_FALSE(marks.troubles.any());
}

TEST(MarkLines, BeginAndEndMakeASpan) {
  const Marks marks = read("b 1001000000000 7/8 train\ne 1003500000000 7/8 train\n");
  ASSERT_EQ(marks.spans.size(), 1U);
  EXPECT_EQ(marks.spans[0].start, base::SteadyTime(1001s));
  EXPECT_EQ(marks.spans[0].end, base::SteadyTime(1003500ms));
  EXPECT_EQ(marks.names[marks.spans[0].name], "train");
  EXPECT_EQ(marks.lanes[marks.spans[0].lane], (Lane{Origin::marks, "7/8"}));
  EXPECT_FALSE(marks.troubles.any());
}

TEST(MarkLines, SpansOfOneLineMomentsAndWork) {
  const Marks marks = read(
      "x 1001000000000:1002000000000 nvtx:7/8 aten::mm\ni 1003000000000 7/8 checkpoint\nw 1004000000000 7/8 640 images\n");
  ASSERT_EQ(marks.spans.size(), 2U);
  EXPECT_EQ(marks.lanes[marks.spans[0].lane], (Lane{Origin::nvtx, "7/8"}));
  EXPECT_EQ(marks.spans[1].start, marks.spans[1].end);
  ASSERT_EQ(marks.works.size(), 1U);
  EXPECT_EQ(marks.works[0].amount, 640);
  EXPECT_EQ(marks.names[marks.works[0].unit], "images");
}

TEST(MarkLines, BytesMayBeCutAnywhere) {
  const std::string text = "b 1001000000000 7/8 a name with spaces\ne 1002000000000 7/8 a name with spaces\n";
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    MarkCollector marks;
    MarkLines lines(marks, kHere);
    lines.read(text.substr(0, cut));
    lines.read(text.substr(cut));
    lines.finish();
    const Marks got = marks.finish(base::SteadyTime(2000s));
    ASSERT_EQ(got.spans.size(), 1U) << cut;
    EXPECT_FALSE(got.troubles.any()) << cut;
  }
}

TEST(MarkLines, WallClockTimesAreOfTheSameTimeline) {
  const Marks marks = read("b r1700000001000000 7/8 a\ne r1700000002500000 7/8 a\n");
  ASSERT_EQ(marks.spans.size(), 1U);
  EXPECT_EQ(marks.spans[0].start, base::SteadyTime(1001s));
  EXPECT_EQ(marks.spans[0].end, base::SteadyTime(1002500ms));
}

// The mark's own clock counts, whatever the wall clock did in between.
TEST(MarkLines, WallClockOfTheWriterMattersOnlyIfItsOwnClockIsAnother) {
  const Marks same = read("h 1001000000000 7 1600000000000000 boot-1 4026531834\nb 1001000000000 7/8 a\n");
  EXPECT_EQ(same.spans.at(0).start, base::SteadyTime(1001s));
  EXPECT_EQ(same.troubles.other_clock, 0U);
  const Marks other = read("h 5000000000 7 1700000001000000 boot-2 4026531834\nb 6000000000 7/8 a\nb 1001000000000 9/9 b\n");
  ASSERT_EQ(other.spans.size(), 2U);
  EXPECT_EQ(other.spans[0].start, base::SteadyTime(1002s));
  EXPECT_EQ(other.spans[1].start, base::SteadyTime(1001s));
  EXPECT_EQ(other.troubles.other_clock, 1U);
}

TEST(MarkLines, NvtxRangesOfAWriterWithAnotherClockAreMovedLikeItsMarks) {
  const Marks marks = read("h 5000000000 7 1700000001000000 boot-2 4026531834\nx 6000000000:7000000000 nvtx:7/8 a\n");
  ASSERT_EQ(marks.spans.size(), 1U);
  EXPECT_EQ(marks.spans[0].start, base::SteadyTime(1002s));
  EXPECT_EQ(marks.spans[0].end, base::SteadyTime(1003s));
  EXPECT_EQ(marks.lanes[marks.spans[0].lane], (Lane{Origin::nvtx, "7/8"}));
}

TEST(MarkLines, WhatIsTornOrMissingIsCounted) {
  const Marks marks = read(
      "b 1001000000000 7/8 a\nb 1002000000000 7/8 b\ne 1003000000000 7/8 a\ne 1004000000000 7/8 c\n"
      "b 1005000000000 7/8 open\nb - 7/8 untimed\nnonsense\n\nx 3:2 7/8 backwards\nb 10060000");
  EXPECT_EQ(marks.troubles.torn, 1U);
  EXPECT_EQ(marks.troubles.begins_without_end, 2U);  // b, and what is open at the end
  EXPECT_EQ(marks.troubles.ends_without_begin, 1U);
  EXPECT_EQ(marks.troubles.untimed, 1U);
  EXPECT_EQ(marks.troubles.unreadable, 2U);
  ASSERT_EQ(marks.spans.size(), 3U);
  EXPECT_EQ(marks.spans[0].end, base::SteadyTime(1003s));  // b ends with a
  EXPECT_EQ(marks.spans[2].end, base::SteadyTime(2000s));  // with the run
  EXPECT_EQ(troubles_text(marks.troubles),
            "2 lines that are no marks; 1 line without its end; 2 begins without an end; 1 end without a begin; "
            "1 mark without a time");
}

TEST(MarkLines, ArrivalIsTheTimeOfMarksWithoutOne) {
  MarkCollector marks;
  MarkLines lines(marks, kHere);
  lines.read("b - 7/8 a\n", base::SteadyTime(1001s));
  lines.read("e - 7/8 a\n", base::SteadyTime(1002s));
  const Marks got = marks.finish(base::SteadyTime(2000s));
  ASSERT_EQ(got.spans.size(), 1U);
  EXPECT_EQ(got.spans[0].end - got.spans[0].start, 1s);
}

TEST(MarkLines, BlankNamesAreNoNames) {
  const Marks marks = read(
      "b 1001000000000 7/8  \ne 1002000000000 7/8  \nb 1003000000000 7/8 \t\x7f \ne 1004000000000 7/8 \t\x7f \n"
      "w 1005000000000 7/8 640  \n");
  EXPECT_EQ(marks.names, (std::vector<std::string>{"(no name)", "units"}));
  EXPECT_EQ(marks.spans.size(), 2U);
  EXPECT_FALSE(marks.troubles.any());
}

TEST(MarkLines, LinesThatAreTooLongAreLeftOut) {
  const Marks marks = read("b 1001000000000 7/8 " + std::string(100'000, 'a') + "\nb 1002000000000 7/8 good\n");
  EXPECT_EQ(marks.troubles.unreadable, 1U);
  EXPECT_EQ(marks.spans.size(), 1U);
}

TEST(MarkLines, NamesAreForeignText) {
  const Marks marks = read("b 1001000000000 7/8 \x1b[31mred\xff\n");
  EXPECT_EQ(marks.names.at(0).find('\x1b'), std::string::npos);
}

TEST(MarkCollector, TooManyNamesShareOne) {
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  for (int i = 0; i < 5000; ++i) {
    marks.begin(lane, base::SteadyTime(1000s + i * 1s), "name " + std::to_string(i));
    marks.end(lane, base::SteadyTime(1000s + i * 1s + 500ms), "name " + std::to_string(i));
  }
  const Marks got = marks.finish(base::SteadyTime(9000s));
  EXPECT_EQ(got.names.size(), kMostNames + 1);
  EXPECT_EQ(got.spans.size(), 5000U);
  EXPECT_FALSE(got.troubles.any());
}

TEST(MarkCollector, DeepNestingIsLeftOutAndItsEndsWithIt) {
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  for (int i = 0; i < 100; ++i) marks.begin(lane, base::SteadyTime(1000s + i * 1ms), "a");
  for (int i = 0; i < 100; ++i) marks.end(lane, base::SteadyTime(1001s + i * 1ms), "a");
  const Marks got = marks.finish(base::SteadyTime(2000s));
  EXPECT_EQ(got.spans.size(), kDeepest);
  EXPECT_EQ(got.troubles.too_deep, 100 - kDeepest);
  EXPECT_EQ(got.troubles.ends_without_begin, 0U);
}

TEST(MarkCollector, CurrentIsThePathOfTheLaneThatBeganLast) {
  MarkCollector marks;
  const std::uint32_t lane = marks.lane(Origin::marks, "1/1");
  EXPECT_TRUE(marks.current().path.empty());
  marks.begin(lane, base::SteadyTime(1s), "epoch");
  marks.begin(lane, base::SteadyTime(2s), "train");
  EXPECT_EQ(marks.current().path, (std::vector<std::string>{"epoch", "train"}));
  EXPECT_EQ(marks.current().since, base::SteadyTime(2s));
  marks.end(lane, base::SteadyTime(3s));
  EXPECT_EQ(marks.current().path, (std::vector<std::string>{"epoch"}));
}

}  // namespace
}  // namespace gpubench::phases
