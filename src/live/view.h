// What the user sees while the benchmark runs.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "record/progress.h"

namespace gpubench::live {

// Used by one thread.
class View {
 public:
  View() = default;
  virtual ~View() = default;
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  // The benchmark runs from now on.
  virtual void start(base::WallTime /*time*/) {}
  // It took so long the last time.
  virtual void expect(base::Duration /*length*/) {}
  virtual void show(const record::Progress& progress) = 0;
  virtual void show_log(std::string_view bytes) = 0;
  // Bytes from the keyboard; none: a moment to look whether anything is due.
  virtual void type(std::string_view /*bytes*/) {}
  // One line of the tool's own.
  virtual void say(const std::string& /*line*/) {}
  // Gives the terminal back.
  virtual void finish() = 0;
  // Valid after finish(): the last table, for final_monitoring_output.txt.
  [[nodiscard]] virtual const std::string& last_table() const = 0;
};

}  // namespace gpubench::live
