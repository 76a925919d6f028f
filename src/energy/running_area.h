// The area under a long power series, asked for at moments that rise: one pass, constant memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "base/quantity.h"
#include "base/time.h"
#include "energy/power_sample.h"
#include "series/series.h"

namespace gpubench::energy {

template <class T>
class RunningArea {
 public:
  struct Part {
    base::Energy energy;
    base::Duration longest_gap{};  // between the samples that the part lies between
    bool known = false;            // samples lie on both sides of all of it
  };

  RunningArea(const series::Series<T>& series, base::SteadyTime start) : series_(series), at_(start) {
    next_ = first_sample_for(series, start);
    from_ = pull();
    to_ = pull();
  }

  // The area from the moment before (at first: the start) until `time`.
  Part until(base::SteadyTime time) {
    Part part;
    part.known = from_ && from_->time <= at_;
    while (at_ < time && to_) {
      const base::SteadyTime end = std::min(time, to_->time);
      if (end > at_ && end > from_->time) add_line(part, std::max(at_, from_->time), end);
      at_ = std::max(at_, end);
      if (to_->time > time) break;
      from_ = to_;
      to_ = pull();
    }
    part.known = part.known && at_ >= time;
    at_ = std::max(at_, time);
    return part;
  }

 private:
  void add_line(Part& part, base::SteadyTime start, base::SteadyTime end) {
    const base::Duration spacing = to_->time - from_->time;
    const double middle =
        (base::to_seconds(start - from_->time) + base::to_seconds(end - start) / 2) / base::to_seconds(spacing);
    part.energy += (from_->power + (to_->power - from_->power) * middle) * (end - start);
    part.longest_gap = std::max(part.longest_gap, spacing);
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
      const auto sample = to_sample(chunk_[used_++]);
      if (!sample || (newest_ && sample->time <= *newest_)) continue;
      newest_ = sample->time;
      return sample;
    }
  }

  const series::Series<T>& series_;
  base::SteadyTime at_;
  std::array<T, 64> chunk_;
  std::size_t next_ = 0;
  std::size_t used_ = 0;
  std::size_t filled_ = 0;
  std::optional<base::SteadyTime> newest_;
  std::optional<meter::PowerSample> from_;  // the samples on either side of at_
  std::optional<meter::PowerSample> to_;
};

}  // namespace gpubench::energy
