// The six panels of the plot as plain values: curves, limits, titles, ranges.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/curve.h"
#include "report/plot/plot_input.h"
#include "report/plot/throttle_phases.h"

namespace gpubench::report {

// A horizontal line with its label.
struct LimitLine {
  double value = 0;
  std::string label;
  bool below = false;  // the label is written under the line
};

// What a part of a GPU did, in the panel of the whole's utilisation.
struct PartCurve {
  std::string_view legend;  // "dashed: SM"
  std::string_view dash;    // of gnuplot
  std::size_t gpu = 0;
  Curve curve;
};

struct Panel {
  std::string title;
  std::vector<Curve> curves;     // one per GPU, or per node
  std::vector<PartCurve> parts;  // of boards that report them
  std::vector<LimitLine> limits;
  std::vector<ThrottlePhase> phases;  // strips below zero, one per GPU; the axis then begins below it
  double low = 0;                     // range of the value axis
  double high = 1;
  std::string note;                     // what is beyond the scale
  std::size_t first_colour = 0;         // of the first curve
  [[nodiscard]] bool is_empty() const;  // no curve at all
};

struct TimeAxis {
  double first_seconds = 0;
  double last_seconds = 1;
  double unit_seconds = 1;
  double tick = 1;  // in the unit
  std::string label;
};

TimeAxis time_axis(double first_seconds, double last_seconds);

// In the order of the picture, left to right, top to bottom; one or two are below each other.
struct Panels {
  std::vector<Panel> panels;
  TimeAxis time;
  bool average_power = false;  // a GPU without power samples: the driver's averaged power is used
};

// One pass over each series.
Panels make_panels(const PlotInput& input);

}  // namespace gpubench::report
