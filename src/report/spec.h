// Which files are made of a run.
#pragma once

#include <cstdint>

namespace gpubench::report {

enum class PlotFormat : std::uint8_t { png, svg, pdf };

// How the time series are written: timeseries.csv and power.csv, the same with .gz, or not at all.
enum class TimeseriesFormat : std::uint8_t { csv, csv_gz, none };

struct OutputSpec {
  TimeseriesFormat timeseries = TimeseriesFormat::csv;
  bool plot = true;
  PlotFormat plot_format = PlotFormat::png;
  bool html = true;
};

}  // namespace gpubench::report
