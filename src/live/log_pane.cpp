#include "live/log_pane.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"

namespace gpubench::live {
namespace {

// What follows the first `columns` of a line.
std::string_view after_columns(std::string_view line, int columns) {
  while (columns > 0 && !line.empty()) columns -= base::columns_of(base::take_character(line));
  return line;
}

// The part that is in sight, and a mark where there is more of it on the right.
void draw_line(Screen& screen, Area area, std::string_view line, int aside, bool utf8) {
  const std::string_view rest = after_columns(line, aside);
  const bool is_cut = text_width(rest) > area.width;
  screen.put(area.row, area.column, rest, Tone::plain, area.width - (is_cut ? 1 : 0));
  if (is_cut) screen.fill(area.row, area.column + area.width - 1, 1, utf8 ? U'\u203a' : U'>', Tone::warm);
}

std::string title_of(const ViewState& state) {
  std::string title = std::string(state.pane() == Pane::log ? "> " : "") + "benchmark's log";
  if (state.log_back() > 0) title += fmt::format("  {} lines below (End: the newest)", state.log_back());
  if (state.log_aside() > 0) title += fmt::format("  from column {}", state.log_aside() + 1);
  return title;
}

}  // namespace

void draw_log_pane(Screen& screen, Area area, const ViewState& state, bool utf8) {
  draw_rule(screen, area, title_of(state), state.pane() == Pane::log ? Tone::strong : Tone::plain, utf8);
  const int height = std::max(0, area.height - 1);
  const int lines = static_cast<int>(state.log().size());
  const bool current = !state.log_line().empty() && state.log_back() == 0;
  const int end = std::max(std::min(lines, height), lines - state.log_back());
  const int begin = std::max(0, end - height + (current ? 1 : 0));
  Area line{area.row + 1, area.column, area.width, 1};
  for (int i = begin; i < end && line.row < area.row + area.height; ++i, ++line.row)
    draw_line(screen, line, state.log()[static_cast<std::size_t>(i)], state.log_aside(), utf8);
  if (current && line.row < area.row + area.height) draw_line(screen, line, state.log_line(), state.log_aside(), utf8);
  if (lines == 0 && !current && height > 0) screen.put(line.row, line.column + 1, "nothing yet", Tone::faint);
}

}  // namespace gpubench::live
