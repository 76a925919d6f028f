#include "live/frame_writer.h"

#include <gtest/gtest.h>

#include <regex>

#include "base/text.h"
#include "live/layout.h"
#include "unit/live/example_state.h"

namespace gpubench::live {
namespace {

using namespace std::chrono_literals;

// As much of a terminal as frames need: moving, clearing, characters.
class PaperScreen {
 public:
  explicit PaperScreen(platform::TerminalSize size) : screen_(size) {}
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      if (bytes.front() == '\033') {
        obey(bytes);
      } else {
        std::string glyph;
        base::append_character(glyph, base::take_character(bytes));
        column_ = screen_.put(row_, column_, glyph);
      }
    }
  }
  [[nodiscard]] std::string text() const { return screen_.text(); }

 private:
  void obey(std::string_view& bytes) {
    const std::size_t end = bytes.find_first_of("HJmhl");
    const std::string_view code = bytes.substr(2, end - 2);
    if (bytes[end] == 'H') {
      row_ = std::stoi(std::string(code)) - 1;
      column_ = std::stoi(std::string(code.substr(code.find(';') + 1))) - 1;
    }
    if (bytes[end] == 'J')
      for (int row = 0; row < screen_.rows(); ++row) screen_.fill(row, 0, screen_.columns(), U' ');
    bytes.remove_prefix(end + 1);
  }
  Screen screen_;
  int row_ = 0;
  int column_ = 0;
};

Screen text_screen(std::string_view text) {
  Screen screen({20, 2});
  screen.put(0, 0, text);
  return screen;
}

TEST(FrameWriter, ATerminalShowsWhatWasDrawn) {
  const platform::TerminalSize size{120, 30};
  PaperScreen paper(size);
  FrameWriter writer({});
  ViewState state = example::running(3, 1);
  for (int second = 2; second < 12; ++second) {
    state.take(example::progress(3, second));
    state.take_log("line \xE6\x97\xA5\xE6\x9C\xAC " + std::string(static_cast<std::size_t>(second), 'x') + "\n",
                   example::kStart);
    const Screen screen = draw(state, size, example::kStart + std::chrono::seconds(second), true);
    paper.write(writer.frame(screen));
    ASSERT_EQ(paper.text(), screen.text());
  }
}

TEST(FrameWriter, OnlyChangesAreSent) {
  FrameWriter writer({});
  EXPECT_NE(writer.frame(text_screen("abc")).find("abc"), std::string::npos);
  EXPECT_EQ(writer.frame(text_screen("abc")), "");
  EXPECT_EQ(writer.frame(text_screen("axc")), "\033[?2026h\033[1;2H\033[0mx\033[0m\033[?2026l");
  writer.forget();
  EXPECT_NE(writer.frame(text_screen("axc")).find("axc"), std::string::npos);
}

TEST(FrameWriter, WithoutColourAndUtf8) {
  FrameWriter writer({false, 0});
  const ViewState state = example::running(8, 20);
  const std::string frame = writer.frame(draw(state, {80, 24}, example::kStart, false));
  EXPECT_FALSE(std::regex_search(frame, std::regex("\033\\[([0-9]+;)*[34][0-9](;[0-9]+)*m"))) << "no colour is set";
  EXPECT_EQ(std::count_if(frame.begin(), frame.end(), [](char c) { return static_cast<unsigned char>(c) > 126; }), 0);
  EXPECT_NE(frame.find("! HEAT"), std::string::npos) << "what matters is said in words";
  FrameWriter ascii({false, 8});
  EXPECT_NE(ascii.frame(text_screen("caf\xC3\xA9")).find("caf?"), std::string::npos);
}

TEST(Screen, HostileTextIsHarmless) {
  Screen screen({10, 1});
  screen.put(0, 0, "a\033[2J\xff\xC2\x9B\xE2\x80\xAE");
  const std::string text = screen.text();
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_EQ(text.find("\xC2\x9B"), std::string::npos);
  EXPECT_EQ(text.find("\xE2\x80\xAE"), std::string::npos);
  screen.put(0, 9, "\xE6\x97\xA5");
  EXPECT_EQ(text_width("\xE6\x97\xA5"), 2) << "a wide character is not cut in two";
  EXPECT_EQ(screen.at(0, 9).glyph, U' ');
}

}  // namespace
}  // namespace gpubench::live
