#include "live/screen.h"

#include <algorithm>

#include "base/text.h"

namespace gpubench::live {
namespace {

// U+FFFD for what is none or must not reach a terminal.
char32_t take_glyph(std::string_view& utf8) {
  const char32_t character = base::take_character(utf8);
  return base::is_unsafe_on_terminal(character) ? base::kReplacementCharacter : character;
}

}  // namespace

int text_width(std::string_view utf8) {
  int width = 0;
  while (!utf8.empty()) width += base::columns_of(take_glyph(utf8));
  return width;
}

Screen::Screen(platform::TerminalSize size)
    : size_(size), cells_(static_cast<std::size_t>(size.columns) * static_cast<std::size_t>(size.rows)) {}

const Cell& Screen::at(int row, int column) const {
  return cells_[(static_cast<std::size_t>(row) * static_cast<std::size_t>(size_.columns)) +
                static_cast<std::size_t>(column)];
}

void Screen::set(int row, int column, Cell cell) {
  if (row < 0 || row >= size_.rows || column < 0 || column >= size_.columns) return;
  cells_[(static_cast<std::size_t>(row) * static_cast<std::size_t>(size_.columns)) + static_cast<std::size_t>(column)] =
      cell;
}

int Screen::put(int row, int column, std::string_view utf8, Tone tone, int width) {
  const int end = static_cast<int>(std::min<long>(size_.columns, static_cast<long>(column) + width));
  while (!utf8.empty()) {
    const char32_t glyph = take_glyph(utf8);
    const int columns = base::columns_of(glyph);
    if (column + columns > end) break;
    if (columns == 0) continue;
    set(row, column, {glyph, tone});
    if (columns == 2) set(row, column + 1, {kContinued, tone});
    column += columns;
  }
  return column;
}

void Screen::fill(int row, int column, int width, char32_t glyph, Tone tone) {
  for (int i = 0; i < width; ++i) set(row, column + i, {glyph, tone});
}

std::string Screen::text() const {
  std::string all;
  for (int row = 0; row < size_.rows; ++row) {
    std::string line;
    for (int column = 0; column < size_.columns; ++column)
      if (at(row, column).glyph != kContinued) base::append_character(line, at(row, column).glyph);
    line.erase(line.find_last_not_of(' ') + 1);
    all += line + "\n";
  }
  return all;
}

}  // namespace gpubench::live
