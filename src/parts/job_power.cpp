#include "parts/job_power.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>

#include "parts/part_power.h"

namespace gpubench::parts {
namespace {

constexpr std::size_t kColumns = 600;
constexpr double kMargin = 0.02;  // of the job's time, before and after it

struct TimeGrid {
  double first = 0;
  double step = 0;
  [[nodiscard]] double at(std::size_t column) const { return first + step * static_cast<double>(column); }
};

// Sums of several curves at the times of a grid.
class CurveSum {
 public:
  // `shift`: from the curve's second 0 to the grid's.
  void add(const report::Curve& curve, double shift, const TimeGrid& grid) {
    ++curves_;
    const std::vector<report::CurvePoint>& points = curve.points;
    if (points.empty()) return;
    std::size_t next = 0;  // the first point that is not before the column
    for (std::size_t column = 0; column < kColumns; ++column) {
      const double seconds = grid.at(column) - shift;
      while (next < points.size() && points[next].seconds < seconds) ++next;
      if (const auto value = between(points, next, seconds, grid.step)) {
        watts_[column] += *value;
        ++known_[column];
      }
    }
  }
  // With a gap where one of the curves has no value.
  [[nodiscard]] report::Curve curve(const TimeGrid& grid) const {
    report::Curve sum;
    bool gap = false;
    for (std::size_t column = 0; column < kColumns; ++column) {
      const bool known = curves_ > 0 && known_[column] == curves_;
      const double watts = watts_[column];
      if (known) sum.points.push_back({grid.at(column), watts, watts, watts, gap && !sum.points.empty()});
      gap = !known;
    }
    return sum;
  }

 private:
  // Empty: there are no samples. Beyond its ends a curve has its last value for less than a column.
  static std::optional<double> between(std::span<const report::CurvePoint> points, std::size_t next, double seconds,
                                       double step) {
    const bool at_front = next == 0;
    if (at_front || next == points.size()) {
      const report::CurvePoint& end = at_front ? points.front() : points.back();
      return std::abs(end.seconds - seconds) < step ? std::optional(end.mean) : std::nullopt;
    }
    const report::CurvePoint& before = points[next - 1];
    const report::CurvePoint& after = points[next];
    if (!(after.seconds > seconds)) return after.mean;
    if (after.after_gap) return std::nullopt;
    const double length = after.seconds - before.seconds;
    return before.mean + (after.mean - before.mean) * (seconds - before.seconds) / length;
  }

  std::array<double, kColumns> watts_{};
  std::array<unsigned, kColumns> known_{};
  unsigned curves_ = 0;
};

// Adds the curves of those boards that count in this part.
bool add_part(CurveSum& sum, const PartFigures& part, base::WallTime start, const TimeGrid& grid) {
  const auto power = read_power(part.path);
  bool all = true;
  for (const Board& board : part.boards) {
    const BoardPower* found = nullptr;
    if (power)
      for (const BoardPower& one : power->boards)
        if (one.uuid == board.uuid && !one.curve.points.empty()) found = &one;
    all = all && found != nullptr;
    if (found != nullptr) sum.add(found->curve, base::to_seconds(power->start - part.part.ahead() - start), grid);
  }
  return all;
}

}  // namespace

JobPower job_power(const Job& job) {
  const double length = std::max(base::to_seconds(job.end - job.start), 1e-3);
  JobPower all{-kMargin * length, (1 + kMargin) * length, {}, {}, {}};
  const TimeGrid grid{all.first_seconds, (all.last_seconds - all.first_seconds) / (kColumns - 1)};
  CurveSum total;
  auto part = job.parts.begin();
  for (const NodeAccount& node : job.nodes) {  // the parts are in the order of the nodes
    CurveSum sum;
    bool known = node.boards > 0;
    for (std::size_t i = 0; i < node.parts && part != job.parts.end(); ++i, ++part)
      known = add_part(sum, *part, job.start, grid) && known;
    all.nodes.push_back({node.node, known ? sum.curve(grid) : report::Curve()});
    if (known)
      total.add(all.nodes.back().curve, 0, grid);
    else
      all.unknown.push_back(node.node);
  }
  all.total = total.curve(grid);
  return all;
}

report::Curve range_of(const JobPower& power) {
  report::Curve range;
  const TimeGrid grid{power.first_seconds, (power.last_seconds - power.first_seconds) / (kColumns - 1)};
  std::vector<std::size_t> next(power.nodes.size(), 0);
  bool gap = false;
  for (std::size_t column = 0; column < kColumns; ++column) {
    report::CurvePoint point{grid.at(column), 0, 0, 0, gap && !range.points.empty()};
    std::size_t count = 0;
    for (std::size_t node = 0; node < power.nodes.size(); ++node) {
      const auto& points = power.nodes[node].curve.points;
      std::size_t& at = next[node];
      if (at >= points.size() || points[at].seconds > point.seconds + grid.step / 2) continue;
      const double watts = points[at++].mean;
      point.low = count == 0 ? watts : std::min(point.low, watts);
      point.high = std::max(point.high, watts);
      point.mean += watts;
      ++count;
    }
    gap = count == 0;
    if (gap) continue;
    point.mean /= static_cast<double>(count);
    range.points.push_back(point);
  }
  range.is_reduced = true;
  return range;
}

}  // namespace gpubench::parts
