#include "live/table_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "live/activity_line.h"
#include "live/carbon_line.h"
#include "live/gpu_table.h"
#include "live/phase_line.h"

namespace gpubench::live {
namespace {

// As much of a line as fits into `columns`, so that it never wraps.
std::string clip(std::string_view line, int columns) {
  std::string_view rest = line;
  for (std::string_view after = line; !after.empty(); rest = after) {
    columns -= base::columns_of(base::take_character(after));
    if (columns < 0) break;
  }
  return std::string(line.substr(0, line.size() - rest.size()));
}

// At most `rows` lines of at most `columns` characters.
std::string fit(const std::string& text, platform::TerminalSize size) {
  std::string fitted;
  std::size_t start = 0;
  for (int row = 0; row < size.rows - 1 && start < text.size(); ++row) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    fitted += clip(std::string_view(text).substr(start, end - start), size.columns) + "\n";
    start = end + 1;
  }
  return fitted;
}

// Cursor up over the panel and everything below cleared.
std::string erase_lines(int lines) {
  return lines == 0 ? "" : "\r\033[" + std::to_string(lines) + "A\033[J";
}

}  // namespace

TableView::TableView(platform::Terminal& terminal, const platform::Clock& clock, std::vector<meter::GpuDescription> gpus,
                     TableOptions options)
    : terminal_(terminal), clock_(clock), gpus_(std::move(gpus)), options_(std::move(options)) {}

void TableView::show(const record::Progress& progress) {
  // A pipe has no width: the full table.
  constexpr int kUnbounded = 100000;
  const int columns = options_.escape_codes ? terminal_.size().columns : kUnbounded;
  table_ = (options_.notice.empty() ? "" : options_.notice + "\n") + current_metrics_table(gpus_, progress, columns) +
           activity_lines(gpus_, progress) + phase_line(progress) + progress_line(progress.time) + carbon_line(progress);
  if (!options_.escape_codes)
    terminal_.write((options_.show_metrics ? table_ : "") + moving_line() + (options_.show_metrics ? "\n" : ""));
  else if (options_.show_metrics)
    redraw("");
}

// In a pipe no line can move: the present state of a progress bar is said once an interval, where it has changed.
std::string TableView::moving_line() {
  if (!options_.show_log || log_.current().empty() || log_.current() == last_moving_) return {};
  last_moving_ = log_.current();
  return last_moving_ + "\n";
}

// By the log, whether that is shown or not; else by how long the benchmark took the last time.
std::string TableView::progress_line(base::WallTime now) const {
  if (const auto share = pace_.share()) {
    const std::string left = pace_.left_text(now);
    return fmt::format("Progress: {:.0f} %{}\n", share->percent(), left.empty() ? "" : ", " + left);
  }
  if (!started_ || !expected_) return {};
  return "The last run " + expected_text(now - *started_, *expected_) + "\n";
}

void TableView::show_log(std::string_view bytes) {
  const base::WallTime now = clock_.wall_now();
  std::string lines;
  for (const std::string& line : log_.feed(bytes)) {
    pace_.take(line, now);
    lines += line + "\n";
  }
  pace_.take(log_.current(), now);
  if (!options_.show_log) return;
  if (options_.escape_codes)
    redraw(lines);
  else
    terminal_.write(lines);
}

void TableView::redraw(const std::string& lines_above) {
  const std::string below = fit(panel(), terminal_.size());
  // One write per frame, inside a synchronised update where the terminal knows it: no flicker.
  terminal_.write("\033[?2026h" + erase_lines(drawn_lines_) + lines_above + below + "\033[?2026l");
  drawn_lines_ = static_cast<int>(std::count(below.begin(), below.end(), '\n'));
}

std::string TableView::panel() const {
  std::string text;
  if (options_.show_log && !log_.current().empty()) text += log_.current() + "\n";
  if (options_.show_metrics) text += table_;
  return text;
}

void TableView::finish() {
  const std::string rest = log_.finish();
  if (!options_.show_log || rest.empty()) return;
  if (options_.escape_codes)
    redraw(rest + "\n");
  else
    terminal_.write(rest + "\n");
}

}  // namespace gpubench::live
