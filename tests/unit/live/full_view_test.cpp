#include "live/full_view.h"

#include <gtest/gtest.h>

#include "support/contains.h"
#include "support/manual_clock.h"
#include "unit/live/example_state.h"

namespace gpubench::live {
namespace {

using namespace std::chrono_literals;

// Keeps what is written; its size can be changed.
class PaperTerminal final : public platform::Terminal {
 public:
  PaperTerminal() : Terminal(-1) {}
  [[nodiscard]] bool is_terminal() const override { return true; }
  [[nodiscard]] platform::TerminalSize size() const override { return now; }
  void write(std::string_view bytes) override { text += bytes; }
  std::string taken() { return std::exchange(text, {}); }
  std::string text;
  platform::TerminalSize now{80, 24};
};

using support::contains;

class FullViewTest : public testing::Test {
 protected:
  FullViewOptions options() {
    FullViewOptions made;
    made.benchmark = "synthetic_regression";
    made.counted = {0, 1};
    made.quit = [this] { ++quits_; };
    return made;
  }
  PaperTerminal terminal_;
  support::ManualClock clock_;
  int quits_ = 0;
  FullView view_{terminal_, clock_, example::gpus(2), options()};
};

TEST_F(FullViewTest, TakesTheTerminalWithTheFirstReadings) {
  EXPECT_EQ(terminal_.text, "");
  view_.type("");
  EXPECT_EQ(terminal_.text, "");
  view_.show(example::progress(2, 0));
  EXPECT_TRUE(contains(terminal_.text, "\033[?1049h"));
  EXPECT_TRUE(contains(terminal_.text, "synthetic_regression"));
}

TEST_F(FullViewTest, QuitIsAskedTwice) {
  view_.show(example::progress(2, 0));
  view_.type("q");
  EXPECT_EQ(quits_, 0);
  EXPECT_TRUE(contains(terminal_.text, "q or y stops the benchmark"));
  view_.type("x");
  view_.type("q");
  EXPECT_EQ(quits_, 0) << "another key in between goes on";
  view_.type("q");
  EXPECT_EQ(quits_, 1);
}

TEST_F(FullViewTest, YesAnswersTheQuestionAndNothingElse) {
  view_.show(example::progress(2, 0));
  view_.type("y");
  EXPECT_EQ(quits_, 0);
  view_.type("q");
  view_.type("y");
  EXPECT_EQ(quits_, 1);
}

// A second signal would kill the benchmark.
TEST_F(FullViewTest, OnceItIsStoppedKeysOnlyRepeatTheMessage) {
  view_.show(example::progress(2, 0));
  view_.type("qyyq");
  EXPECT_EQ(quits_, 1);
  view_.type("x");
  terminal_.taken();
  view_.type("qy");
  EXPECT_EQ(quits_, 1);
  EXPECT_TRUE(contains(terminal_.taken(), "stopping the benchmark; Ctrl-C kills it"));
}

TEST_F(FullViewTest, AHeldPictureStaysAndTheStateGoesOn) {
  view_.show(example::progress(2, 0));
  view_.type("p");
  terminal_.taken();
  view_.show_log("unseen line\n");
  clock_.advance(1s);
  view_.show(example::progress(2, 1));
  EXPECT_FALSE(contains(terminal_.taken(), "unseen"));
  view_.type("p");
  EXPECT_TRUE(contains(terminal_.taken(), "unseen line"));
}

TEST_F(FullViewTest, ANewSizeIsDrawnAtTheNextMoment) {
  view_.show(example::progress(2, 0));
  terminal_.taken();
  view_.type("");
  EXPECT_EQ(terminal_.taken(), "");
  terminal_.now = {100, 30};
  view_.type("");
  EXPECT_TRUE(contains(terminal_.taken(), "\033[30;"));
}

TEST_F(FullViewTest, AFloodOfLogIsDrawnFourTimesASecond) {
  view_.show(example::progress(2, 0));
  terminal_.taken();
  for (int i = 0; i < 1000; ++i) {
    view_.show_log("line " + std::to_string(i) + "\n");
    clock_.advance(1ms);
  }
  const std::string drawn = terminal_.taken();
  std::size_t frames = 0;
  for (std::size_t at = 0; (at = drawn.find("\033[?2026h", at)) != std::string::npos; ++at) ++frames;
  EXPECT_GE(frames, 3U);
  EXPECT_LE(frames, 5U);
}

TEST_F(FullViewTest, TheLastTableIsKept) {
  view_.show(example::progress(2, 0));
  view_.finish();
  EXPECT_TRUE(contains(view_.last_table(), "| GPU Index (NVIDIA H200) |"));
}

}  // namespace
}  // namespace gpubench::live
