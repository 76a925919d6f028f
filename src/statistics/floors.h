// What a scatter cannot be less than, whatever a few runs show: three equal values would else claim an exact mean.
#pragma once

#include "statistics/sample.h"

namespace gpubench::statistics {

// All in the values' unit, or relative for values that are logarithms.
struct Floors {
  double meter = 0;   // what the meter alone allows: root mean square of the runs' comparative standard uncertainties
  double step = 0;    // of the last digit that the value is written with
  double common = 0;  // what all runs have in common, such as the disagreement of two methods: more runs do not lower it
};

// One run's standard uncertainty in two: its own, and what it has in common with the other runs.
struct OwnAndCommon {
  double own = 0;
  double common = 0;
};
OwnAndCommon own_and_common(double standard, double common);

// The greatest of: `deviation`, the meter's, that of a rounded value (a rectangle of one step: step^2 / 12).
double floored(double deviation, const Floors& floors);

double root_mean_square(Values values);

}  // namespace gpubench::statistics
