// The plot that is updated while the run lasts.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "live/worker.h"
#include "record/progress.h"
#include "report/plot/plot.h"

namespace gpubench::run {

// The steps go on until `time` with what holds then: the slot's, from where it begins.
void extend_intensity(std::vector<report::IntensityStep>& steps, const carbon::IntensitySlot& now,
                      base::SteadyTime slot_begin, base::SteadyTime time);

// Drawn on a thread of its own: the caller never waits, and pictures that it cannot keep up with are skipped.
class LivePlot {
 public:
  struct Plan {
    std::filesystem::path path;
    report::PlotFormat format = report::PlotFormat::png;
    report::PlotInput input;  // all but what comes with time
    base::ClockAnchor anchor;
    int interrupt_fd = -1;                           // readable: a picture under way is given up
    std::function<void(const std::string&)> failed;  // gets the reason why a picture was not made, on the plot's thread
  };
  explicit LivePlot(Plan plan);

  // The benchmark starts. Any thread.
  void begin(base::SteadyTime time);
  // From one thread.
  void show(const record::Progress& progress);
  // Draws what waits and ends the thread.
  void finish() { worker_.finish(); }

 private:
  void draw(const record::Progress& progress);

  Plan plan_;  // the worker's thread's own
  std::mutex mutex_;
  std::optional<base::SteadyTime> started_;  // guarded by it
  live::Worker<record::Progress> worker_;    // last: starts when all else is there
};

}  // namespace gpubench::run
