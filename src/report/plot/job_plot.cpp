#include "report/plot/job_plot.h"

#include <algorithm>
#include <utility>

#include "report/plot/gnuplot_script.h"
#include "report/plot/panels.h"
#include "report/plot/plot.h"

namespace gpubench::report {
namespace {

constexpr double kWattsPerKilowatt = 1000;
constexpr std::size_t kGrey = 7;  // of the colours: none of the first nodes'

void in_kilowatts(Curve& curve) {
  for (CurvePoint& point : curve.points) {
    point.low /= kWattsPerKilowatt;
    point.mean /= kWattsPerKilowatt;
    point.high /= kWattsPerKilowatt;
  }
}

double highest_of(const std::vector<Curve>& curves) {
  double highest = 0;
  for (const Curve& curve : curves)
    for (const CurvePoint& point : curve.points) highest = std::max(highest, point.high);
  return highest;
}

// In kilowatts from ten of them on.
Panel job_panel(const std::string& title, std::vector<Curve> curves) {
  constexpr double kLeastInKilowatts = 10 * kWattsPerKilowatt;
  Panel panel;
  const bool large = highest_of(curves) >= kLeastInKilowatts;
  if (large) std::for_each(curves.begin(), curves.end(), in_kilowatts);
  panel.title = title + (large ? " (kW)" : " (W)");
  panel.high = std::max(highest_of(curves) * 1.08, 1e-3);
  panel.curves = std::move(curves);
  return panel;
}

}  // namespace

std::string job_plot_script(const JobPlot& plot, PlotFormat format) {
  PlotInput input;
  input.title = plot.title;
  input.subtitle = plot.subtitle;
  input.names = plot.names;
  input.run = base::Window{base::SteadyTime(), base::SteadyTime() + plot.elapsed};
  input.foot = plot.foot;
  Panels panels;
  panels.panels = {job_panel(plot.nodes_title, plot.nodes)};
  if (!plot.total.points.empty()) {
    panels.panels.push_back(job_panel(plot.total_title, {plot.total}));
    panels.panels.back().first_colour = kGrey;
  }
  panels.time = time_axis(plot.first_seconds, plot.last_seconds);
  return gnuplot_script(input, panels, format);
}

base::Result<void> write_job_plot(const std::filesystem::path& path, const JobPlot& plot, PlotFormat format,
                                  int interrupt_fd) {
  return write_picture(path, job_plot_script(plot, format), format, interrupt_fd);
}

}  // namespace gpubench::report
