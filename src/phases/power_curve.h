// Energy and scatter of a long power series, asked for at moments that rise: one pass, constant memory.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "base/quantity.h"
#include "base/time.h"
#include "energy/power_sample.h"
#include "series/series.h"

namespace gpubench::phases {

// Straight lines between the samples; before the first and after the last the nearest sample holds.
template <class T>
class PowerCurve {
 public:
  // Sums since any moment, the same of all curves that start at the same time.
  struct Sums {
    base::SteadyTime time;
    double joules = 0;
    double squares = 0;  // watt^2 second
    double noise = 0;    // joule^2, k = 1: of the area, by how far each sample lies off the line through its neighbours
  };

  PowerCurve(const series::Series<T>& series, base::SteadyTime start) : series_(series), at_{start} {
    next_ = energy::first_sample_for(series, start);
    from_ = pull();
    to_ = pull();
  }

  Sums at(base::SteadyTime time) {
    while (at_.time < time && from_) {
      if (time <= from_->time || !to_) {
        add_line(from_->power.watts(), from_->power.watts(), time);
        break;
      }
      if (at_.time < from_->time) add_line(from_->power.watts(), from_->power.watts(), from_->time);
      const base::SteadyTime end = std::min(time, to_->time);
      if (end > at_.time) add_line(on_line(at_.time), on_line(end), end);
      if (to_->time > time) break;
      next_sample();
    }
    at_.time = std::max(at_.time, time);
    return at_;
  }

 private:
  // Samples are short looks at a power that changes faster than they come: what lies between them is unknown.
  void next_sample() {
    const auto before = std::exchange(from_, to_);
    to_ = pull();
    if (!to_) return;
    const double length = base::to_seconds(to_->time - before->time);
    const double share = base::to_seconds(from_->time - before->time) / length;
    const double away = (from_->power - before->power).watts() - share * (to_->power - before->power).watts();
    const double variance = away * away / (1 + share * share + (1 - share) * (1 - share));
    at_.noise += variance * length * length / 4;
  }

  [[nodiscard]] double on_line(base::SteadyTime time) const {
    const double share = base::to_seconds(time - from_->time) / base::to_seconds(to_->time - from_->time);
    return from_->power.watts() + (to_->power - from_->power).watts() * share;
  }

  void add_line(double from, double to, base::SteadyTime end) {
    const double seconds = base::to_seconds(end - at_.time);
    at_.joules += (from + to) / 2 * seconds;
    at_.squares += (from * from + from * to + to * to) / 3 * seconds;
    at_.time = end;
  }

  // The next sample that is later than the one before it.
  std::optional<meter::PowerSample> pull() {
    for (;;) {
      if (used_ == filled_) {
        filled_ = series_.read(next_, std::span<T>(chunk_));
        used_ = 0;
        next_ += filled_;
        if (filled_ == 0) return std::nullopt;
      }
      const auto sample = energy::to_sample(chunk_[used_++]);
      if (!sample || (newest_ && sample->time <= *newest_)) continue;
      newest_ = sample->time;
      return sample;
    }
  }

  const series::Series<T>& series_;
  Sums at_;
  std::array<T, 64> chunk_;
  std::size_t next_ = 0;
  std::size_t used_ = 0;
  std::size_t filled_ = 0;
  std::optional<base::SteadyTime> newest_;
  std::optional<meter::PowerSample> from_;  // the samples on either side of the moment
  std::optional<meter::PowerSample> to_;
};

}  // namespace gpubench::phases
