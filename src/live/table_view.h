// The table: the benchmark's log scrolling above, the current metrics below it, updated in place; plain blocks for a pipe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/log_lines.h"
#include "live/log_progress.h"
#include "live/view.h"
#include "meter/reading.h"
#include "platform/clock.h"
#include "platform/terminal.h"
#include "record/progress.h"

namespace gpubench::live {

struct TableOptions {
  bool show_metrics = true;
  bool show_log = false;
  bool escape_codes = false;  // a terminal that understands them; else plain lines, one block per interval
  std::string notice;         // above every table, e.g. that the figures are a replay; may be empty
};

class TableView final : public View {
 public:
  TableView(platform::Terminal& terminal, const platform::Clock& clock, std::vector<meter::GpuDescription> gpus,
            TableOptions options);
  void start(base::WallTime time) override { started_ = time; }
  void expect(base::Duration length) override { expected_ = length; }
  void show(const record::Progress& progress) override;
  void show_log(std::string_view bytes) override;
  // Leaves the last state on the screen, the cursor below it.
  void finish() override;
  [[nodiscard]] const std::string& last_table() const override { return table_; }

 private:
  void redraw(const std::string& lines_above);
  [[nodiscard]] std::string panel() const;
  std::string moving_line();
  [[nodiscard]] std::string progress_line(base::WallTime now) const;

  platform::Terminal& terminal_;
  const platform::Clock& clock_;
  std::vector<meter::GpuDescription> gpus_;
  TableOptions options_;
  LogLines log_;
  ProgressPace pace_;
  std::optional<base::WallTime> started_;
  std::optional<base::Duration> expected_;
  std::string table_;
  std::string last_moving_;  // said in a pipe
  int drawn_lines_ = 0;      // of the panel now on the screen
};

}  // namespace gpubench::live
