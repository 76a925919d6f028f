#include "statistics/line.h"

#include <cmath>
#include <cstddef>

#include "statistics/distributions.h"

namespace gpubench::statistics {

Line fit_line(Values x, Values y) {
  const Sample across = describe(x);
  const Sample along = describe(y);
  const auto n = static_cast<double>(x.size());
  const double squares = across.deviation * across.deviation * (n - 1);
  double products = 0;
  for (std::size_t i = 0; i < x.size(); ++i) products += (x[i] - across.mean) * (y[i] - along.mean);
  Line line;
  line.slope = products / squares;
  line.intercept = along.mean - line.slope * across.mean;
  line.degrees = n - 2;
  double left = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    line.residuals.push_back(y[i] - line.intercept - line.slope * x[i]);
    left += line.residuals.back() * line.residuals.back();
  }
  const double scatter = std::sqrt(left / line.degrees);
  line.slope_uncertainty = scatter / std::sqrt(squares);
  line.intercept_uncertainty = scatter * std::sqrt(1 / n + across.mean * across.mean / squares);
  return line;
}

double Line::slope_p() const {
  if (slope_uncertainty == 0) return slope == 0 ? 1 : 0;
  return t_two_sided(slope / slope_uncertainty, degrees);
}

}  // namespace gpubench::statistics
