// Energy as the area under power samples at their real times.
//
// Straight lines between the samples, cut where the run starts and ends. A gap, that is two samples further apart than 1.5
// times the usual distance and than 60 ms, is bridged by the same straight line but does not count as covered. Where no
// sample lies beyond an end of the run, the nearest one is taken to hold up to it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "base/quantity.h"
#include "base/time.h"
#include "meter/reading.h"
#include "series/series.h"

namespace gpubench::energy {

// Samples closer to each other than this are no gap whatever their usual distance.
constexpr base::Duration kShortestGap = std::chrono::milliseconds(60);

// Takes samples in time order, one pass, constant memory.
class PowerIntegral {
 public:
  PowerIntegral(base::Window window, base::Duration longest_covered) : window_(window), longest_covered_(longest_covered) {}
  // A sample that is not later than the one before it is left out. False: nothing later can matter.
  bool add(meter::PowerSample sample);
  // Closes the window's end; no add() after it.
  void finish();

  [[nodiscard]] base::Energy energy() const { return energy_; }
  [[nodiscard]] base::Duration covered() const { return covered_; }
  [[nodiscard]] base::Duration longest_gap() const { return longest_gap_; }
  [[nodiscard]] std::size_t samples() const { return samples_; }    // within the window
  [[nodiscard]] std::size_t segments() const { return segments_; }  // pairs of samples with a part of it between them

 private:
  // A straight line of power between two moments; a longer one does not count as covered.
  void add_line(const meter::PowerSample& from, const meter::PowerSample& to, base::Duration longest);

  base::Window window_;
  base::Duration longest_covered_;
  std::optional<meter::PowerSample> previous_;
  base::Energy energy_;
  base::Duration covered_{};
  base::Duration longest_gap_{};
  std::size_t samples_ = 0;
  std::size_t segments_ = 0;
};

// The area within the window whatever the coverage; empty: no sample at all.
std::optional<base::Energy> integrate(const series::Series<meter::PowerSample>& power, base::Window window);
std::optional<base::Energy> integrate(const series::Series<meter::GpuReading>& readings, base::Window window);

}  // namespace gpubench::energy
