// The time series of a run as the charts of the page show them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "record/run_record.h"
#include "report/curve.h"
#include "series/gpu_series.h"

namespace gpubench::report {

// A stretch of readings that gave the same reasons for clocks below the maximum; times in seconds since the run's start.
struct ThrottledSpan {
  std::size_t gpu = 0;  // position, not the driver's index
  double from = 0;
  double to = 0;
  std::uint64_t bits = 0;  // meter::ThrottleReasons
};

struct ChartLimit {
  double value = 0;
  std::string label;
};

// One chart: a curve per GPU (or node), and the scale of its values.
struct Chart {
  std::string_view id;  // part of an element's id
  std::string title;    // for a reader
  std::string unit;
  std::size_t gpus = 0;
  // Made when it is asked for: one curve at a time is in memory, however long the run. The series must outlive it.
  std::function<Curve(std::size_t gpu)> curve;
  std::vector<ChartLimit> limits;
  std::string single = {};  // it has one curve, of all together, of this name
  double least_high = 0;    // the scale goes from 0 at least up to this
  int decimals = 0;
};

struct Charts {
  std::vector<Chart> charts;
  std::vector<ThrottledSpan> throttled;
  bool throttled_joined = false;  // some of them over short gaps
  double first_seconds = 0;       // of all samples, since the run's start
  double last_seconds = 0;
  bool average_power = false;  // a GPU without power samples: the driver's averaged power is used
};

// The more GPUs, the fewer points each has: the page stays below 10 MB. The charts refer to `series`.
Charts make_charts(const record::RunRecord& run, const std::vector<series::GpuSeries>& series);

// A curve as a JSON object: times as 32-bit, values as 16-bit little-endian integers in base64, with the unit of a step.
void write_curve(std::ostream& out, const Curve& curve);

}  // namespace gpubench::report
