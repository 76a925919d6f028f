#include "live/screen.h"

#include <algorithm>
#include <array>

namespace gpubench::live {
namespace {

constexpr char32_t kReplacement = U'\uFFFD';

struct Range {
  char32_t first;
  char32_t last;
};
bool is_in(char32_t glyph, const auto& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](Range range) { return range.first <= glyph && glyph <= range.last; });
}
// East Asian Wide and Fullwidth blocks and emoji (UAX #11), as terminals show them.
constexpr std::array<Range, 12> kWide{{{0x1100, 0x115F},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0xA4CF},
                                       {0xA960, 0xA97C},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFF60},
                                       {0xFFE0, 0xFFE6},
                                       {0x1F300, 0x1F64F},
                                       {0x1F680, 0x1F9FF},
                                       {0x20000, 0x3FFFD}}};
// Combining marks and variation selectors.
constexpr std::array<Range, 6> kCombining{
    {{0x300, 0x36F}, {0x483, 0x489}, {0x1AB0, 0x1AFF}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}}};
// Controls, and what changes the direction or the shape of the text around it.
constexpr std::array<Range, 5> kUnsafe{{{0, 0x1F}, {0x7F, 0x9F}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}}};

// Length by the first byte; 0 for a byte that begins none.
int sequence_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

}  // namespace

char32_t take_glyph(std::string_view& utf8) {
  const auto first = static_cast<unsigned char>(utf8.front());
  const int length = sequence_length(first);
  if (length == 0 || utf8.size() < static_cast<std::size_t>(length)) {
    utf8.remove_prefix(1);
    return kReplacement;
  }
  constexpr std::array<unsigned, 5> kLeadingBits{0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t glyph = first & kLeadingBits.at(static_cast<std::size_t>(length));
  for (int i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(utf8[static_cast<std::size_t>(i)]);
    if ((next & 0xC0U) != 0x80U) {
      utf8.remove_prefix(static_cast<std::size_t>(i));
      return kReplacement;
    }
    glyph = (glyph << 6U) | (next & 0x3FU);
  }
  utf8.remove_prefix(static_cast<std::size_t>(length));
  const bool valid = glyph < 0x110000 && (glyph < 0xD800 || glyph > 0xDFFF);
  return valid && !is_in(glyph, kUnsafe) ? glyph : kReplacement;
}

void append_utf8(std::string& text, char32_t glyph) {
  const auto tail = [&](unsigned shift) { text += static_cast<char>(0x80U | ((glyph >> shift) & 0x3FU)); };
  if (glyph < 0x80) {
    text += static_cast<char>(glyph);
  } else if (glyph < 0x800) {
    text += static_cast<char>(0xC0U | (glyph >> 6U));
    tail(0);
  } else if (glyph < 0x10000) {
    text += static_cast<char>(0xE0U | (glyph >> 12U));
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xF0U | (glyph >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

int glyph_width(char32_t glyph) {
  if (glyph < 0x300) return 1;
  if (is_in(glyph, kCombining)) return 0;
  return is_in(glyph, kWide) ? 2 : 1;
}

int text_width(std::string_view utf8) {
  int width = 0;
  while (!utf8.empty()) width += glyph_width(take_glyph(utf8));
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
    const int columns = glyph_width(glyph);
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
      if (at(row, column).glyph != kContinued) append_utf8(line, at(row, column).glyph);
    line.erase(line.find_last_not_of(' ') + 1);
    all += line + "\n";
  }
  return all;
}

}  // namespace gpubench::live
