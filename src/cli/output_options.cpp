#include "cli/output_options.h"

#include <utility>

namespace gpubench::cli {

std::vector<Option> output_options(report::OutputSpec& spec) {
  using report::TimeseriesFormat;
  const Choices<TimeseriesFormat> tables{
      {"csv", TimeseriesFormat::csv}, {"csv.gz", TimeseriesFormat::csv_gz}, {"none", TimeseriesFormat::none}};
  std::vector<Option> options{{"--timeseries_format", "FORMAT",
                               "Format of timeseries.csv and power.csv: csv, csv.gz or none",
                               choice(spec.timeseries, tables)}};
  for (Option& option : picture_options(spec)) options.push_back(std::move(option));
  return options;
}

std::vector<Option> picture_options(report::OutputSpec& spec) {
  using report::PlotFormat;
  const Choices<PlotFormat> pictures{{"png", PlotFormat::png}, {"svg", PlotFormat::svg}, {"pdf", PlotFormat::pdf}};
  return {
      {"--no_plot", "", "Do not draw the plot", switch_off(spec.plot)},
      {"--plot_format", "FORMAT", "Format and file extension of the plot: png, svg or pdf",
       choice(spec.plot_format, pictures)},
      {"--no_html", "", "Do not write report.html", switch_off(spec.html)},
  };
}

}  // namespace gpubench::cli
