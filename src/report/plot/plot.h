// metrics_plot.png (or .svg, .pdf): the run as a picture, drawn by gnuplot in a child process.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "report/plot/plot_format.h"
#include "report/plot/plot_input.h"

namespace gpubench::report {

// Six panels: power with limit, utilisation, temperature with thresholds, memory with total, SM clock, memory clock; one
// line per GPU. Written beside `path` and renamed, so that a viewer never sees half of it. An error names the missing
// package or gnuplot's own words. `interrupt_fd`: gnuplot is stopped when it becomes readable; -1: by nothing.
base::Result<void> write_plot(const std::filesystem::path& path, const PlotInput& input, PlotFormat format = PlotFormat::png,
                              int interrupt_fd = -1);

// What gnuplot makes of a script, with the same errors.
base::Result<void> write_picture(const std::filesystem::path& path, std::string script, PlotFormat format,
                                 int interrupt_fd = -1);

}  // namespace gpubench::report
