#include "app/live_style.h"

#include "app/options.h"
#include "live/full_view.h"
#include "live/table_view.h"
#include "platform/signals.h"

namespace gpubench::app {
namespace {

constexpr const char* kReplayNotice = "REPLAY of a recorded trace: not a measurement of this machine";

}  // namespace

base::Result<LiveStyle> live_style(const std::string& name) {
  if (name == "full") return LiveStyle::full;
  if (name == "table") return LiveStyle::table;
  if (name == "none") return LiveStyle::none;
  return base::failure("unknown --live_style \"" + name + "\"", "use full, table or none");
}

LiveStyle live_style_for(LiveStyle asked, const Environment& environment, const platform::Terminal& terminal) {
  if (asked == LiveStyle::none || asked == LiveStyle::table) return asked;
  return terminal.is_ours() && !environment.dumb_terminal ? LiveStyle::full : LiveStyle::table;
}

std::unique_ptr<live::View> make_view(LiveStyle style, const Options& options, const Environment& environment,
                                      const LivePlace& place) {
  if (style == LiveStyle::full) {
    live::FullViewOptions full;
    full.benchmark = place.benchmark;
    full.counted = place.counted;
    if (place.replays) full.notice = "REPLAY";
    full.abilities = {environment.utf8, environment.colours};
    full.quit = platform::interrupt_self;
    return std::make_unique<live::FullView>(place.terminal, place.clock, place.gpus, std::move(full));
  }
  live::TableOptions table;
  table.show_metrics = style == LiveStyle::table;
  table.show_log = options.monitor_benchmark_logs;
  table.escape_codes = place.terminal.is_terminal() && !environment.dumb_terminal;
  if (place.replays) table.notice = kReplayNotice;
  return std::make_unique<live::TableView>(place.terminal, place.gpus, std::move(table));
}

}  // namespace gpubench::app
