// The live view: the benchmark's log scrolling above, the current metrics below it, renewed in place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "live/log_lines.h"
#include "meter/reading.h"
#include "platform/terminal.h"
#include "record/progress.h"

namespace gpubench::live {

struct ViewOptions {
  bool show_metrics = true;
  bool show_log = false;
  bool escape_codes = false;  // a terminal that understands them; else plain lines, one block per interval
  std::string notice;         // said above every table, e.g. that the figures are a replay; may be empty
};

// Used by one thread.
class View {
 public:
  View(platform::Terminal& terminal, std::vector<meter::GpuDescription> gpus, ViewOptions options);
  void show(const record::Progress& progress);
  void show_log(std::string_view bytes);
  // Leaves the last state on the screen, the cursor below it.
  void finish();
  // The last table drawn, for final_monitoring_output.txt.
  [[nodiscard]] const std::string& last_table() const { return table_; }

 private:
  void redraw(const std::string& lines_above);
  [[nodiscard]] std::string panel() const;

  platform::Terminal& terminal_;
  std::vector<meter::GpuDescription> gpus_;
  ViewOptions options_;
  LogLines log_;
  std::string table_;
  int drawn_lines_ = 0;  // of the panel now on the screen
};

}  // namespace gpubench::live
