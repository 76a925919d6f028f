// A curve through points in time order, read at a few given moments while the points go by.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
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
  void add(Point point) {
    if (last_ && point.time <= last_->time) return;
    if (!first_) first_ = point;
    before_last_ = last_;
    last_ = point;
    if (!before_last_) return;
    while (values_.size() < moments_.size() && moments_[values_.size()] <= point.time)
      values_.push_back(on_line(*before_last_, point, moments_[values_.size()]));
  }
  // One value per moment. Needs at least two points.
  [[nodiscard]] std::vector<base::Energy> finish() const {
    std::vector<base::Energy> values = values_;
    while (values.size() < moments_.size()) values.push_back(on_line(*before_last_, *last_, moments_[values.size()]));
    return values;
  }

  [[nodiscard]] const std::optional<Point>& first() const { return first_; }
  [[nodiscard]] const std::optional<Point>& last() const { return last_; }
  [[nodiscard]] bool has_line() const { return before_last_.has_value(); }

 private:
  static base::Energy on_line(const Point& a, const Point& b, base::SteadyTime time) {
    return a.energy + (b.energy - a.energy) * (base::to_seconds(time - a.time) / base::to_seconds(b.time - a.time));
  }

  std::vector<base::SteadyTime> moments_;
  std::vector<base::Energy> values_;  // of the moments passed so far
  std::optional<Point> first_;
  std::optional<Point> before_last_;
  std::optional<Point> last_;
};

}  // namespace gpubench::energy
