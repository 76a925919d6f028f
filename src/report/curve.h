// A series reduced to what can be shown: at most kMostPoints points, or as many as asked for, found in one pass in constant
// memory.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "series/gpu_series.h"
#include "series/series.h"

namespace gpubench::report {

// About one per pixel column of a panel.
inline constexpr std::size_t kMostPoints = 700;

// All samples of one interval of time. Dimensionless: the panel knows the unit of its values.
struct CurvePoint {
  double seconds = 0;  // mean time of its samples
  double low = 0;
  double mean = 0;
  double high = 0;
  bool after_gap = false;  // no line leads here from the point before
};

struct Curve {
  std::vector<CurvePoint> points;
  bool is_reduced = false;  // points stand for many samples: low and high differ from mean
};

// What a builder must know of a series before its first sample.
struct CurveExtent {
  double first_seconds = 0;
  double last_seconds = 0;
  std::size_t count = 0;
  std::size_t most_points = kMostPoints;  // a longer series is reduced to at most these
};

// Of a series of values with a time; empty: there is none.
template <class T>
std::optional<CurveExtent> extent_of(const series::Series<T>* series, base::SteadyTime origin,
                                     std::size_t most_points = kMostPoints) {
  const std::size_t count = series == nullptr ? 0 : series->size();
  if (count == 0) return std::nullopt;
  T first;
  T last;
  if (series->read(0, std::span<T>(&first, 1)) == 0 || series->read(count - 1, std::span<T>(&last, 1)) == 0)
    return std::nullopt;
  return CurveExtent{base::to_seconds(first.time - origin), base::to_seconds(last.time - origin), count, most_points};
}

class CurveBuilder {
 public:
  explicit CurveBuilder(CurveExtent extent);
  void add(double seconds, double value);
  // A sample that should have been there: the line breaks.
  void miss() { broken_ = true; }
  // The builder is done with.
  [[nodiscard]] Curve take();

 private:
  void flush();

  CurveExtent extent_;
  double gap_seconds_;  // a longer time between samples is a gap
  Curve curve_;
  CurvePoint open_;  // sums until it is flushed
  std::size_t open_count_ = 0;
  std::size_t open_bucket_ = 0;
  double previous_seconds_ = 0;
  bool any_ = false;
  bool broken_ = false;
};

// A GPU's power in watts, by the driver's 20 ms samples; no points: there are none. Seconds are those since `origin`.
Curve sample_curve(const series::GpuSeries& gpu, base::SteadyTime origin, std::size_t most_points = kMostPoints);
// The same; where there are no samples by the driver's average in each reading.
Curve power_curve(const series::GpuSeries& gpu, base::SteadyTime origin, std::size_t most_points = kMostPoints);

}  // namespace gpubench::report
