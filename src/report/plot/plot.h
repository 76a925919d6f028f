// metrics_plot.png (or .svg, .pdf): the run as a picture, drawn by gnuplot in a child process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "base/time.h"
#include "meter/reading.h"
#include "record/run_record.h"
#include "series/gpu_series.h"

namespace gpubench::report {

enum class PlotFormat : std::uint8_t { png, svg, pdf };
// By its name on the command line, which is the end of the file's name too.
base::Result<PlotFormat> plot_format(const std::string& name);
std::string plot_file_name(PlotFormat format);

// A stretch of even carbon intensity.
struct IntensityStep {
  base::SteadyTime from;
  base::SteadyTime to;
  base::CarbonIntensity intensity;
};

struct PlotInput {
  std::string title;     // benchmark name
  std::string subtitle;  // energy, emissions, "REPLAY ..." and whatever else must be said of the figures
  std::vector<meter::GpuDescription> gpus;
  std::vector<bool> is_other = {};                         // of those: not the benchmark's; empty: all are
  const std::vector<series::GpuSeries>* series = nullptr;  // one per GPU
  base::SteadyTime origin;                                 // time 0 of the axis
  std::optional<base::Window> run;                         // the workload's start and end, as far as known
  bool under_way = false;                                  // its end is not known yet: what is there goes so far
  std::optional<base::Energy> total_energy;
  std::vector<IntensityStep> intensity;  // of the grid over the run, in time order; under the power
  bool replay = false;                   // said in large letters
};

// The plot of a finished run; refers to `series`. Title and subtitle say what the record says.
PlotInput plot_input(const record::RunRecord& run, const std::vector<series::GpuSeries>& series);

// Six panels: power with limit, utilisation, temperature with thresholds, memory with total, SM clock, memory clock; one
// line per GPU. Written beside `path` and renamed, so that a viewer never sees half of it. An error names the missing
// package or gnuplot's own words.
base::Result<void> write_plot(const std::filesystem::path& path, const PlotInput& input,
                              PlotFormat format = PlotFormat::png);

}  // namespace gpubench::report
