// The plot as a script for gnuplot, data included.
#pragma once

#include <string>
#include <string_view>

#include "report/plot/panels.h"
#include "report/plot/plot_format.h"
#include "report/plot/plot_input.h"

namespace gpubench::report {

// Writes the picture to gnuplot's standard output.
std::string gnuplot_script(const PlotInput& input, const Panels& panels, PlotFormat format = PlotFormat::png);

// An external string as a gnuplot string: nothing in it is interpreted.
std::string gnuplot_quoted(std::string_view text);

}  // namespace gpubench::report
