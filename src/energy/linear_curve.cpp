#include "energy/linear_curve.h"

namespace gpubench::energy {
namespace {

base::Energy on_line(const LinearCurve::Point& a, const LinearCurve::Point& b, base::SteadyTime time) {
  return a.energy + (b.energy - a.energy) * (base::to_seconds(time - a.time) / base::to_seconds(b.time - a.time));
}

}  // namespace

void LinearCurve::add(Point point) {
  if (last_ && point.time <= last_->time) return;
  if (!first_) first_ = point;
  before_last_ = last_;
  last_ = point;
  if (!before_last_) return;
  while (values_.size() < moments_.size() && moments_[values_.size()] <= point.time) {
    values_.push_back(on_line(*before_last_, point, moments_[values_.size()]));
  }
}

std::vector<base::Energy> LinearCurve::finish() const {
  std::vector<base::Energy> values = values_;
  while (values.size() < moments_.size()) values.push_back(on_line(*before_last_, *last_, moments_[values.size()]));
  return values;
}

}  // namespace gpubench::energy
