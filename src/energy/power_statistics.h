// Between what limits the power of a GPU went up and down: what a time without samples may hold.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/quantity.h"
#include "base/time.h"
#include "meter/reading.h"

namespace gpubench::energy {

// What counts as next to the start or the end of a run: as long as a sample may lag.
constexpr base::Duration kNextTo = std::chrono::milliseconds(60);

// Of a container: what its engine says of its first process.
constexpr base::Duration kEndsWithin = std::chrono::milliseconds(3);

struct PowerSpan {
  base::Power low;                           // 5 % of the samples lie below
  base::Power high;                          // 5 % lie above
  base::Power lowest;                        // of all samples, just before and after the run included
  base::Power highest;                       // likewise; at least the power limit where it is known
  base::Power at_start;                      // highest less lowest of the samples within 60 ms of the start of the run
  base::Power at_end;                        // the same for its end
  base::Duration ends_within = kEndsWithin;  // start and end of the run are known to +- this
  base::Power peak = {};                     // highest that a sample shows, whatever the limit
};

// Takes samples in time order, one pass, constant memory.
class PowerStatistics {
 public:
  PowerStatistics(base::Window window, base::Duration covered) : PowerStatistics(window, covered, window.end) {}
  // `area_end`: the area whose roughness is asked for reaches beyond the window.
  PowerStatistics(base::Window window, base::Duration covered, base::SteadyTime area_end)
      : window_(window), covered_(covered), area_end_(area_end) {}
  void add(const meter::PowerSample& sample);
  // Empty: no sample yet.
  [[nodiscard]] std::optional<PowerSpan> span() const;
  // Root of the sum of (step of power * distance)^2 over neighbours within the area, no further apart than `covered`.
  [[nodiscard]] base::Energy roughness() const;
  [[nodiscard]] std::size_t samples() const { return count_; }  // within the window

 private:
  static constexpr std::size_t kBins = 1024;  // of 4 W
  // The samples next to a moment.
  struct EdgePower {
    std::optional<base::Power> low;
    std::optional<base::Power> high;
    std::size_t count = 0;
    void add(base::Power power);
  };
  [[nodiscard]] base::Power quantile(double share) const;
  // Of the span where too few samples lie next to the moment.
  [[nodiscard]] static base::Power change_at(const EdgePower& swing, const PowerSpan& span);

  base::Window window_;
  base::Duration covered_;
  base::SteadyTime area_end_;
  std::array<std::uint64_t, kBins> counts_{};
  std::size_t count_ = 0;
  std::optional<meter::PowerSample> previous_;
  EdgePower at_start_;
  EdgePower at_end_;
  std::optional<base::Power> lowest_;
  std::optional<base::Power> highest_;
  double squares_ = 0;  // joule^2
};

}  // namespace gpubench::energy
