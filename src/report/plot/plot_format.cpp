#include "report/plot/plot_format.h"

namespace gpubench::report {

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
