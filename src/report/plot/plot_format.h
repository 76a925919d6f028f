// The picture formats of the plot.
#pragma once

#include <string>

#include "report/spec.h"

namespace gpubench::report {

// "metrics_plot." and the format's name on the command line.
std::string plot_file_name(PlotFormat format);

}  // namespace gpubench::report
