// Who watches a run while it lasts: the live view, the live plot, and a server that scrapes it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "cli/run_spec.h"
#include "exporting/run_series.h"
#include "exporting/scrape/metrics_page.h"
#include "gpus/workload_gpus.h"
#include "live/feed.h"
#include "meter/gpu_meter.h"
#include "platform/clock.h"
#include "platform/http_server.h"
#include "platform/terminal.h"
#include "record/progress.h"
#include "run/live_plot.h"
#include "run/recording.h"

namespace gpubench::run {

class Audience {
 public:
  // What is watched. All of it must outlive the audience.
  struct Scene {
    platform::Terminal& terminal;
    const platform::Clock& clock;
    base::ClockAnchor anchor;
    const meter::GpuMeter& meter;
    const gpus::WorkloadGpus& gpus;
    Recording& recording;
    int interrupt_fd;  // readable: what would be waited for is given up
  };
  Audience(const cli::RunSpec& spec, const Scene& scene);

  // Answers scrapes from now on, where that is asked for.
  base::Result<void> serve(exporting::RunLabels labels);

  // Takes what is shown of the benchmark's log, from any thread; empty: nobody watches the log.
  [[nodiscard]] std::function<void(std::string)> log_watcher();
  void say(const std::string& line);

  // The benchmark took so long the last time.
  void expect(base::Duration length) { live_->expect(length); }
  void begin(base::SteadyTime time);
  void show(record::Progress progress);  // from the sampler's thread
  void end(base::SteadyTime time);

  // Nothing changes any more: the terminal is restored, scrapes are no longer answered.
  void leave();
  // The live plot's last picture is drawn.
  void finish_plot();
  // After leave(): the last live table, for a file; may be empty.
  [[nodiscard]] const std::string& last_table() const { return live_->last_table(); }

 private:
  [[nodiscard]] std::unique_ptr<LivePlot> make_live_plot() const;

  const cli::RunSpec& spec_;
  const Scene scene_;
  const live::LiveStyle style_;  // never automatic
  std::unique_ptr<live::Feed> live_;
  std::unique_ptr<LivePlot> plot_;
  std::optional<exporting::MetricsPage> page_;  // before the server, which reads it
  std::unique_ptr<platform::HttpServer> server_;
};

}  // namespace gpubench::run
