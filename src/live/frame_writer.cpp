#include "live/frame_writer.h"

#include <array>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace gpubench::live {
namespace {

// After Okabe and Ito: distinct with any of the common kinds of colour blindness. Quantities are green, blue,
// purple, khaki and grey, which are seen on dark and on light ground; orange and reversed purple are for what is doubtful
// and bad. The numbers are those of the 256 colour palette, and of the eight colours.
std::string_view style_codes(Tone tone, int colours) {
  struct Look {
    std::string_view many;
    std::string_view eight;
    std::string_view none;
  };
  static constexpr std::array<Look, 13> kLooks{{
      {"0", "0", "0"},                               // plain
      {"0;38;5;245", "0;2", "0;2"},                  // faint
      {"0;1", "0;1", "0;1"},                         // strong
      {"0;38;5;39", "0;36", "0"},                    // bar
      {"0;1;38;5;214", "0;1;33", "0;1"},             // warm
      {"0;1;7;38;5;213", "0;1;7;35", "0;1;7"},       // alarm
      {"0;1;48;5;24;38;5;231", "0;1;7", "0;1;7"},    // title
      {"0;1;48;5;214;38;5;16", "0;30;43", "0;7;4"},  // title_warning
      {"0;38;5;36", "0;32", "0"},                    // utilization
      {"0;38;5;39", "0;36", "0"},                    // power
      {"0;38;5;175", "0;35", "0"},                   // temperature
      {"0;38;5;143", "0;33", "0"},                   // memory
      {"0;38;5;245", "0", "0"}                       // clock
  }};
  const Look& look = kLooks.at(static_cast<std::size_t>(tone));
  if (colours >= 256) return look.many;
  return colours >= 8 ? look.eight : look.none;
}

// One write per frame, inside a synchronised update where the terminal knows it: no flicker.
constexpr std::string_view kBegin = "\033[?2026h";
constexpr std::string_view kEnd = "\033[0m\033[?2026l";

}  // namespace

void FrameWriter::put_row(std::string& out, const Screen& next, int row) const {
  const auto same = [&](int column) { return shown_ && shown_->at(row, column) == next.at(row, column); };
  int column = 0;
  while (column < next.columns()) {
    if (same(column)) {
      ++column;
      continue;
    }
    // A character of two columns is sent whole.
    if (next.at(row, column).glyph == kContinued && column > 0) --column;
    out += "\033[" + std::to_string(row + 1) + ";" + std::to_string(column + 1) + "H";
    std::optional<Tone> tone;
    for (; column < next.columns() && (!same(column) || next.at(row, column).glyph == kContinued); ++column) {
      const Cell& cell = next.at(row, column);
      if (cell.glyph == kContinued) continue;
      if (tone != cell.tone) {
        out.append("\033[").append(style_codes(cell.tone, abilities_.colours)).append("m");
        tone = cell.tone;
      }
      base::append_character(out, cell.glyph < 0x80 || abilities_.utf8 ? cell.glyph : U'?');
    }
  }
}

std::string FrameWriter::frame(Screen next) {
  std::string out(kBegin);
  const bool new_size = !shown_ || shown_->columns() != next.columns() || shown_->rows() != next.rows();
  if (new_size) {
    shown_.reset();
    out += "\033[0m\033[2J";
  }
  const std::size_t unchanged = out.size();
  for (int row = 0; row < next.rows(); ++row) put_row(out, next, row);
  const bool nothing = out.size() == unchanged && !new_size;
  shown_ = std::move(next);
  return nothing ? std::string() : out.append(kEnd);
}

}  // namespace gpubench::live
