// A curve through points in time order, read at a few given moments while the points go by.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"

namespace gpubench::energy {

// Straight lines between the points; before the first and after the last the nearest line goes on.
class LinearCurve {
 public:
  struct Point {
    base::SteadyTime time;
    base::Energy energy;
  };

  // The moments at which the curve is wanted, in rising order.
  explicit LinearCurve(std::vector<base::SteadyTime> moments) : moments_(std::move(moments)) {}
  // A point that is not later than the one before it is left out.
  void add(Point point);
  // One value per moment. Needs at least two points.
  [[nodiscard]] std::vector<base::Energy> finish() const;

  [[nodiscard]] const std::optional<Point>& first() const { return first_; }
  [[nodiscard]] const std::optional<Point>& last() const { return last_; }
  [[nodiscard]] bool has_line() const { return before_last_.has_value(); }

 private:
  std::vector<base::SteadyTime> moments_;
  std::vector<base::Energy> values_;  // of the moments passed so far
  std::optional<Point> first_;
  std::optional<Point> before_last_;
  std::optional<Point> last_;
};

}  // namespace gpubench::energy
