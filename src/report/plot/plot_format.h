// The picture formats of the plot.
#pragma once

#include <string>

#include "base/result.h"
#include "report/spec.h"

namespace gpubench::report {

// By its name on the command line, which is the end of the file's name too.
base::Result<PlotFormat> plot_format(const std::string& name);
std::string plot_file_name(PlotFormat format);

}  // namespace gpubench::report
