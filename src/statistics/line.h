// A straight line through points by least squares.
#pragma once

#include <vector>

#include "statistics/sample.h"

namespace gpubench::statistics {

struct Line {
  double slope = 0;
  double intercept = 0;
  double slope_uncertainty = 0;      // one standard uncertainty
  double intercept_uncertainty = 0;  // the same
  double degrees = 0;                // of freedom
  std::vector<double> residuals;

  // How likely a slope as great is where there is none.
  [[nodiscard]] double slope_p() const;
};

// At least three points, not all at one x.
Line fit_line(Values x, Values y);

}  // namespace gpubench::statistics
