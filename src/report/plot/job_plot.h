// The picture of a job: the power of its nodes, and of all of them together.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "report/curve.h"
#include "report/plot/plot_format.h"

namespace gpubench::report {

struct JobPlot {
  std::string title;
  std::string subtitle;
  std::vector<std::string> names;  // of the curves
  std::string nodes_title;         // "Power of each node"
  std::vector<Curve> nodes;        // watts; seconds since the job's start
  Curve total;                     // no points: it is not drawn
  std::string total_title;         // "Power of all nodes"
  base::Duration elapsed{};
  double first_seconds = 0;  // of the time axis
  double last_seconds = 1;
  std::string foot;  // what the curves are
};

// As write_plot().
base::Result<void> write_job_plot(const std::filesystem::path& path, const JobPlot& plot, PlotFormat format,
                                  int interrupt_fd = -1);

// The script for gnuplot; exposed for tests.
std::string job_plot_script(const JobPlot& plot, PlotFormat format = PlotFormat::png);

}  // namespace gpubench::report
