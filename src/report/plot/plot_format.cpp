#include "report/plot/plot_format.h"

namespace gpubench::report {

base::Result<PlotFormat> plot_format(const std::string& name) {
  for (const PlotFormat format : {PlotFormat::png, PlotFormat::svg, PlotFormat::pdf})
    if (plot_file_name(format) == "metrics_plot." + name) return format;
  return base::failure("unknown --plot_format \"" + name + "\"", "use png, svg or pdf");
}

std::string plot_file_name(PlotFormat format) {
  switch (format) {
    case PlotFormat::svg:
      return "metrics_plot.svg";
    case PlotFormat::pdf:
      return "metrics_plot.pdf";
    default:
      return "metrics_plot.png";
  }
}

}  // namespace gpubench::report
