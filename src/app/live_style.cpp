#include "app/live_style.h"

#include "live/full_view.h"
#include "live/table_view.h"
#include "platform/signals.h"

namespace gpubench::app {
namespace {

constexpr const char* kReplayNotice = "REPLAY of a recorded trace: not a measurement of this machine";

}  // namespace

LiveStyle live_style_for(const live::LiveSpec& spec, const platform::Terminal& terminal) {
  if (spec.style == LiveStyle::none || spec.style == LiveStyle::table) return spec.style;
  return terminal.is_ours() && !spec.dumb_terminal ? LiveStyle::full : LiveStyle::table;
}

std::unique_ptr<live::View> make_view(LiveStyle style, const live::LiveSpec& spec, const LivePlace& place) {
  if (style == LiveStyle::full) {
    live::FullViewOptions full;
    full.benchmark = place.benchmark;
    full.counted = place.counted;
    if (place.replays) full.notice = "REPLAY";
    full.abilities = spec.abilities;
    full.quit = platform::interrupt_self;
    return std::make_unique<live::FullView>(place.terminal, place.clock, place.gpus, std::move(full));
  }
  live::TableOptions table;
  table.show_metrics = style == LiveStyle::table;
  table.show_log = spec.show_log;
  table.escape_codes = place.terminal.is_terminal() && !spec.dumb_terminal;
  if (place.replays) table.notice = kReplayNotice;
  return std::make_unique<live::TableView>(place.terminal, place.gpus, std::move(table));
}

}  // namespace gpubench::app
