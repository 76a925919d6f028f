// A screen as plain values: what the layout makes, what tests compare and what a terminal is given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/terminal.h"

namespace gpubench::live {

// What a piece of text means; how that looks is FrameWriter's business. No meaning depends on colour alone.
enum class Tone : std::uint8_t {
  plain,
  faint,
  strong,
  bar,
  warm,
  alarm,
  title,
  title_warning,
  // Bars and curves of each quantity.
  utilization,
  power,
  temperature,
  memory,
  clock
};

struct Cell {
  char32_t glyph = U' ';
  Tone tone = Tone::plain;
  friend bool operator==(const Cell&, const Cell&) = default;
};

// The second column of a character that is two columns wide.
inline constexpr char32_t kContinued = 0;

class Screen {
 public:
  explicit Screen(platform::TerminalSize size);
  [[nodiscard]] int columns() const { return size_.columns; }
  [[nodiscard]] int rows() const { return size_.rows; }
  [[nodiscard]] const Cell& at(int row, int column) const;
  // Writes UTF-8 from there on, at most `width` columns; returns the column after it. What does not fit is left out.
  int put(int row, int column, std::string_view utf8, Tone tone = Tone::plain, int width = 100000);
  void fill(int row, int column, int width, char32_t glyph, Tone tone = Tone::plain);
  // For tests: lines without trailing spaces.
  [[nodiscard]] std::string text() const;

 private:
  void set(int row, int column, Cell cell);

  platform::TerminalSize size_;
  std::vector<Cell> cells_;
};

// Columns that it takes there.
int text_width(std::string_view utf8);

}  // namespace gpubench::live
