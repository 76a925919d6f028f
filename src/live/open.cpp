#include "live/open.h"

#include <utility>

#include "live/full_view.h"
#include "live/table_view.h"
#include "platform/signals.h"

namespace gpubench::live {
namespace {

constexpr const char* kReplayNotice = "REPLAY of a recorded trace: not a measurement of this machine";

std::unique_ptr<View> open_full_view(const LiveSpec& spec, const Stage& stage) {
  FullViewOptions options;
  options.benchmark = stage.benchmark;
  options.counted = stage.counted;
  if (stage.replays) options.notice = "REPLAY";
  options.abilities = spec.abilities;
  options.quit = platform::interrupt_self;
  return std::make_unique<FullView>(stage.terminal, stage.clock, stage.gpus, std::move(options));
}

std::unique_ptr<View> open_table_view(LiveStyle style, const LiveSpec& spec, const Stage& stage) {
  TableOptions options;
  options.show_metrics = style == LiveStyle::table;
  options.show_log = spec.show_log;
  options.escape_codes = stage.terminal.is_terminal() && !spec.dumb_terminal;
  if (stage.replays) options.notice = kReplayNotice;
  return std::make_unique<TableView>(stage.terminal, stage.clock, stage.gpus, std::move(options));
}

}  // namespace

LiveStyle style_for(const LiveSpec& spec, const platform::Terminal& terminal) {
  if (spec.style == LiveStyle::none || spec.style == LiveStyle::table) return spec.style;
  return terminal.is_ours() && !spec.dumb_terminal ? LiveStyle::full : LiveStyle::table;
}

std::unique_ptr<View> open_view(LiveStyle style, const LiveSpec& spec, const Stage& stage) {
  return style == LiveStyle::full ? open_full_view(spec, stage) : open_table_view(style, spec, stage);
}

}  // namespace gpubench::live
